"""Ctrl-C and SIGTERM at random moments: `make signals` prints what became of the commands.

Each command runs as a person starts it, in a project that `nestproof new` has made. Time counts
from when the command catches SIGTERM: what comes before is Python's own start.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.processes.watching import children, is_gone, is_zombie

HOME = Path(__file__).parent.parent
COMMANDS = (
    "check --jobs 2",
    "check --jobs 2 --json --fresh --no-cache",
    "check --jobs 1 lazy/broken",
    "gate --jobs 2 --no-cache --json report.json --sarif report.sarif --junit report.xml",
    "mutate lazy/fixed --jobs 2",
    "show lazy/broken/isolation --plain --fresh",
    "simulate lazy/broken --random 20000",
    "diff lazy/broken lazy/fixed",
)
REPORTS = ("report.json", "report.sarif", "report.xml")
LONGEST = 60.0
"""Seconds after a signal in which a command must have ended; it counts as hung beyond HUNG."""
HUNG = 10.0
GONE = 10.0
"""Seconds after its end in which its processes must be gone."""
TOGETHER = 0.05
"""Seconds between a signal and a regular end that begins just then."""
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}

Start = Callable[[Sequence[str], Path, Path], int]
"""Starts a command in a folder with its streams in files of another; returns its process."""


@dataclass
class Outcome:
    """What became of a command that was signalled."""

    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    first: bool = False
    """Whether the command had ended before."""


def started(arguments: Sequence[str], cwd: Path, streams: Path) -> int:
    """A command in a session of its own, as a shell starts it."""
    with (streams / "out").open("wb") as out, (streams / "err").open("wb") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "verifier", *arguments],
            cwd=cwd,
            env=environment(cwd),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        ).pid


def forked(arguments: Sequence[str], cwd: Path, streams: Path) -> int:
    """The same from a fork of this process, which has imported everything."""
    from tests.command import become

    child = os.fork()
    if child:
        return child
    os.setsid()
    files = [os.devnull, str(streams / "out"), str(streams / "err")]
    request = {"arguments": list(arguments), "cwd": str(cwd), "streams": files}
    try:
        become({**request, "environment": environment(cwd)})
    except SystemExit as end:  # what is above here is not this process's
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else int(end.code is not None))


def environment(cwd: Path) -> Mapping[str, str]:
    own = {f"XDG_{kind}_HOME": str(cwd.parent / kind) for kind in ("CACHE", "STATE")}
    return {**os.environ, "PYTHONPATH": str(HOME), **own}


def listens(process: int) -> bool:
    """Whether it catches SIGTERM."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return True
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)", status, re.MULTILINE)
    return (
        caught is None
        or "(zombie)" in status
        or bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)
    )


def signalled(
    start: Start,
    arguments: Sequence[str],
    cwd: Path,
    moment: float,
    number: signal.Signals,
    second: float | None,
) -> Outcome:
    """Send a signal at a moment, and another one later if there is a `second`."""
    with TemporaryDirectory() as folder:
        streams = Path(folder)
        for report in REPORTS:
            (cwd / report).unlink(missing_ok=True)
        process = start(arguments, cwd, streams)
        while not listens(process):
            time.sleep(0.001)
        time.sleep(moment)
        ended = all(map(is_zombie, children(process)))
        sent = time.monotonic()
        _send(process, number)
        code = None
        if second is not None:
            code = _ended(process, sent + second)
            if code is None:
                _send(process, number)
        code = _ended(process, sent + LONGEST) if code is None else code
        outcome = Outcome(seconds=time.monotonic() - sent)
        if code is None or outcome.seconds > HUNG:
            outcome.faults.append("hang")
        if code is None:
            os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
        elif code != CODES[number]:
            outcome.first = code in (0, 1) and (ended or outcome.seconds < TOGETHER)
            outcome.faults += [] if outcome.first else [f"lost ({code})"]
        out, err = (streams / "out").read_text(), (streams / "err").read_text()
        outcome.faults += _faults(arguments, cwd, process, out, err)
        if outcome.faults:
            print(f"{' '.join(arguments)} at {moment:.3f} s: {outcome.faults}\n{err}", flush=True)
        return outcome


def _send(process: int, number: signal.Signals) -> None:
    """Ctrl-C goes to all that a terminal shows, SIGTERM to the one process that people know."""
    if number == signal.SIGINT:
        os.killpg(process, number)
    else:
        os.kill(process, number)


