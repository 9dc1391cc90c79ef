"""Xen: two virtual CPUs of two domains on a processor of AMD, which any guest code may drive."""

from collections.abc import Callable

from nestproof.models.ownership import presentation as ownership
from nestproof.models.ownership.access import fpu_access, transient_access
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.xen.fpu import (
    handle_xsetbv,
    hvm_set_cr4,
    vcpu_restore_fpu_eager,
    vcpu_restore_fpu_lazy,
    vcpu_save_fpu,
)
from nestproof.models.xen.state import Area, Era, Name, Pointers, Registers, Vcpu, Xen
from verifier.language import (
    Act,
    Family,
    Lanes,
    Moment,
    Presentation,
    Sentence,
    System,
    Table,
    abstracts,
    assume,
    observer,
    step,
)


@abstracts("An instruction on what TS protects raises #NM while TS is set, which Xen intercepts")
def has_the_fpu(xen: Xen) -> bool:
    """Whether the instruction goes on; else Xen's handler has run."""
    if not xen.ts:
        return True
    vcpu_restore_fpu_lazy(xen, xen.running)
    return False


@step
def fpu_instruction(xen: Xen, value: bool, raises: bool) -> None:
    """The guest executes an x87 or SSE instruction, which may leave an exception pending."""
    transient_access(xen.transient, xen.registers.sse, xen.running.context)
    if has_the_fpu(xen):
        xen.registers.exception = raises
        points_at_itself(xen)
        fpu_access(xen.access, xen.latest_sse, xen.registers.sse, xen.running.context, value)


@observer("FIP, FDP and FOP are those of the last x87 instruction")
def points_at_itself(xen: Xen) -> None:
    """Whose instruction that was."""
    xen.registers.pointers = Contents(owner=xen.running.context)


@step
def store_pointers(xen: Xen) -> None:
    """The guest reads FIP, FDP and FOP by FNSTENV, as soon as they are anybody's."""
    if has_the_fpu(xen):
        note_pointers(xen)


@observer("What is in the pointers is told by whose it is, and what nobody left is no secret")
def note_pointers(xen: Xen) -> None:
    """Note whose they are; the context's own where they are nobody's."""
    found, context = xen.registers.pointers, xen.running.context
    xen.access.executed = True
    xen.access.context = context
    xen.access.found = found
    if found.owner == Context.INIT:
        xen.access.found = Contents(owner=context)
    xen.access.latest = False


@step
def avx_instruction(xen: Xen, value: bool) -> None:
    """The guest uses the upper halves of YMM registers, which it has enabled."""
    assume(xen.running.avx)
    if has_the_fpu(xen):
        fpu_access(xen.access, xen.latest_avx, xen.registers.avx, xen.running.context, value)


@step
def nonlazy_instruction(xen: Xen, value: bool) -> None:
    """The guest reads and writes a register that TS does not protect, such as PKRU."""
    assume(xen.running.nonlazy)
    context = xen.running.context
    fpu_access(xen.access, xen.latest_nonlazy, xen.registers.nonlazy, context, value)


@step
def enable_avx(xen: Xen) -> None:
    """The guest sets YMM in XCR0."""
    assume(xen.era.xsave)
    handle_xsetbv(xen, xen.running, avx=True, nonlazy=False)


@step
def enable_nonlazy(xen: Xen) -> None:
    """The guest sets bits of XCR0 for registers that TS does not protect."""
    assume(xen.era.xsave)
    xen.running.nonlazy = True
    handle_xsetbv(xen, xen.running, avx=False, nonlazy=True)


@step
def enable_pkru(xen: Xen) -> None:
    """The guest sets CR4.PKE."""
    assume(xen.era.xsave)
    hvm_set_cr4(xen, xen.running)


@step
def schedule(xen: Xen, to: Name) -> None:
    """Another virtual CPU runs."""
    assume(to != xen.current)
    vcpu_save_fpu(xen, xen.running)
    xen.current = to
    vcpu_restore_fpu_eager(xen, xen.running)


def acts(now: Moment[Xen]) -> Act:
    """Where #NM is raised, and who uses the registers."""
    does = ownership.touches_the_registers(
        now, lambda xen: xen.access
    ) or ownership.tries_the_registers(now, lambda xen: xen.transient)
    by = "Xen" if now.ran(schedule) else now.before.current.name
    return Act(trap="#NM" if now.ran(vcpu_restore_fpu_lazy) else "", does=does, by=by)


