"""Linux on bare hardware, era by era: three tasks, signals, interrupts and kernel FPU users."""

from nestproof.models.linux import elsewhere, processor, signals
from nestproof.models.linux.fpu_core import V4_10
from nestproof.models.linux.fpu_eras import V3_4, V3_7
from nestproof.models.linux.i387 import V3_2
from nestproof.models.linux.presentation import NATIVE
from nestproof.models.linux.processor import Native
from nestproof.models.linux.task import Fpu, Host, Owner, Place, Task, TaskName
from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import running
from nestproof.models.x86.registers import Contents, Context
from verifier.language import Family, System

STEPS = (
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

NOBODY_HAS_THE_REGISTERS = Cpu(cr0=running(mp=True, em=False, ts=True))

LAZY_V3_2 = System(
    "native/lazy-v3.2",
    Native(host=Host(era=V3_2, cpu=NOBODY_HAS_THE_REGISTERS)),
    (*STEPS, *FIRST_USE, processor.x87_exception),
    summary="Linux v3.2 on bare hardware: TS_USEDFPU says who has the registers",
    presentation=NATIVE,
)

LAZY_V3_4 = System(
    "native/lazy-v3.4",
    Native(host=Host(era=V3_4, cpu=NOBODY_HAS_THE_REGISTERS)),
    (*STEPS, *FIRST_USE, processor.x87_exception),
    summary="Linux v3.4 on bare hardware: fpu_owner_task, last_cpu and lazy restore",
    presentation=NATIVE,
)

LAZY_V3_7 = System(
    "native/lazy-v3.7",
    Native(host=Host(era=V3_7, cpu=NOBODY_HAS_THE_REGISTERS)),
    (*STEPS, *FIRST_USE, processor.x87_exception),
    summary="Linux v3.7 on bare hardware that is not eager: a processor that starts has no owner",
    presentation=NATIVE,
)

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

EAGER_V4_10 = System(
    "native/eager-v4.10",
    Native(host=Host(era=V4_10, cpu=A_RUNS, tasks=EAGER_TASKS, fpu_owner_task=Owner.A)),
    STEPS,
    summary="Linux v4.10 on bare hardware: every switch saves and loads, TS is never set",
    arbitrary=("host.save_destroys",),
    presentation=NATIVE,
)
