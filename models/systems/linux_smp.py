"""Linux on two processors, era by era: three tasks that move, begin and end, signals for all."""

from collections.abc import Callable

from nestproof.models.linux import eager as eager_steps
from nestproof.models.linux import elsewhere, processor, signals, smp
from nestproof.models.linux.eager import EagerSmp, Restore
from nestproof.models.linux.era import Era
from nestproof.models.linux.fpu_eras import V3_4, V3_7, V3_10_EAGER
from nestproof.models.linux.lifecycle import V3_4 as KEEPS_REGISTERS
from nestproof.models.linux.lifecycle import V3_7 as DROPS_REGISTERS
from nestproof.models.linux.lifecycle import V3_12_EAGER as SAVES_TO_CHILD
from nestproof.models.linux.lifecycle import Lifecycle
from nestproof.models.linux.smp import Smp, SmpHost
from nestproof.models.linux.smp_presentation import SMP
from nestproof.models.linux.task import CpuName, Fpu, Owner, Place, Processor, Task, TaskName
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import running
from verifier.language import Family, System

Steps = tuple[Callable[..., None], ...]

STEPS: Steps = (
    smp.run_cpu,
    smp.schedule,
    smp.fork,
    smp.exit,
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
LAZY = (processor.allocate, processor.finish_nm, processor.x87_exception)

UNUSED = Cpu(cr0=running(mp=True, em=False, ts=True))
NOBODY_HAS_THE_REGISTERS = Family(
    {
        CpuName.CPU0: Processor(cpu=UNUSED, current=TaskName.A),
        CpuName.CPU1: Processor(cpu=UNUSED, current=TaskName.B),
    }
)


def lazy(version: str, era: Era, lifecycle: Lifecycle, summary: str, steps: Steps = ()) -> System:
    """A kernel whose tasks have not used the FPU, and use it lazily; CONFIG_PREEMPT=y."""
    host = SmpHost(era=era, cpus=NOBODY_HAS_THE_REGISTERS)
    return System(
        f"linux-smp/lazy-{version}",
        Smp(lifecycle=lifecycle, host=host),
        (*STEPS, *LAZY, *steps),
        f"Linux {summary}",
        presentation=SMP,
    )


LAZY_V3_4 = lazy(
    "v3.4",
    V3_4,
    KEEPS_REGISTERS,
    "v3.4 on two processors: fpu_owner_task of each, last_cpu, and tasks that move",
    (elsewhere.debug_refused,),
)
LAZY_V3_7 = lazy(
    "v3.7",
    V3_7,
    DROPS_REGISTERS,
    "v3.7 on two processors, not eager: one that starts has nobody's registers",
)


REPLACED = (
    smp.schedule,
    processor.hardirq,
    processor.softirq_begin,
    processor.softirq_without_registers,
    processor.kernel_fpu_end,
    processor.dump_fpu,
    elsewhere.cpu_off_and_on,
)
"""What is another step where restores are in two parts, needs a lazy kernel, or never comes back:
a task that dumps core ends. An eager kernel does not look at whose registers a processor has.
"""

EAGER_STEPS: Steps = (
    *(step for step in STEPS if step not in REPLACED),
    eager_steps.schedule,
    eager_steps.hardirq,
    eager_steps.softirq_begin,
    eager_steps.softirq_without_registers,
    eager_steps.kernel_fpu_end,
    eager_steps.kernel_fpu_restore,
    eager_steps.return_32bit,
    eager_steps.copy_frame,
    eager_steps.mark_registers,
    eager_steps.load_registers,
)


def having(name: TaskName, owner: Owner, context: Context) -> Processor:
    """A processor that has the registers of the task that runs on it."""
    cpu = Cpu(cr0=running(mp=True, em=False, ts=False), registers=Contents(owner=context))
    return Processor(cpu=cpu, current=name, fpu_owner_task=owner)


def eager_task(context: Context, runs: bool) -> Task:
    """A task with an image; the last one is in the kernel."""
    place = Place.USER if runs else Place.KERNEL
    fpu = Fpu(has_fpu=runs, state=Contents(owner=context))
    return Task(context=context, place=place, used_math=True, fpu=fpu)


EVERYBODY_HAS_REGISTERS = Family(
    {
        CpuName.CPU0: having(TaskName.A, Owner.A, Context.TASK_A),
        CpuName.CPU1: having(TaskName.B, Owner.B, Context.TASK_B),
    }
)
EAGER_TASKS = Family(
    {
        TaskName.A: eager_task(Context.TASK_A, runs=True),
        TaskName.B: eager_task(Context.TASK_B, runs=True),
        TaskName.C: eager_task(Context.TASK_C, runs=False),
    }
)


def eager(version: str, restore: Restore, summary: str) -> System:
    """A kernel whose tasks have the FPU all the time, kernel threads included."""
    host = SmpHost(era=V3_10_EAGER, cpus=EVERYBODY_HAS_REGISTERS, tasks=EAGER_TASKS)
    return System(
        f"linux-smp/eager-{version}",
        EagerSmp(lifecycle=SAVES_TO_CHILD, host=host, restore=restore),
        EAGER_STEPS,
        summary,
        presentation=SMP,
    )


EAGER_V3_12 = eager(
    "v3.12",
    Restore(preemptible=True, interruptible=True),
    "Linux v3.12, eager, on two processors: every switch saves and loads",
)
EAGER_SIGRETURN = eager(
    "v3.12+sigreturn",
    Restore(preemptible=True),
    "v3.12, eager, before df24fb859a4e: sigreturn of a 32-bit task is preempted in its restore",
)
EAGER_RESTORE = eager(
    "v3.12+restore",
    Restore(interruptible=True),
    "v3.12, eager, before 14e153ef75ee: an interrupt uses the FPU in the middle of a restore",
)
EAGER_REPAIRED = eager(
    "v3.12-repaired", Restore(), "v3.12, eager, with df24fb859a4e and 14e153ef75ee"
)
