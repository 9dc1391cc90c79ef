"""Where the programs of a counterexample run: on machines now, or on those of earlier recordings.

A bare machine stands for the processor; real KVMs run the programs on the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from verifier.lab.kernel import HELP, Kernel, read_kernel
from verifier.lab.legs import LEGS, Leg, Order, recorded
from verifier.lab.programs import Program
from verifier.lab.recording import Recording, read_recording
from verifier.lab.running import Incomplete
from verifier.language.errors import ModelError

BARE, UNDER_KVM, ON_HOST = LEGS["bochs-vmx"], LEGS["kvm-vmx"], LEGS["host-kvm"]
CPU = UNDER_KVM.cpus[0]
"""The same processor below all of them."""
LIST = "confirm"

Watch = Callable[[str, int, int], None]
"""Called with the machine's name, how many programs have run, and of how many."""


class Machines(Protocol):
    """What there is to run programs on."""

    def bare(self, programs: Sequence[Program]) -> Recording:
        """Programs on the processor."""

    def real(self, programs: Sequence[Program]) -> Iterator[Recording]:
        """Programs on each real KVM."""


@dataclass(frozen=True)
class Live:
    """Emulators with kernels, and perhaps the KVM of this machine."""

    kernels: Sequence[Kernel]
    device: Path | None
    seconds: float
    watch: Watch

    @classmethod
    def of(
        cls, packages: Sequence[Path], device: Path | None, seconds: float, watch: Watch
    ) -> Live:
        """From Debian packages; Incomplete where there is no KVM at all."""
        if not packages and device is None:
            raise Incomplete("a real KVM is needed", help=f"--kernel FILE: {HELP}")
        return cls([read_kernel(each) for each in packages], device, seconds, watch)

    def bare(self, programs: Sequence[Program]) -> Recording:
        return self._run(BARE, None, programs)

    def real(self, programs: Sequence[Program]) -> Iterator[Recording]:
        if self.device is not None:
            yield self._run(ON_HOST, None, programs)
        for kernel in self.kernels:
            yield self._run(UNDER_KVM, kernel, programs)

    def _run(self, leg: Leg, kernel: Kernel | None, programs: Sequence[Program]) -> Recording:
        name = f"{leg.name} {kernel.version}" if kernel else leg.name
        cpu = leg.cpus[0] if leg.silicon else CPU
        device = self.device or Path("/dev/kvm")
        order = Order(leg, cpu, kernel, LIST, programs, self.seconds, device)
        return recorded(order, lambda done: self.watch(name, done, len(programs)))


@dataclass(frozen=True)
class Recorded:
    """Recordings of the same programs, in a folder as `store` leaves it."""

    folder: Path

    def bare(self, programs: Sequence[Program]) -> Recording:
        return self._read(self.folder / f"{BARE.name}.rec", programs)

    def real(self, programs: Sequence[Program]) -> Iterator[Recording]:
        files = sorted(self.folder.glob("*-*.rec"))
        found = [each for each in files if each.stem != BARE.name]
        if not found:
            raise ModelError(f"`{self.folder}` has no recording of a real KVM")
        for each in found:
            yield self._read(each, programs)

    def _read(self, file: Path, programs: Sequence[Program]) -> Recording:
        found = read_recording(file)
        missing = set(programs) - set(found.programs)
        if missing:
            raise ModelError(f"`{file}` is of other programs", help="record them again")
        return found


def file_name(recording: Recording) -> str:
    """What a recording is called in a folder of them."""
    header = recording.header
    version = f"-{header.kernel.split('-')[0]}" if header.kernel else ""
    return f"{header.leg}{version}.rec"