def _ended(process: int, until: float) -> int | None:
    while time.monotonic() < until:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    return None


def _faults(arguments: Sequence[str], cwd: Path, process: int, out: str, err: str) -> Iterator[str]:
    if "Traceback" in err or "Exception ignored" in err or "Error:" in err:
        yield "traceback"
    if not _gone(process):
        yield "left"
        os.killpg(process, signal.SIGKILL)
    if "--json" in arguments and arguments[0] == "check" and out:
        try:
            json.loads(out)
        except ValueError:
            yield "half a document"
    for report in REPORTS[:2]:
        file = cwd / report
        if file.exists():
            try:
                json.loads(file.read_text())
            except ValueError:
                yield "half a report"
    if any(file.name.startswith(".report") for file in cwd.iterdir()):
        yield "half a file"


def _gone(group: int) -> bool:
    """Whether no process is left of a session."""
    end = time.monotonic() + GONE
    while time.monotonic() < end:
        if is_gone(group):
            return True
        time.sleep(0.01)
    return False


def project(folder: Path) -> Path:
    """A project with a revision to compare with."""
    place = folder / "lazy"
    run = subprocess.run
    own = environment(place)
    run([sys.executable, "-m", "verifier", "new", str(place)], env=own, check=True, stdout=-3)
    for words in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm a"):
        run(["git", *words.split()], cwd=place, env=own, check=True)
    return place


def duration(start: Start, arguments: Sequence[str], cwd: Path) -> float:
    """Seconds from when the command listens to its end."""
    with TemporaryDirectory() as folder:
        process = start(arguments, cwd, Path(folder))
        while not listens(process):
            time.sleep(0.001)
        begin = time.monotonic()
        code = _ended(process, begin + 600)
        assert code in (0, 1), (code, (Path(folder) / "err").read_text())
        return time.monotonic() - begin


@dataclass
class Row:
    """What became of one command."""

    runs: int = 0
    first: int = 0
    slowest: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)


def campaign(
    start: Start, moments: int, commands: Sequence[str], seconds: float, seed: int
) -> dict[str, Row]:
    """So many moments for each signal, over all commands; ends early after some seconds."""
    random, begin = Random(seed), time.monotonic()
    rows = {command: Row() for command in commands}
    with TemporaryDirectory() as folder:
        place = project(Path(folder))
        for command in commands:
            duration(start, command.split(), place)  # which fills the caches
        length = {command: duration(start, command.split(), place) for command in commands}
        for turn in range(2 * moments):
            if time.monotonic() - begin > seconds:
                break
            command = commands[turn // 2 % len(commands)]
            number = (signal.SIGINT, signal.SIGTERM)[turn % 2]
            moment = random.uniform(0, length[command])
            second = random.uniform(0, 0.5) if random.random() < 1 / 3 else None
            outcome = signalled(start, command.split(), place, moment, number, second)
            row = rows[command]
            row.runs += 1
            row.first += outcome.first
            row.slowest = max(row.slowest, outcome.seconds)
            row.faults.update(fault.split(" (")[0] for fault in outcome.faults)
    return rows


def main() -> None:
    """Print a table; exit code 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=300, help="for each signal")
    parser.add_argument("--seconds", type=float, default=3600.0, help="after which to end early")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--forked", action="store_true", help="from a process that is loaded")
    parser.add_argument("--command", action="append", help="only this one; repeatable")
    given = parser.parse_args()
    if given.forked:
        from tests.command import preload

        preload()
    start = forked if given.forked else started
    begin = time.monotonic()
    rows = campaign(start, given.moments, given.command or COMMANDS, given.seconds, given.seed)
    print(f"{'command':<72} {'runs':>5} {'ended before':>12} {'slowest':>8}  faults")
    for command, row in rows.items():
        faults = ", ".join(f"{n} {fault}" for fault, n in row.faults.items()) or "none"
        print(f"{command:<72} {row.runs:>5} {row.first:>12} {row.slowest:>6.1f} s  {faults}")
    runs = sum(row.runs for row in rows.values())
    wrong = sum(row.faults.total() for row in rows.values())
    print(f"{runs} signals in {time.monotonic() - begin:.0f} s: {wrong} faults")
    sys.exit(int(wrong > 0 or runs < 2 * given.moments))


if __name__ == "__main__":
    main()
