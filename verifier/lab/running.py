"""A machine as a child process: bounded in time, watched through its image, nothing left behind.

Bochs ignores SIGTERM and exits with 1 whatever has happened, so machines are killed, and only the
end mark of the image counts.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from verifier.lab.image import (
    NOT_THERE,
    OTHER_MACHINE,
    Facts,
    Image,
    Status,
    checksum,
    image,
    status_of,
)
from verifier.lab.kernel import Kernel
from verifier.lab.screen import Screen
from verifier.language.errors import ModelError
from verifier.processes.lifetime import end, fork

LOOK = 0.1
"""Seconds between two looks at the image."""
ERRORS = {
    NOT_THERE: "the machine has neither VMX nor SVM",
    OTHER_MACHINE: "the machine does not have what the programs are for",
}


class Incomplete(ModelError):
    """A machine that is missing, or a run that has not come to its end."""


@dataclass(frozen=True)
class Job:
    """Programs for a machine, and how long it may take; `watch` sees how many have run."""

    programs: bytes
    count: int
    room: int
    cpu: str
    seconds: float
    watch: Callable[[int], None]
    kernel: Kernel | None = None
    on_image: bool = True
    """Whether the payload starts the kernel, or the machine itself."""
    """Runs them in a virtual machine of its own; without it they run on the machine itself."""


@dataclass(frozen=True)
class Program:
    """A program of the host that is a machine, and which lines of its output are about failures."""

    name: str
    arguments: tuple[str, ...]
    failures: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


Prepare = Callable[[Path, Path, Image, Job], Program]
"""Writes what the machine needs into a folder, beside the image there."""


def run(job: Job, prepare: Prepare) -> tuple[bytes, Facts]:
    """The outcomes of programs on a machine, and what their processor has.

    Raises Incomplete where it does not come to the end in time.
    """
    kernel = job.kernel if job.on_image else None
    image_of_linux, first = (kernel.image, kernel.files) if kernel else (b"", b"")
    disk = image(job.programs, job.count, job.room, image_of_linux, first)
    with TemporaryDirectory(prefix="nestproof-lab-") as name:
        folder = Path(name)
        file = folder / "image"
        with file.open("wb") as stream:
            disk.write(stream)
        program = prepare(folder, file, disk, job)
        with file.open("rb", buffering=0) as opened:
            child = fork(lambda: _become(program, folder))
            try:
                with closing(Screen(child)) as screen:
                    status = _followed(child, screen, opened, disk, job, program.name)
            except Incomplete as error:
                raise Incomplete(error.message, help=_last_words(program, folder)) from None
            finally:
                end(child)
            opened.seek(disk.outcomes)
            return _checked(opened.read(status.size), status, job.count)


def _become(program: Program, folder: Path) -> None:
    """In a process of its own, without a terminal."""
    nothing = os.open(os.devnull, os.O_RDWR)
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT, 0o600)
    for target, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, target)
    os.execvpe(program.arguments[0], program.arguments, os.environ | program.environment)


def _followed(
    child: int, screen: Screen, file: BinaryIO, disk: Image, job: Job, name: str
) -> Status:
    """The status at the end."""
    deadline, count = time.monotonic() + job.seconds, job.count
    while True:
        screen.drain()
        ended = _has_ended(child)
        status = status_of(file, disk)
        done = status.done if status else 0
        job.watch(done)
        if status is not None and status.error:
            raise Incomplete(ERRORS.get(status.error, "the image has too little room"))
        if status is not None and status.ended:
            return status
        if ended:
            raise Incomplete(f"{name} has ended after {done} of {count} programs")
        if time.monotonic() > deadline:
            raise Incomplete(f"{name} timed out after {done} of {count} programs")
        time.sleep(LOOK)


def _has_ended(child: int) -> bool:
    """Whether it is a zombie: `end` will reap it."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _checked(outcomes: bytes, status: Status, count: int) -> tuple[bytes, Facts]:
    if status.done != count or len(outcomes) != status.size:
        raise Incomplete(f"only {status.done} of {count} programs have run")
    if checksum(outcomes) != status.checksum:
        raise Incomplete("the outcomes on the image are damaged")
    return outcomes, status.facts


def _last_words(program: Program, folder: Path) -> str:
    """The last line that a machine has written about a failure."""
    files = [folder / name for name in ("log", "serial", "output")]
    lines = [
        line
        for file in files
        if file.exists()
        for line in file.read_text(errors="replace").splitlines()
        if any(mark in line for mark in program.failures)
    ]
    return lines[-1][:200] if lines else ""
