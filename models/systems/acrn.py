"""ACRN: two virtual CPUs on a physical one, whose registers are swapped whole at every switch."""

from dataclasses import dataclass
from enum import Enum

from nestproof.models.ownership import presentation as ownership
from nestproof.models.ownership.access import FpuAccess, Latest, fpu_access
from nestproof.models.ownership.contents import Contents, Context
from verifier.language import (
    Act,
    Family,
    Lanes,
    Moment,
    Presentation,
    Sentence,
    System,
    Table,
    assume,
    models,
    record,
    step,
)


class Name(Enum):
    """The virtual CPUs."""

    A = "vCPU A"
    B = "vCPU B"


@dataclass(frozen=True)
class Era:
    """`xsaves`: XSAVES and XRSTORS swap the registers (e61412981), before that FXSAVE does."""

    version: str
    xsaves: bool = True


@record
class Area:
    """Registers, or an image of them: x87 and SSE, and the upper halves of YMM registers."""

    sse: Contents = Contents()
    avx: Contents = Contents()


@record
class Vcpu:
    """A virtual CPU; `area` is in its ext_ctx."""

    context: Context = Context.GUEST
    area: Area = Area()


def area(context: Context) -> Area:
    """Registers of somebody's."""
    return Area(sse=Contents(owner=context), avx=Contents(owner=context))


def vcpu(context: Context) -> Vcpu:
    """A virtual CPU with an image of its own."""
    return Vcpu(context=context, area=area(context))


@record
class Acrn:
    """The processor, and who shares it."""

    era: Era
    registers: Area = area(Context.GUEST)
    current: Name = Name.A
    vcpus: Family[Name, Vcpu] = Family(
        {Name.A: vcpu(Context.GUEST), Name.B: vcpu(Context.OTHER_GUEST)}
    )
    access: FpuAccess = FpuAccess()
    latest_sse: Latest = Latest()
    latest_avx: Latest = Latest()


@models("ACRN: hypervisor/arch/x86/guest/vcpu.c", "context_switch_out", since="v1.4")
def context_switch_out(acrn: Acrn, previous: Vcpu) -> None:
    """Save the registers: save_fxstore_guest_area, then save_xsave_area."""
    previous.area.sse = acrn.registers.sse
    if acrn.era.xsaves:
        previous.area.avx = acrn.registers.avx


@models("ACRN: hypervisor/arch/x86/guest/vcpu.c", "context_switch_in", since="v1.4")
def context_switch_in(acrn: Acrn, upcoming: Vcpu) -> None:
    """Load the registers."""
    acrn.registers.sse = upcoming.area.sse
    if acrn.era.xsaves:
        acrn.registers.avx = upcoming.area.avx


@step
def fpu_instruction(acrn: Acrn, value: bool) -> None:
    """The guest executes an x87 or SSE instruction."""
    context = acrn.vcpus[acrn.current].context
    fpu_access(acrn.access, acrn.latest_sse, acrn.registers.sse, context, value)


@step
def avx_instruction(acrn: Acrn, value: bool) -> None:
    """The guest uses the upper halves of YMM registers; no version keeps it from that."""
    context = acrn.vcpus[acrn.current].context
    fpu_access(acrn.access, acrn.latest_avx, acrn.registers.avx, context, value)


@step
def schedule(acrn: Acrn, to: Name) -> None:
    """The other virtual CPU runs."""
    assume(to != acrn.current)
    context_switch_out(acrn, acrn.vcpus[acrn.current])
    acrn.current = to
    context_switch_in(acrn, acrn.vcpus[to])


def acts(now: Moment[Acrn]) -> Act:
    """Who uses the registers."""
    does = ownership.touches_the_registers(now, lambda acrn: acrn.access)
    return Act(does=does, by="ACRN" if now.ran(schedule) else now.before.current.name)


def headline(now: Moment[Acrn]) -> Sentence | None:
    """What a virtual CPU finds in the registers."""
    return ownership.found_in_the_registers(now, lambda acrn: acrn.access)


SHOWN: Presentation[Acrn] = Presentation(
    lanes=Lanes(lambda acrn: acrn.current.name),
    acts=acts,
    tables=(Table("vcpus", "the virtual CPUs", lambda acrn: acrn.vcpus),),
    hands=ownership.HANDS,
    headline=headline,
    words={"avx": "AVX", "sse": "SSE", "vcpus": "vCPUs"},
)
"""How people are shown executions."""


def acrn(era: Era, summary: str) -> System:
    """A runs."""
    steps = (fpu_instruction, avx_instruction, schedule)
    return System(f"acrn/{era.version}", Acrn(era=era), steps, summary, presentation=SHOWN)


FXSAVE = acrn(
    Era("dadcdcefa", xsaves=False), "ACRN from June 2019: virtual CPUs share one by FXSAVE."
)
XSAVES = acrn(Era("e61412981"), "ACRN from November 2019: XSAVES has all that a guest can use.")
