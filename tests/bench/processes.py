"""Whole processes, timed by the operating system's own account of them."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter


@dataclass(frozen=True)
class Run:
    """One finished process: seconds of wall and of processor time, peak megabytes, its output."""

    seconds: float
    megabytes: float
    output: str
    code: int
    processor: float


def run(command: Sequence[str], timeout: float = 120.0, folder: Path | None = None) -> Run:
    """Run a command to its end, or kill it at the timeout, which its seconds then show."""
    begin = perf_counter()
    process = subprocess.Popen(
        ["timeout", "-s", "KILL", str(timeout), *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    processor = usage.ru_utime + usage.ru_stime
    return Run(seconds, usage.ru_maxrss / 1024, output, process.returncode, processor)


LONG = 20.0
"""Seconds after which a round is not repeated."""


def interleaved(
    commands: Sequence[Sequence[str]],
    rounds: int,
    folders: Sequence[Path | None] | None = None,
    timeout: float = 120.0,
) -> list[Run]:
    """The median run of each command, A B A B ..., so that a drifting machine hits all alike."""
    where = folders or [None] * len(commands)
    runs: list[list[Run]] = [[] for _ in commands]
    begin = perf_counter()
    for number in range(rounds):
        if number and perf_counter() - begin > LONG:
            break
        for mine, command, folder in zip(runs, commands, where, strict=True):
            mine.append(run(command, timeout, folder))
    return [_median(mine) for mine in runs]


def _median(runs: Sequence[Run]) -> Run:
    middle = statistics.median_low(one.seconds for one in runs)
    chosen = next(one for one in runs if one.seconds == middle)
    most = max(one.megabytes for one in runs)
    return Run(chosen.seconds, most, chosen.output, chosen.code, chosen.processor)


def machine() -> str:
    """The machine in a line: processor, cores, memory, Python."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = platform.python_version()
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {python}"
