"""Bochs as a machine: its configuration, and which Bochs there is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from verifier.lab.image import Image
from verifier.lab.running import Incomplete, Job, Program

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


def prepare(folder: Path, file: Path, disk: Image, job: Job) -> Program:
    """Bochs's configuration; Debian's begins in its debugger, which goes on by a command."""
    commands, configuration = folder / "commands", folder / "bochsrc"
    commands.write_text("c\nq\n")
    configuration.write_text(
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
    arguments = ("bochs", "-q", "-f", str(configuration), "-rc", str(commands))
    return Program("Bochs", arguments, (">>PANIC<<", "p[", "e[", "KVM"), {"TERM": "xterm"})
