"""Legs: the machines that programs run on, and what makes a recording of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.lab import bochs, host_kvm
from verifier.lab.image import SECTOR
from verifier.lab.kernel import Kernel
from verifier.lab.outcomes import size_of
from verifier.lab.programs import Program, encoded
from verifier.lab.recording import Header, Recording, payload_digest
from verifier.lab.running import Job, Prepare, run

Watch = Callable[[int], None]
"""Called with how many programs have run."""


@dataclass(frozen=True)
class Leg:
    """A machine by its name, with the CPU models that it can be; the first unless given another."""

    name: str
    title: str
    cpus: tuple[str, ...]
    needs_kernel: bool = False
    silicon: bool = False
    """Whether a processor executes L2, and no emulator."""

    def emulator(self, kernel: Kernel | None) -> str:
        """What runs the programs, as departures name it: kernels by their series."""
        if self.silicon:
            return f"KVM of Linux {host_kvm.version()}"
        machine = f"Bochs {bochs.version()}"
        return f"KVM {kernel.series} on {machine}" if kernel else machine


LEGS = {
    leg.name: leg
    for leg in (
        Leg(
            "bochs-vmx",
            "Bochs itself",
            ("corei7_icelake_u", "corei7_skylake_x", "corei7_haswell_4770", "tigerlake"),
        ),
        Leg(
            "kvm-vmx",
            "a virtual machine of a stock KVM in Bochs, which has L2 as a nested guest",
            ("corei7_haswell_4770",),
            needs_kernel=True,
        ),
        Leg("host-kvm", "a virtual machine of this machine's KVM", ("host",), silicon=True),
    )
}


@dataclass(frozen=True)
class Order:
    """What is to run where, and how long that may take."""

    leg: Leg
    cpu: str
    kernel: Kernel | None
    list: str
    programs: Sequence[Program]
    seconds: float
    device: Path = Path("/dev/kvm")
    """Of the leg that uses this machine's KVM."""


def recorded(order: Order, watch: Watch) -> Recording:
    """What programs come to on a leg; raises Incomplete."""
    kernel, programs = order.kernel, order.programs
    emulator = order.leg.emulator(kernel)
    data = b"".join(encoded(program, number) for number, program in enumerate(programs))
    room = sum(map(size_of, programs)) + SECTOR
    job = Job(data, len(programs), room, order.cpu, order.seconds, watch, kernel)
    prepare: Prepare = bochs.prepare
    if order.leg.silicon:
        host_kvm.require(order.device)
        prepare = host_kvm.on(order.device)
    outcomes, facts = run(job, prepare)
    header = Header(
        leg=order.leg.name,
        emulator=emulator,
        cpu=order.cpu,
        list=order.list,
        payload=payload_digest(),
        facts=facts.words,
        programs=len(programs),
        bytes=(len(data), len(outcomes)),
        kernel=f"{kernel.version} sha256:{kernel.digest}" if kernel else "",
        silicon=order.leg.silicon,
    )
    return Recording(header, data + outcomes)
