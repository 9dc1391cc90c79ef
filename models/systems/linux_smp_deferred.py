"""Linux v5.2 and later on two processors: registers are loaded on the way to user mode."""

from collections.abc import Callable
from dataclasses import replace

from nestproof.models.linux import deferred_signals, deferred_steps
from nestproof.models.linux.deferred import Deferred, DeferredHost, Point, UserTask
from nestproof.models.linux.deferred_era import DeferredEra
from nestproof.models.linux.deferred_presentation import DEFERRED
from nestproof.models.linux.fpu_deferred_eras import (
    V5_2,
    V5_2_REPAIRED,
    V5_17,
    V6_1,
    V6_12,
    V6_19,
)
from nestproof.models.linux.fpu_initialized import V4_19, V4_20
from nestproof.models.linux.task import CpuName, Fpu, Owner, Processor, TaskName
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import RUNNING
from verifier.language import Family, System

Steps = tuple[Callable[..., None], ...]

STEPS: Steps = (
    deferred_steps.run_cpu,
    deferred_steps.fpu_instruction,
    deferred_steps.enter_kernel,
    deferred_steps.leave_kernel,
    deferred_steps.schedule,
    deferred_steps.kernel_fpu_begin,
    deferred_steps.kernel_fpu_use,
    deferred_steps.kernel_fpu_end,
    deferred_steps.hardirq,
    deferred_steps.softirq_begin,
    deferred_steps.softirq_use,
    deferred_steps.softirq_end,
    deferred_steps.save,
    deferred_steps.fpu_sync_fpstate,
    deferred_steps.exit,
    deferred_steps.fork,
    deferred_steps.fork_end,
    deferred_steps.debug,
    deferred_steps.cpu_off_and_on,
    deferred_signals.signal,
    deferred_signals.load_for_frame,
    deferred_signals.save_frame,
    deferred_signals.exec,
    deferred_signals.flush,
    deferred_signals.clear,
    deferred_signals.activate,
    deferred_signals.signal_return,
    deferred_signals.load_frame,
    deferred_signals.copy_frame,
    deferred_signals.load_image,
)


def runs(name: TaskName, owner: Owner, context: Context) -> Processor:
    """A processor that has the registers of the task that runs on it."""
    cpu = Cpu(cr0=RUNNING, registers=Contents(owner=context))
    return Processor(cpu=cpu, current=name, fpu_owner_task=owner)


def user(context: Context, cpu: CpuName) -> UserTask:
    """A task whose registers are on a processor."""
    fpu = Fpu(last_cpu=True, cpu=cpu, state=Contents(owner=context))
    return UserTask(context=context, need_fpu_load=False, fpu=fpu)


START = DeferredHost(
    era=V5_2,
    cpus=Family(
        {
            CpuName.CPU0: runs(TaskName.A, Owner.A, Context.TASK_A),
            CpuName.CPU1: runs(TaskName.B, Owner.B, Context.TASK_B),
        }
    ),
    tasks=Family(
        {
            TaskName.A: user(Context.TASK_A, CpuName.CPU0),
            TaskName.B: user(Context.TASK_B, CpuName.CPU1),
            TaskName.C: UserTask(context=Context.TASK_C, point=Point.KERNEL, kernel_thread=True),
        }
    ),
)
"""A and B run, and C is a kernel thread."""


def deferred(version: str, era: DeferredEra, summary: str) -> System:
    """A kernel whose user tasks have the FPU all the time."""
    host = DeferredHost(era=era, cpus=START.cpus, tasks=START.tasks)
    return System(
        f"linux-smp/deferred-{version}", Deferred(host=host), STEPS, summary, presentation=DEFERRED
    )


DEFERRED_V5_2 = deferred("v5.2", V5_2, "Linux v5.2: registers are loaded on the way to user mode")
STALE_OWNER = deferred(
    "v5.2+stale-owner",
    replace(V5_2_REPAIRED, reads_owner_once=True),
    "v5.2 before 59c4bd853abc: the owner of the registers is read once, before a page fault",
)
FAILED_LOAD = deferred(
    "v5.2+failed-load",
    replace(V5_2_REPAIRED, failed_load_disowns=False, failed_copy_disowns=False),
    "v5.2 before bbc55341b9c6: half-loaded registers stay another task's",
)
HARDIRQ = deferred(
    "v5.2+hardirq",
    replace(V5_2_REPAIRED, hardirq_asks=False),
    "v5.2 before 59f5ede3bc0f: interrupt handlers use the FPU where fpregs_lock is held",
)
DEFERRED_V5_2_REPAIRED = deferred(
    "v5.2-repaired", V5_2_REPAIRED, "v5.2 with 59c4bd853abc, bbc55341b9c6 and 59f5ede3bc0f"
)
DEFERRED_V5_17 = deferred("v5.17", V5_17, "Linux v5.17: sigreturn tries again after a page fault")
DEFERRED_V6_1 = deferred("v6.1", V6_1, "Linux v6.1: interrupt handlers ask for softirqs, too")
DEFERRED_V6_12 = deferred("v6.12", V6_12, "Linux v6.12: exec leaves the owner of the registers")
DEFERRED_V6_19 = deferred("v6.19", V6_19, "Linux v6.19: TIF_NEED_FPU_LOAD is set at switch-out")


EAGER_STEPS = (*STEPS, deferred_signals.mark_initialized)
"""load_image goes on from there."""


def initialized(version: str, era: DeferredEra, steps: Steps, summary: str) -> System:
    """A kernel that saves and loads at every switch, by fpu->initialized."""
    host = DeferredHost(era=era, cpus=START.cpus, tasks=START.tasks)
    name = f"linux-smp/eager-{version}"
    return System(name, Deferred(host=host), steps, summary, presentation=DEFERRED)


SOFTIRQS_ONLY = tuple(step for step in EAGER_STEPS if step is not deferred_steps.hardirq)

EAGER_V4_19 = initialized(
    "v4.19",
    V4_19,
    EAGER_STEPS,
    "Linux v4.19: every switch saves and loads where fpu->initialized is set",
)
EAGER_V4_19_SOFTIRQ = initialized(
    "v4.19-softirq", V4_19, SOFTIRQS_ONLY, "v4.19, where no hard interrupt uses the FPU"
)
EAGER_V4_20 = initialized(
    "v4.20", V4_20, EAGER_STEPS, "Linux v4.20, with 68239654acaf: sigreturn without softirqs"
)
EAGER_V4_20_SOFTIRQ = initialized(
    "v4.20-softirq", V4_20, SOFTIRQS_ONLY, "v4.20, where no hard interrupt uses the FPU"
)
