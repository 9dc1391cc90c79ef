"""Linux and MXCSR: a task that sets rounding and exception masks, and a kernel that computes."""

from dataclasses import dataclass

from nestproof.models.linux.task import Place
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
    assume,
    models,
    observer,
    record,
    step,
)


@dataclass(frozen=True)
class Era:
    """`loads_mxcsr`: kernel FPU sections begin with MXCSR_DEFAULT (7ad816762f9b)."""

    version: str
    loads_mxcsr: bool


@record
class Machine:
    """A processor's MXCSR, and a task; TIF_NEED_FPU_LOAD says that its own is in its image."""

    era: Era
    mxcsr: Contents = Contents(owner=Context.TASK_A)
    image: Contents = Contents(owner=Context.TASK_A)
    need_fpu_load: bool = False
    place: Place = Place.USER
    access: FpuAccess = FpuAccess()
    latest: Latest = Latest()


@models(
    "arch/x86/kernel/fpu/core.c",
    "__kernel_fpu_begin",
    since="v5.2",
    moved=(("v5.8", "arch/x86/kernel/fpu/core.c", "kernel_fpu_begin"),),
)
def kernel_fpu_begin(machine: Machine) -> None:
    """Save the task's registers, and give the kernel an MXCSR of its own."""
    if not machine.need_fpu_load:
        machine.need_fpu_load = True
        machine.image = machine.mxcsr
    if machine.era.loads_mxcsr:
        ldmxcsr(machine)


@observer("LDMXCSR of MXCSR_DEFAULT")
def ldmxcsr(machine: Machine) -> None:
    """MXCSR is as kernel code expects it."""
    machine.mxcsr = Contents(owner=Context.KERNEL)


@models("arch/x86/kernel/fpu/core.c", "switch_fpu_return", since="v5.2")
def switch_fpu_return(machine: Machine) -> None:
    """On the way to user mode the task's registers are loaded, if they are not there."""
    if machine.need_fpu_load:
        machine.need_fpu_load = False
        machine.mxcsr = machine.image


@step
def use_mxcsr(machine: Machine, value: bool) -> None:
    """The task computes by its MXCSR, and sets it."""
    assume(machine.place == Place.USER)
    fpu_access(machine.access, machine.latest, machine.mxcsr, Context.TASK_A, value)


@step
def enter_kernel(machine: Machine) -> None:
    """The task calls the kernel, which opens an FPU section."""
    assume(machine.place == Place.USER)
    kernel_fpu_begin(machine)
    machine.place = Place.KERNEL_FPU


@step
def compute(machine: Machine) -> None:
    """The kernel computes by MXCSR, and leaves it as it is."""
    assume(machine.place == Place.KERNEL_FPU)
    fpu_access(machine.access, machine.latest, machine.mxcsr, Context.KERNEL, value=False)


@step
def leave_kernel(machine: Machine) -> None:
    """The kernel closes its section, and the task goes on."""
    assume(machine.place == Place.KERNEL_FPU)
    switch_fpu_return(machine)
    machine.place = Place.USER


def acts(now: Moment[Machine]) -> Act:
    """Who uses MXCSR."""
    does = ownership.touches_the_registers(now, lambda machine: machine.access)
    return Act(does=does, by=lane(now.before))


def lane(machine: Machine) -> str:
    """The kernel or the task."""
    return "task A" if machine.place == Place.USER else "kernel"


def headline(now: Moment[Machine]) -> Sentence | None:
    """What somebody finds in MXCSR."""
    return ownership.found_in_the_registers(now, lambda machine: machine.access)


SHOWN: Presentation[Machine] = Presentation(
    lanes=Lanes(lane),
    acts=acts,
    tables=(Table("machine", "the processor and the task", lambda machine: machine),),
    hands=ownership.HANDS,
    headline=headline,
    words={"fpu": "FPU", "mxcsr": "MXCSR"},
)
"""How people are shown executions: task and kernel, and whose MXCSR is."""

STEPS = (use_mxcsr, enter_kernel, compute, leave_kernel)


def linux(era: Era, summary: str) -> System:
    """The task runs."""
    name = f"linux-mxcsr/{era.version}"
    return System(name, Machine(era=era), STEPS, summary, presentation=SHOWN)


V5_2 = linux(Era("v5.2", loads_mxcsr=False), "Linux v5.2: the kernel computes with a task's MXCSR.")
V5_10 = linux(Era("v5.10", loads_mxcsr=True), "Linux v5.10: the kernel loads one of its own.")
