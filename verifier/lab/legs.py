"""Legs: the machines that programs run on, and what makes a recording of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from verifier.lab import bochs, host_kvm, qemu
from verifier.lab.image import SECTOR
from verifier.lab.kernel import Kernel
from verifier.lab.outcomes import size_of
from verifier.lab.programs import Machine, Program, encoded
from verifier.lab.recording import Header, Recording, payload_digest
from verifier.lab.running import Job, Prepare, run

Watch = Callable[[int], None]
"""Called with how many programs have run."""


@dataclass(frozen=True)
class Emulator:
    """A program that is a machine."""

    name: str
    version: Callable[[], str]
    prepare: Prepare
    starts_linux: bool = False
    """Whether it loads a kernel itself, much faster than the payload does."""


BOCHS = Emulator("Bochs", bochs.version, bochs.prepare)
QEMU = Emulator("QEMU", qemu.version, qemu.prepare, starts_linux=True)


@dataclass(frozen=True)
class Leg:
    """A machine by its name, with the CPU models that it can be; the first unless given another."""

    name: str
    title: str
    cpus: tuple[str, ...]
    needs_kernel: bool = False
    silicon: bool = False
    """Whether a processor executes L2, and no emulator."""
    machine: Machine = Machine.VMX
    emulator: Emulator = BOCHS

    def runner(self, kernel: Kernel | None) -> str:
        """What runs the programs, as departures name it: kernels by their series."""
        if self.silicon:
            return f"KVM of Linux {host_kvm.version()}"
        machine = f"{self.emulator.name} {self.emulator.version()}"
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
        Leg("bochs-svm", "Bochs itself", ("ryzen",), machine=Machine.SVM),
        Leg("qemu-svm", "QEMU's TCG", ("max",), machine=Machine.SVM, emulator=QEMU),
        Leg(
            "kvm-svm",
            "a virtual machine of a stock KVM in QEMU's TCG, which has L2 as a nested guest",
            ("max",),
            needs_kernel=True,
            machine=Machine.SVM,
            emulator=QEMU,
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
    emulator = order.leg.runner(kernel)
    data = b"".join(encoded(program, number) for number, program in enumerate(programs))
    room = sum(map(size_of, programs)) + SECTOR
    job = Job(data, len(programs), room, order.cpu, order.seconds, watch, kernel)
    job = replace(job, on_image=not order.leg.emulator.starts_linux)
    prepare = order.leg.emulator.prepare
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
