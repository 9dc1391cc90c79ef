"""KVM and registers that CR0.TS does not protect: MPX, on a host that switches eagerly.

A lazy KVM sets TS for its guest until that raises #NM; MPX instructions never do.
"""

from dataclasses import dataclass
from enum import Enum

from nestproof.models.ownership import presentation as ownership
from nestproof.models.ownership.access import FpuAccess, Latest, fpu_access
from nestproof.models.ownership.contents import Contents, Context
from verifier.language import (
    Act,
    Lanes,
    Moment,
    Presentation,
    Sentence,
    System,
    Table,
    abstracts,
    assume,
    models,
    record,
    step,
)


class Phase(Enum):
    """Where the VMM thread stands."""

    USER = "user"
    HOST = "KVM_RUN"
    GUEST = "guest"


@dataclass(frozen=True)
class Era:
    """`eager_fpu`: a guest with MPX has the FPU all the time (c447e76b4cab)."""

    version: str
    eager_fpu: bool


@record
class Area:
    """Registers, or an image of them: x87 and SSE, and the bound registers of MPX."""

    sse: Contents = Contents()
    bounds: Contents = Contents()


def area(context: Context) -> Area:
    """Registers of somebody's."""
    return Area(sse=Contents(owner=context), bounds=Contents(owner=context))


@record
class Machine:
    """A processor, the VMM thread and its guest; `guest_ts` is TS that KVM sets for it."""

    era: Era
    registers: Area = area(Context.VMM)
    phase: Phase = Phase.USER
    user_image: Area = area(Context.VMM)
    guest_image: Area = area(Context.GUEST)
    fpu_active: bool = False
    guest_fpu_loaded: bool = False
    guest_ts: bool = True
    access: FpuAccess = FpuAccess()
    latest_sse: Latest = Latest()
    latest_bounds: Latest = Latest()


@models("arch/x86/kvm/x86.c", "kvm_load_guest_fpu", since="v3.7", until="v4.15")
def kvm_load_guest_fpu(machine: Machine) -> None:
    """Save the thread's registers, load the guest's, all parts of both."""
    if not machine.guest_fpu_loaded:
        machine.guest_fpu_loaded = True
        machine.user_image = machine.registers
        machine.registers = machine.guest_image


@models("arch/x86/kvm/x86.c", "kvm_put_guest_fpu", since="v3.7", until="v4.15")
def kvm_put_guest_fpu(machine: Machine) -> None:
    """Save the guest's registers, load the thread's; a lazy guest is to lose the FPU."""
    if machine.guest_fpu_loaded:
        machine.guest_fpu_loaded = False
        machine.guest_image = machine.registers
        machine.registers = machine.user_image
        if not machine.era.eager_fpu:
            machine.fpu_active = False
            machine.guest_ts = True


@models("arch/x86/kvm/vmx.c", "vmx_fpu_activate", since="v3.1", until="v4.10")
def vmx_fpu_activate(machine: Machine) -> None:
    """#NM of the guest exits: it has the FPU from the next entry on; so have guests with MPX."""
    machine.fpu_active = True
    machine.guest_ts = False


@abstracts("What executes in user mode or in the guest")
def runs(machine: Machine) -> Context:
    """The guest while it runs, else the VMM."""
    return Context.GUEST if machine.phase == Phase.GUEST else Context.VMM


@step
def sse_instruction(machine: Machine, value: bool) -> None:
    """The VMM or the guest executes an x87 or SSE instruction, which may exit by #NM."""
    assume(machine.phase != Phase.HOST)
    if machine.phase == Phase.GUEST and machine.guest_ts:
        machine.phase = Phase.HOST
        vmx_fpu_activate(machine)
        return
    fpu_access(machine.access, machine.latest_sse, machine.registers.sse, runs(machine), value)


@step
def mpx_instruction(machine: Machine, value: bool) -> None:
    """The VMM or the guest executes an MPX instruction, whatever TS is."""
    assume(machine.phase != Phase.HOST)
    bounds = machine.registers.bounds
    fpu_access(machine.access, machine.latest_bounds, bounds, runs(machine), value)


@step
def kvm_run(machine: Machine) -> None:
    """The VMM thread calls KVM_RUN."""
    assume(machine.phase == Phase.USER)
    machine.phase = Phase.HOST


@step
def enter(machine: Machine) -> None:
    """The guest is entered, with its registers if it has the FPU."""
    assume(machine.phase == Phase.HOST)
    if machine.fpu_active:
        kvm_load_guest_fpu(machine)
    machine.phase = Phase.GUEST


@step
def leave(machine: Machine) -> None:
    """The guest exits."""
    assume(machine.phase == Phase.GUEST)
    machine.phase = Phase.HOST


@step
def vcpu_put(machine: Machine, returns: bool) -> None:
    """The thread is preempted and comes back, or KVM_RUN returns."""
    assume(machine.phase == Phase.HOST)
    kvm_put_guest_fpu(machine)
    if returns:
        machine.phase = Phase.USER


def acts(now: Moment[Machine]) -> Act:
    """Who runs, and who uses the registers."""
    does = ownership.touches_the_registers(now, lambda machine: machine.access)
    return Act(trap="#NM" if now.ran(vmx_fpu_activate) else "", does=does, by=lane(now.before))


def lane(machine: Machine) -> str:
    """The guest or the VMM."""
    return "guest" if machine.phase == Phase.GUEST else "VMM"


def headline(now: Moment[Machine]) -> Sentence | None:
    """What somebody finds in the registers."""
    return ownership.found_in_the_registers(now, lambda machine: machine.access)


SHOWN: Presentation[Machine] = Presentation(
    lanes=Lanes(lane),
    acts=acts,
    tables=(Table("machine", "the processor and KVM", lambda machine: machine),),
    hands=ownership.HANDS,
    headline=headline,
    words={"fpu": "FPU", "mpx": "MPX", "sse": "SSE", "ts": "TS"},
)
"""How people are shown executions: guest and VMM, and whose the registers are."""

STEPS = (sse_instruction, mpx_instruction, kvm_run, enter, leave, vcpu_put)


def kvm(era: Era, summary: str) -> System:
    """The VMM is in user mode."""
    start = Machine(era=era, fpu_active=era.eager_fpu, guest_ts=not era.eager_fpu)
    return System(f"kvm-mpx/{era.version}", start, STEPS, summary, presentation=SHOWN)


V3_14 = kvm(Era("v3.14", eager_fpu=False), "KVM of v3.14: a guest with MPX gets the FPU lazily.")
V4_1 = kvm(Era("v4.1", eager_fpu=True), "KVM of v4.1: a guest with MPX has the FPU all the time.")