def headline(now: Moment[Xen]) -> Sentence | None:
    """What a virtual CPU finds in the registers."""
    return ownership.found_in_the_registers(
        now, lambda xen: xen.access
    ) or ownership.found_by_trying(now, lambda xen: xen.transient)


SHOWN: Presentation[Xen] = Presentation(
    lanes=Lanes(lambda xen: xen.current.name),
    acts=acts,
    tables=(
        Table("processor", "the processor", lambda xen: (xen.registers, xen.ts)),
        Table("vcpus", "the virtual CPUs", lambda xen: xen.vcpus),
    ),
    hands=ownership.HANDS,
    headline=headline,
    words={"avx": "AVX", "sse": "SSE", "ts": "TS", "vcpu": "virtual CPU", "vcpus": "vCPUs"},
)
"""How people are shown executions: the virtual CPUs, and whose the registers are."""

STEPS: tuple[Callable[..., None], ...] = (
    fpu_instruction,
    store_pointers,
    avx_instruction,
    nonlazy_instruction,
    enable_avx,
    enable_nonlazy,
    enable_pkru,
    schedule,
)
FXSAVE = (fpu_instruction, store_pointers, schedule)
"""Of a processor without XSAVE."""


def vcpu(context: Context) -> Vcpu:
    """A virtual CPU that has never run, with a save area of its own."""
    own = Contents(owner=context)
    return Vcpu(context=context, area=Area(sse=own, avx=own, nonlazy=own))


def xen(era: Era, summary: str) -> System:
    """B runs and has used all registers, A has never run.

    A toolstack may have set ES in an image without any exception.
    """
    own = Contents(owner=Context.OTHER_GUEST)
    second = Vcpu(
        context=Context.OTHER_GUEST,
        area=Area(sse=own, avx=own, nonlazy=own),
        dirtied=True,
        initialised=True,
        nonlazy_used=era.xsave,
        avx=era.xsave,
        nonlazy=era.xsave,
    )
    start = Xen(
        era=era,
        registers=Registers(sse=own, pointers=own, avx=own, nonlazy=own),
        ts=False,
        current=Name.B,
        vcpus=Family({Name.A: vcpu(Context.GUEST), Name.B: second}),
    )
    return System(
        f"xen/{era.version}",
        start,
        STEPS if era.xsave else FXSAVE,
        summary,
        ("vcpus[A].area.es", "vcpus[B].area.es"),
        presentation=SHOWN,
    )


V3_0_POINTERS = xen(
    Era("v3.0.2+pointers", xsave=False, pointers=Pointers.NEVER),
    "Xen 3.0.2 on AMD: FXSAVE and FXRSTOR leave the x87 pointers of others in place.",
)
V4_2_POINTERS = xen(
    Era("v4.2+pointers", pointers=Pointers.NEVER),
    "Xen 4.2 on AMD: so do XSAVE and XRSTOR.",
)
V4_6_POINTERS = xen(
    Era("v4.6+pointers", pointers=Pointers.BY_ES),
    "Xen 4.6 on AMD: the pointers are left in place where an image has ES set for no exception.",
)
V4_3_XSETBV = xen(
    Era("v4.3+xsetbv", initialises_enabled=False),
    "Xen 4.3: registers that a guest enables in XCR0 have what was in them.",
)
V4_3_NONLAZY = xen(
    Era("v4.3+nonlazy", saves_nonlazy=False),
    "Xen 4.3: what TS does not protect is saved only if what it protects is.",
)
V4_6_FNINIT = xen(
    Era("v4.6+fninit", xsave=False, loads_first_use=False),
    "Xen 4.6 without XSAVE: a first use of the FPU gets FNINIT, and no image.",
)
V4_9_PKRU = xen(
    Era("v4.9+pkru", enables_pkru=False),
    "Xen 4.9: PKRU is switched only for who has enabled it in XCR0.",
)
V3_0_3 = xen(
    Era("v3.0.3-repaired", xsave=False, pointers=Pointers.AT_SAVE),
    "Xen 3.0.3, which loads fixed pointers behind FXSAVE, with an image for a first use.",
)
V4_10_FXSAVE = xen(
    Era("v4.10-fxsave", xsave=False), "Xen 4.10 on AMD without XSAVE: lazy, by CR0.TS."
)
V4_10 = xen(Era("v4.10"), "Xen 4.10 on AMD: lazy, by CR0.TS.")
V4_11_EAGER = xen(
    Era("v4.11-eager", eager=True), "Xen 4.11 with eager-fpu: everything is loaded at a switch."
)
