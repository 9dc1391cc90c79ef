"""Linux on bare hardware, era by era: three tasks, signals, interrupts and kernel FPU users."""

from collections.abc import Callable
from dataclasses import replace

from nestproof.models.linux import elsewhere, processor, signals
from nestproof.models.linux.era import Era
from nestproof.models.linux.fpu_core import CHECKS, REINITIALISES, V4_10
from nestproof.models.linux.fpu_eras import V3_4, V3_7
from nestproof.models.linux.i387 import V3_2
from nestproof.models.linux.native import Native
from nestproof.models.linux.presentation import NATIVE
from nestproof.models.linux.task import Fpu, Host, Owner, Place, Task, TaskName
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import running
from verifier.language import Family, System

Steps = tuple[Callable[..., None], ...]

STEPS: Steps = (
    processor.fpu_instruction,
    processor.fpu_fault,
    processor.math_error,
    processor.enter_kernel,
    processor.leave_kernel,
    processor.kernel_fpu_begin,
    processor.kernel_fpu_load,
    processor.kernel_fpu_use,
    processor.kernel_fpu_end,
    processor.kernel_fpu_in_page_fault,
    processor.dump_fpu,
    processor.hardirq,
    processor.softirq_begin,
    processor.softirq_without_registers,
    processor.softirq_use,
    processor.softirq_end,
    processor.schedule,
    elsewhere.run_elsewhere,
    elsewhere.debug,
    elsewhere.cpu_off_and_on,
    signals.signal,
    signals.save_frame,
    signals.exec,
    signals.start_afresh,
    signals.signal_return,
    signals.take_registers,
    signals.load_frame,
)
FIRST_USE = (processor.allocate, processor.finish_nm)

REFUSED = (elsewhere.debug_refused,)

NOBODY_HAS_THE_REGISTERS = Cpu(cr0=running(mp=True, em=False, ts=True))


def lazy(version: str, era: Era, summary: str, steps: Steps = (*STEPS, *REFUSED)) -> System:
    """A kernel whose tasks have not used the FPU, and use it lazily; CONFIG_PREEMPT=y."""
    return System(
        f"native/lazy-{version}",
        Native(host=Host(era=era, cpu=NOBODY_HAS_THE_REGISTERS)),
        (*steps, *FIRST_USE, processor.x87_exception),
        f"Linux {summary}",
        presentation=NATIVE,
    )


def voluntary(version: str, era: Era, of: System) -> System:
    """The same kernel without CONFIG_PREEMPT, where that changes a verdict."""
    return replace(
        of,
        name=f"native/lazy-{version}-voluntary",
        initial=Native(host=Host(era=era, cpu=NOBODY_HAS_THE_REGISTERS, preemptible=False)),
        summary=f"As lazy-{version}, built without CONFIG_PREEMPT: tasks are left where they sleep",
    )


LAZY_V3_2 = replace(
    lazy("v3.2", V3_2, "v3.2 on bare hardware: TS_USEDFPU says who has the registers"),
    arbitrary=("host.preemptible",),
)
LAZY_V3_4 = lazy("v3.4", V3_4, "v3.4 on bare hardware: fpu_owner_task, last_cpu and lazy restore")
LAZY_V3_7 = lazy(
    "v3.7", V3_7, "v3.7, not eager: a processor that starts has nobody's registers", STEPS
)

LAZY_V3_4_VOLUNTARY = voluntary("v3.4", V3_4, LAZY_V3_4)
LAZY_V3_7_VOLUNTARY = voluntary("v3.7", V3_7, LAZY_V3_7)

A_RUNS = Cpu(cr0=running(mp=True, em=False, ts=False), registers=Contents(owner=Context.TASK_A))
EAGER_TASKS = Family(
    {
        TaskName.A: Task(
            context=Context.TASK_A,
            used_math=True,
            fpu=Fpu(has_fpu=True, state=Contents(owner=Context.TASK_A)),
        ),
        TaskName.B: Task(
            context=Context.TASK_B, used_math=True, fpu=Fpu(state=Contents(owner=Context.TASK_B))
        ),
        TaskName.C: Task(context=Context.TASK_C, place=Place.KERNEL),
    }
)
"""Task C is a kernel thread, which has no FPU state until it executes a program."""


def eager(version: str, era: Era, summary: str) -> System:
    """A kernel whose tasks have the FPU all the time."""
    return System(
        f"native/eager-{version}",
        Native(host=Host(era=era, cpu=A_RUNS, tasks=EAGER_TASKS, fpu_owner_task=Owner.A)),
        (*STEPS, *REFUSED, processor.fpu_save_rest),
        f"Linux {summary}",
        arbitrary=("host.save_destroys", "host.preemptible"),
        presentation=NATIVE,
    )


EAGER_V4_10 = eager(
    "v4.10", V4_10, "v4.10 on bare hardware: every switch saves and loads, TS is never set"
)
EAGER_V4_10_REINITIALISED = eager(
    "v4.10+refused-image",
    REINITIALISES,
    "v4.10 with d5c8028b4788: where XRSTOR refuses an image the initial state is loaded",
)
EAGER_V4_10_REPAIRED = eager(
    "v4.10-repaired",
    CHECKS,
    "v4.10 with d5c8028b4788 and 814fb7bb7db5, which lets no such image in",
)
EAGER_V4_10_FNSAVE = System(
    "native/eager-v4.10+fnsave",
    Native(
        host=Host(
            era=V4_10, cpu=A_RUNS, tasks=EAGER_TASKS, fpu_owner_task=Owner.A, save_destroys=True
        ),
        fnsave_in_interrupts=True,
    ),
    (*STEPS, processor.fpu_save_rest),
    summary="Linux v4.10 on a processor without FXSAVE, if interrupts there used the FPU",
    arbitrary=("host.preemptible",),
    presentation=NATIVE,
    without=("witnesses",),
)
"""FNSAVE leaves no registers behind that could be used again, which is a case of witnesses."""
