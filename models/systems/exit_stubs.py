"""Hypervisors with one guest, which never switch its FPU: only their own code can disturb it.

HyperPlatform's VM exit stub and Jailhouse's handlers as compilers made them.
"""

from dataclasses import dataclass

from nestproof.models.ownership import presentation as ownership
from nestproof.models.ownership.access import FpuAccess, Latest, fpu_access
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86.cr0 import Cr0
from verifier.language import (
    Lanes,
    Moment,
    Presentation,
    Sentence,
    System,
    abstracts,
    models,
    observer,
    record,
    step,
)


@dataclass(frozen=True)
class Era:
    """What a version's exits do.

    `uses`: the handler's code uses XMM or NEON registers. `saves`: the stub saves them before.
    `below_stack`: it saves them below the stack pointer, where the handler's own stack is then.
    `clears_ts`: it clears TS before that, as far as there is one.
    """

    name: str
    uses: bool = True
    saves: bool = True
    below_stack: bool = False
    clears_ts: bool = True


@record
class Hypervisor:
    """The registers, which are the guest's, and the TS that an exit leaves in CR0."""

    era: Era
    registers: Contents = Contents(owner=Context.GUEST)
    stack: Contents = Contents()
    host_cr0: Cr0 = Cr0()
    access: FpuAccess = FpuAccess()
    latest: Latest = Latest()


@step
def guest_instruction(hypervisor: Hypervisor, value: bool) -> None:
    """The guest uses a register."""
    registers = hypervisor.registers
    fpu_access(hypervisor.access, hypervisor.latest, registers, Context.GUEST, value)


@step
def vm_exit(hypervisor: Hypervisor) -> None:
    """The guest exits, the exit is handled, and the guest goes on."""
    vmm_entry_point(hypervisor)


@models("HyperPlatform: Arch/x86/x86.asm", "AsmVmmEntryPoint", since="643b81c")
def vmm_entry_point(hypervisor: Hypervisor) -> None:
    """Save the volatile registers, call the handler, load them again; Jailhouse saves none."""
    era = hypervisor.era
    if era.saves:
        touch_registers(hypervisor)
        hypervisor.stack = hypervisor.registers
    if era.uses:
        handler(hypervisor)
    if era.below_stack:
        overwrite(hypervisor)
    if era.saves:
        touch_registers(hypervisor)
        hypervisor.registers = hypervisor.stack


@abstracts("A MOVAPS raises #NM while TS is set")
def touch_registers(hypervisor: Hypervisor) -> None:
    """The hypervisor has no handler for it."""
    ts = hypervisor.host_cr0.ts and not hypervisor.era.clears_ts
    assert not ts, "the hypervisor's own FPU instruction raises #NM"


@observer("Compiled code uses registers for whatever it likes")
def handler(hypervisor: Hypervisor) -> None:
    """What was in them is gone."""
    hypervisor.registers = Contents(owner=Context.KERNEL)


@observer("A call pushes its return address, and the handler has a stack frame")
def overwrite(hypervisor: Hypervisor) -> None:
    """What was below the stack pointer is gone; of six registers one is above it."""
    hypervisor.stack = Contents(owner=Context.KERNEL)


def headline(now: Moment[Hypervisor]) -> Sentence | None:
    """What the guest finds in the registers."""
    return ownership.found_in_the_registers(now, lambda hypervisor: hypervisor.access)


SHOWN: Presentation[Hypervisor] = Presentation(
    lanes=Lanes(lambda _: "guest"), hands=ownership.HANDS, headline=headline, words={"ts": "TS"}
)
"""How people are shown executions."""


def stub(era: Era, summary: str) -> System:
    """The guest runs; HOST_CR0 may have TS set."""
    start = Hypervisor(era=era)
    steps = (guest_instruction, vm_exit)
    return System(era.name, start, steps, summary, ("host_cr0.ts",), presentation=SHOWN)


HYPERPLATFORM_TS = stub(
    Era("hyperplatform/643b81c", below_stack=True, clears_ts=False),
    "HyperPlatform's 32-bit stub saves XMM registers below its stack, with TS as HOST_CR0 has it.",
)
HYPERPLATFORM_UNSAVED = stub(
    Era("hyperplatform/fd224aa", saves=False),
    "The workaround: it saves none, and the handler uses them.",
)
HYPERPLATFORM = stub(
    Era("hyperplatform/be24042"),
    "HyperPlatform since April 2017: on the stack, with MP, EM and TS cleared around it.",
)
JAILHOUSE_FP = stub(
    Era("jailhouse/v0.12", saves=False),
    "Jailhouse on Arm as compilers made it: handlers use NEON registers, and nobody saves them.",
)
JAILHOUSE = stub(
    Era("jailhouse/14c8802f", saves=False, uses=False),
    "Jailhouse compiled for a processor without NEON.",
)
