"""The KVM of the machine that people have as a machine of the lab: its processor executes L2."""

from __future__ import annotations

import os
import platform
from functools import partial
from importlib.resources import files
from pathlib import Path

from verifier.lab.running import Incomplete, Prepare, Program

HELP = "it takes an Intel processor, kvm_intel with nested=1, and the right to use the device"


def require(device: Path) -> None:
    """Refuse a device that cannot be used."""
    if not os.access(device, os.R_OK | os.W_OK):
        raise Incomplete(f"`{device}` cannot be used", help=HELP)


def version() -> str:
    """The kernel that has this KVM."""
    return platform.release()


def on(device: Path) -> Prepare:
    """Makes the lab's VMM use a device."""
    return partial(_prepare, device)


def _prepare(device: Path, folder: Path, file: Path, *_: object) -> Program:
    vmm = folder / "vmm"
    vmm.write_bytes(files("verifier.lab").joinpath("payload", "vmm.bin").read_bytes())
    vmm.chmod(0o700)
    return Program("the lab's VMM", (str(vmm), str(file), str(device)), ("KVM", "image"))
