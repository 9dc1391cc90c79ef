"""QEMU as a machine: its options, and which QEMU there is. It is TCG that executes, never KVM."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from verifier.lab.image import Image
from verifier.lab.kernel import Kernel
from verifier.lab.running import Incomplete, Job, Program

PROGRAM = "qemu-system-x86_64"
MEMORY, MEMORY_OF_LINUX = 256, 512
"""Megabytes."""
COMMAND_LINE = "quiet nokaslr mitigations=off panic=-1 console=ttyS0 no_timer_check"
INSTALL = "on Debian or Ubuntu: apt-get install qemu-system-x86"


def version() -> str:
    """QEMU's version, such as `7.2.22`."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise Incomplete("QEMU is not installed", help=INSTALL)
    done = subprocess.run(
        [program, "--version"], capture_output=True, text=True, timeout=20, check=False
    )
    found = re.search(r"QEMU emulator version (\d+(?:\.\d+)+)", done.stdout)
    if found is None:
        raise Incomplete(f"`{PROGRAM} --version` does not show a version")
    return found[1]


def prepare(folder: Path, file: Path, _: Image, job: Job) -> Program:
    """QEMU's options."""
    memory = MEMORY_OF_LINUX if job.kernel else MEMORY
    arguments: tuple[str, ...] = (
        *(PROGRAM, "-machine", "pc", "-accel", "tcg", "-cpu", job.cpu, "-m", str(memory)),
        *("-display", "none", "-nodefaults", "-no-reboot", "-no-user-config"),
        *("-drive", f"file={file},format=raw,if=ide", "-serial", f"file:{folder / 'serial'}"),
        *("-device", "isa-debug-exit,iobase=0xf4,iosize=4"),
    )
    if job.kernel:
        arguments += _linux(folder, job.kernel)
    return Program("QEMU", arguments, ("qemu-system", "KVM"))


def _linux(folder: Path, kernel: Kernel) -> tuple[str, ...]:
    """It loads the kernel itself; the image then has the programs only."""
    image, files = folder / "kernel", folder / "files"
    image.write_bytes(kernel.image)
    files.write_bytes(kernel.files)
    return ("-kernel", str(image), "-initrd", str(files), "-append", COMMAND_LINE)
