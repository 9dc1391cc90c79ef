"""Bochs as a machine: one child for one image, bounded in time, and nothing left behind.

Bochs ignores SIGTERM and exits with 1 whatever has happened, so it is killed, and only the end mark
of the image counts.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from verifier.lab.image import NO_VMX, Facts, Image, Status, checksum, image, status_of
from verifier.lab.kernel import Kernel
from verifier.language.errors import ModelError
from verifier.processes.lifetime import end, fork

LOOK = 0.1
"""Seconds between two looks at the image."""
MEMORY, MEMORY_OF_LINUX = 256, 512
"""Megabytes."""
BIOS = "/usr/share/bochs/BIOS-bochs-latest"
VGA_BIOS = "/usr/share/bochs/VGABIOS-lgpl-latest"
INSTALL = "on Debian or Ubuntu: apt-get install bochs bochs-term bochsbios vgabios"
CONFIGURATION = """\
display_library: term
megs: {memory}
romimage: file={bios}
vgaromimage: file={vga}
cpu: model={cpu}, count=1, ips=50000000, reset_on_triple_fault=0
clock: sync=none
boot: disk
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, path={image}, mode=flat, cylinders={cylinders}, heads=16, spt=63
com1: enabled=1, mode=file, dev={serial}
log: {log}
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
"""


class Incomplete(ModelError):
    """An emulator that is missing, or a run that has not come to its end."""


def version() -> str:
    """Bochs's version, such as `2.7`."""
    program = shutil.which("bochs")
    if program is None or not (Path(BIOS).exists() and Path(VGA_BIOS).exists()):
        raise Incomplete("Bochs is not installed", help=INSTALL)
    done = subprocess.run(
        [program, "--help"], capture_output=True, text=True, timeout=20, check=False
    )
    found = re.search(r"Bochs x86 Emulator (\S+)", done.stdout + done.stderr)
    if found is None:
        raise Incomplete("`bochs --help` does not show a version")
    return found[1]


@dataclass(frozen=True)
class Job:
    """Programs for an emulator, and how long it may take; `watch` sees how many have run."""

    programs: bytes
    count: int
    room: int
    cpu: str
    seconds: float
    watch: Callable[[int], None]
    kernel: Kernel | None = None
    """Runs them in a virtual machine of its own; without it they run on the emulator itself."""


def run(job: Job) -> tuple[bytes, Facts]:
    """The outcomes of programs on Bochs, and what their processor has.

    Raises Incomplete where it does not come to the end in time.
    """
    kernel, first = (job.kernel.image, job.kernel.files) if job.kernel else (b"", b"")
    disk = image(job.programs, job.count, job.room, kernel, first)
    with TemporaryDirectory(prefix="nestproof-lab-") as name:
        folder = Path(name)
        file = _written(folder, disk, job)
        with file.open("rb", buffering=0) as opened:
            child = fork(lambda: _become_bochs(folder))
            try:
                status = _followed(child, opened, disk, job)
            except Incomplete as error:
                raise Incomplete(error.message, help=_last_words(folder) or error.help) from None
            finally:
                end(child)
            opened.seek(disk.outcomes)
            return _checked(opened.read(status.size), status, job.count)


def _written(folder: Path, disk: Image, job: Job) -> Path:
    file = folder / "image"
    with file.open("wb") as stream:
        disk.write(stream)
    (folder / "commands").write_text("c\nq\n")
    (folder / "bochsrc").write_text(
        CONFIGURATION.format(
            bios=BIOS,
            vga=VGA_BIOS,
            cpu=job.cpu,
            memory=MEMORY_OF_LINUX if job.kernel else MEMORY,
            serial=folder / "serial",
            image=file,
            cylinders=disk.cylinders,
            log=folder / "log",
        )
    )
    return file


def _become_bochs(folder: Path) -> None:
    """In a process of its own: without a terminal, Debian's debugger told to go on."""
    nothing = os.open(os.devnull, os.O_RDWR)
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT, 0o600)
    for target, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, target)
    arguments = ["bochs", "-q", "-f", str(folder / "bochsrc"), "-rc", str(folder / "commands")]
    os.execvpe("bochs", arguments, os.environ | {"TERM": "xterm"})


def _followed(child: int, file: BinaryIO, disk: Image, job: Job) -> Status:
    """The status at the end."""
    deadline, count = time.monotonic() + job.seconds, job.count
    while True:
        ended = _has_ended(child)
        status = status_of(file, disk)
        done = status.done if status else 0
        job.watch(done)
        if status is not None and status.error:
            raise Incomplete(ERRORS.get(status.error, "the image has too little room"))
        if status is not None and status.ended:
            return status
        if ended:
            raise Incomplete(f"Bochs has ended after {done} of {count} programs")
        if time.monotonic() > deadline:
            raise Incomplete(f"Bochs timed out after {done} of {count} programs")
        time.sleep(LOOK)


ERRORS = {NO_VMX: "the machine has no VMX"}


def _has_ended(child: int) -> bool:
    """Whether it is a zombie: `end` will reap it."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _checked(outcomes: bytes, status: Status, count: int) -> tuple[bytes, Facts]:
    if status.done != count or len(outcomes) != status.size:
        raise Incomplete(f"Bochs has run {status.done} of {count} programs")
    if checksum(outcomes) != status.checksum:
        raise Incomplete("the outcomes on the image are damaged")
    return outcomes, status.facts


def _last_words(folder: Path) -> str:
    """The last panic or error of Bochs."""
    log = folder / "log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    serial = folder / "serial"
    lines += serial.read_text(errors="replace").splitlines()[-1:] if serial.exists() else []
    lines += (folder / "output").read_text(errors="replace").splitlines()
    bad = [
        line
        for line in lines
        if ">>PANIC<<" in line or "p[" in line or "e[" in line or "KVM" in line
    ]
    return bad[-1][:200] if bad else ""
