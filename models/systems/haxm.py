"""HAXM: a guest on a host that knows nothing of it; what core/vcpu.c swaps around its entries.

HAXM neither sets TS for the guest nor keeps it from it on most processors, so that #NM is the only
sign by which a version could learn that the guest uses the FPU.
"""

from dataclasses import dataclass

from nestproof.models.ownership import presentation as ownership
from nestproof.models.ownership.access import FpuAccess, Latest, fpu_access
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86.cr0 import Cr0
from verifier.language import (
    Act,
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


@dataclass(frozen=True)
class Era:
    """What differs between versions.

    `always_swaps`: at every entry and exit (6c2cd4d), and not once the guest has raised #NM.
    `clears_ts`: CLTS before FXSAVE (b5b2356). `avx`: a guest may set YMM in XCR0 (f75543e).
    """

    version: str
    always_swaps: bool = True
    clears_ts: bool = True
    avx: bool = False


@record
class Haxm:
    """A processor, the image that each side has at hfxpage or gfxpage, and what HAXM remembers.

    `cr0.ts` is CR0.TS while the host runs, which some hosts leave set, `guest_ts` the guest's own.
    """

    era: Era
    registers: Contents = Contents(owner=Context.TASK_A)
    avx: Contents = Contents(owner=Context.TASK_A)
    host_image: Contents = Contents()
    guest_image: Contents = Contents(owner=Context.GUEST)
    cr0: Cr0 = Cr0()
    saved_ts: bool = False
    guest_ts: bool = False
    in_guest: bool = False
    intercepts_nm: bool = True
    is_fpu_used: bool = False
    access: FpuAccess = FpuAccess()
    latest: Latest = Latest()
    latest_avx: Latest = Latest()


@models("HAXM: core/vcpu.c", "vcpu_enter_fpu_state", since="7.2")
def vcpu_enter_fpu_state(haxm: Haxm) -> None:
    """Save the host's registers, load the guest's: all that FXSAVE knows."""
    if haxm.era.clears_ts:
        haxm.saved_ts = haxm.cr0.ts
        haxm.cr0.ts = False
    if haxm.era.always_swaps or haxm.is_fpu_used:
        assert not haxm.cr0.ts, "FXSAVE raises #NM in the host's kernel"
        haxm.host_image = haxm.registers
        haxm.registers = haxm.guest_image


@models("HAXM: core/vcpu.c", "vcpu_exit_fpu_state", since="7.2")
def vcpu_exit_fpu_state(haxm: Haxm) -> None:
    """Save the guest's registers, load the host's, and set TS again if it was."""
    if haxm.era.always_swaps or haxm.is_fpu_used:
        haxm.guest_image = haxm.registers
        haxm.registers = haxm.host_image
    if haxm.era.clears_ts:
        haxm.cr0.ts = haxm.saved_ts


@models("HAXM: core/vcpu.c", "exit_exc_nmi", since="7.2", until="7.3.2")
def exit_exc_nm(haxm: Haxm) -> None:
    """#NM of the guest: from now on registers are swapped, and #NM is the guest's own."""
    if haxm.guest_ts:
        haxm.is_fpu_used = True
        haxm.intercepts_nm = False


@step
def host_instruction(haxm: Haxm, value: bool) -> None:
    """The host's task executes an FPU instruction; TS is clear where it has the registers."""
    assume(not haxm.in_guest)
    assume(not haxm.cr0.ts)
    fpu_access(haxm.access, haxm.latest, haxm.registers, Context.TASK_A, value)


@step
def host_avx_instruction(haxm: Haxm, value: bool) -> None:
    """The host's task uses the upper halves of YMM registers."""
    assume(not haxm.in_guest)
    assume(not haxm.cr0.ts)
    fpu_access(haxm.access, haxm.latest_avx, haxm.avx, Context.TASK_A, value)


@step
def enter(haxm: Haxm) -> None:
    """The host's task runs the guest."""
    assume(not haxm.in_guest)
    vcpu_enter_fpu_state(haxm)
    haxm.in_guest = True


@step
def leave(haxm: Haxm) -> None:
    """The guest exits."""
    assume(haxm.in_guest)
    vcpu_exit_fpu_state(haxm)
    haxm.in_guest = False


@step
def guest_instruction(haxm: Haxm, value: bool) -> None:
    """The guest executes an FPU instruction, or #NM exits, or its own handler clears TS."""
    assume(haxm.in_guest)
    if not haxm.guest_ts:
        fpu_access(haxm.access, haxm.latest, haxm.registers, Context.GUEST, value)
    elif haxm.intercepts_nm and not haxm.era.always_swaps:
        vcpu_exit_fpu_state(haxm)
        haxm.in_guest = False
        exit_exc_nm(haxm)
    else:
        haxm.guest_ts = False


@step
def guest_avx_instruction(haxm: Haxm, value: bool) -> None:
    """The guest uses the upper halves of YMM registers, which it has enabled in XCR0."""
    assume(haxm.in_guest & (not haxm.guest_ts) & haxm.era.avx)
    fpu_access(haxm.access, haxm.latest_avx, haxm.avx, Context.GUEST, value)


@step
def guest_changes_ts(haxm: Haxm, ts: bool) -> None:
    """The guest sets or clears TS, which does not exit."""
    assume(haxm.in_guest)
    haxm.guest_ts = ts


def acts(now: Moment[Haxm]) -> Act:
    """Who runs, and who uses the registers."""
    does = ownership.touches_the_registers(now, lambda haxm: haxm.access)
    return Act(does=does, by="guest" if now.before.in_guest else "host")


def headline(now: Moment[Haxm]) -> Sentence | None:
    """What somebody finds in the registers."""
    return ownership.found_in_the_registers(now, lambda haxm: haxm.access)


SHOWN: Presentation[Haxm] = Presentation(
    lanes=Lanes(lambda haxm: "guest" if haxm.in_guest else "host"),
    acts=acts,
    tables=(Table("haxm", "the processor and HAXM", lambda haxm: haxm),),
    hands=ownership.HANDS,
    headline=headline,
    words={"avx": "AVX", "fpu": "FPU", "nm": "#NM", "ts": "TS"},
)
"""How people are shown executions: host and guest, and whose the registers are."""

STEPS = (host_instruction, enter, leave, guest_instruction, guest_changes_ts)
AVX_STEPS = (host_avx_instruction, guest_avx_instruction)


def haxm(era: Era, summary: str) -> System:
    """The host's task has the registers; whether its kernel leaves TS set is open."""
    steps = (*STEPS, *AVX_STEPS) if era.avx else STEPS
    return System(
        f"haxm/{era.version}", Haxm(era=era), steps, summary, ("cr0.ts",), presentation=SHOWN
    )


V7_3_1 = haxm(
    Era("v7.3.1+used", always_swaps=False),
    "HAXM 7.3.1: registers are swapped once the guest has raised #NM, and not before.",
)
V7_5_0 = haxm(
    Era("v7.5.0+ts", clears_ts=False),
    "HAXM 7.5.0: registers are swapped at every entry and exit, whatever the host's TS is.",
)
V7_8_0 = haxm(Era("v7.8.0"), "HAXM 7.8.0: TS is cleared, and set again behind the guest.")
V7_8_0_AVX = haxm(
    Era("v7.8.0+avx", avx=True),
    "HAXM after 7.8.0: a guest may use AVX, and FXSAVE swaps nothing of it.",
)
