"""seL4: two cores, threads that are deleted and made again in the same memory, and migrated."""

from nestproof.models.ownership import presentation as ownership
from nestproof.models.ownership.access import fpu_access
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.sel4.fpu import (
    Core,
    CoreName,
    Era,
    Kernel,
    Tcb,
    Thread,
    arch_migrate_tcb,
    arch_prepare_thread_delete,
    handle_fpu_fault,
    lazy_fpu_restore,
)
from verifier.language import (
    Act,
    Family,
    Lane,
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


@abstracts("A thread that no core runs; the kernel stalls the others for it")
def is_stopped(kernel: Kernel, tcb: Tcb) -> bool:
    """Whether a thread runs on neither core."""
    first, second = kernel.cores[CoreName.CORE0], kernel.cores[CoreName.CORE1]
    return (first.thread != tcb) & (second.thread != tcb)


@step
def fpu_instruction(kernel: Kernel, name: CoreName, value: bool) -> None:
    """The thread of a core executes an FPU instruction, or the fault's handler runs."""
    core = kernel.cores[name]
    tcb = core.thread
    assume(tcb is not None)
    if tcb is None:
        return
    if core.enabled:
        thread = kernel.threads[tcb]
        fpu_access(kernel.access, kernel.latest, core.registers, thread.context, value)
    else:
        handle_fpu_fault(kernel, name, tcb)


@step
def schedule(kernel: Kernel, name: CoreName, tcb: Tcb, often: bool) -> None:
    """A core goes on with a thread that has it for its affinity."""
    thread = kernel.threads[tcb]
    assume(thread.exists & (thread.affinity == name) & is_stopped(kernel, tcb))
    kernel.cores[name].thread = tcb
    lazy_fpu_restore(kernel, name, tcb, often)


@step
def stop(kernel: Kernel, name: CoreName) -> None:
    """A core idles; FPU and owner stay as they are."""
    kernel.cores[name].thread = None


@step
def migrate(kernel: Kernel, tcb: Tcb) -> None:
    """A stopped thread gets the other core."""
    thread = kernel.threads[tcb]
    assume(thread.exists & is_stopped(kernel, tcb))
    arch_migrate_tcb(kernel, tcb)
    on_first = thread.affinity == CoreName.CORE0
    thread.affinity = CoreName.CORE1 if on_first else CoreName.CORE0


@step
def delete(kernel: Kernel, tcb: Tcb) -> None:
    """A stopped thread is deleted; its memory stays as it is."""
    assume(kernel.threads[tcb].exists & is_stopped(kernel, tcb))
    arch_prepare_thread_delete(kernel, tcb)
    kernel.threads[tcb].exists = False


@step
def retype(kernel: Kernel, tcb: Tcb, name: CoreName) -> None:
    """The memory becomes a thread again, which has never run; there is one such at a time."""
    other = Tcb.SECOND if tcb == Tcb.FIRST else Tcb.FIRST
    assume(not kernel.threads[tcb].exists)
    assume(kernel.threads[other].context != Context.TASK_C)
    kernel.threads[tcb].exists = True
    kernel.threads[tcb].affinity = name
    kernel.threads[tcb].context = Context.TASK_C
    is_another(kernel, tcb)


@observer("A thread in memory that was another's has an initial state of its own")
def is_another(kernel: Kernel, tcb: Tcb) -> None:
    """The memory of a new TCB is cleared."""
    kernel.threads[tcb].area = Contents(owner=Context.TASK_C)
    kernel.latest.value[Context.TASK_C] = False


def core_of(now: Moment[Kernel]) -> str:
    """The core on which a step is taken."""
    return "core 1" if now.choices.get("name") == CoreName.CORE1 else "core 0"


def acts(now: Moment[Kernel]) -> Act:
    """Where the FPU is asked for, and who uses it."""
    does = ownership.touches_the_registers(now, lambda kernel: kernel.access)
    return Act(trap="FPU fault" if now.ran(handle_fpu_fault) else "", does=does, by=core_of(now))


def headline(now: Moment[Kernel]) -> Sentence | None:
    """What a thread finds in the registers."""
    return ownership.found_in_the_registers(now, lambda kernel: kernel.access)


SHOWN: Presentation[Kernel] = Presentation(
    lanes=Lanes(lambda _: ("core 0", "core 1"), (Lane("core 0"), Lane("core 1"))),
    acts=acts,
    tables=(
        Table("cores", "the cores", lambda kernel: kernel.cores),
        Table("threads", "the memory of threads", lambda kernel: kernel.threads),
    ),
    hands=ownership.HANDS,
    headline=headline,
    words={"fpu": "FPU", "tcb": "TCB"},
)
"""How people are shown executions: the cores, and whose the registers are."""


def sel4(era: Era, summary: str) -> System:
    """Two threads that have been made on core 0, and run nowhere."""
    start = Kernel(
        era=era,
        cores=Family({name: Core() for name in CoreName}),
        threads=Family(
            {
                Tcb.FIRST: Thread(context=Context.TASK_A, area=Contents(owner=Context.TASK_A)),
                Tcb.SECOND: Thread(context=Context.TASK_B, area=Contents(owner=Context.TASK_B)),
            }
        ),
    )
    steps = (fpu_instruction, schedule, stop, migrate, delete, retype)
    return System(f"sel4/{era.version}", start, steps, summary, presentation=SHOWN)


V12_0_DELETE = sel4(
    Era("v12.0+delete", deletes_owner=False),
    "seL4 12.0 on Arm: a thread that is deleted stays the owner of the FPU.",
)
V11_0_MIGRATE = sel4(
    Era("v11.0+migrate", migrates_owner=False),
    "seL4 11.0 on RISC-V: a thread that gets another core leaves its registers behind.",
)
V12_1 = sel4(Era("v12.1"), "seL4 12.1: who is deleted or migrated gives the FPU away.")
