"""What happens under v5.2 and later: user code, the kernel's FPU users, switches, fork and exit.

A step is one of the processor that executes; `run_cpu` goes on with another one.
"""

from nestproof.models.linux import fpu_deferred_smp
from nestproof.models.linux.deferred import Deferred, Point, UserTask, can_be_left, stands_at
from nestproof.models.linux.task import CpuName, Interrupt, Owner, TaskName
from nestproof.models.ownership.access import fpu_access, transient_access
from nestproof.models.ownership.contents import Contents, Context
from verifier.language import abstracts, assume, models, observer, step


@step
def run_cpu(s: Deferred, cpu: CpuName) -> None:
    """The next steps are those of another processor."""
    assume(cpu != s.host.executing)
    s.host.executing = cpu


@step
def fpu_instruction(s: Deferred, value: bool) -> None:
    """The running task goes to user mode, if it is on its way, and executes an FPU instruction."""
    assume(stands_at(s.host, Point.USER))
    s.host.era.exit_to_user_mode(s.host)
    registers = s.host.this_cpu.cpu.registers
    transient_access(s.transient, registers, s.host.running.context)
    fpu_access(s.access, s.latest, registers, s.host.running.context, value)


@step
def enter_kernel(s: Deferred) -> None:
    """The running task makes a system call."""
    assume(stands_at(s.host, Point.USER))
    s.host.running.point = Point.KERNEL


@step
def leave_kernel(s: Deferred) -> None:
    """The running task goes back to user mode."""
    assume(stands_at(s.host, Point.KERNEL) & (s.host.running.kernel_thread ^ True))
    s.host.running.point = Point.USER


@step
def schedule(s: Deferred, to: TaskName) -> None:
    """A task that runs nowhere, and has not ended, runs."""
    assume(can_be_left(s.host) & (s.host.is_running(to) ^ True))
    assume(s.host.tasks[to].point != Point.DEAD)
    s.host.era.switch_to(s.host, to)


@step
def kernel_fpu_begin(s: Deferred) -> None:
    """The kernel opens an FPU section in process context and loads registers of its own."""
    assume(stands_at(s.host, Point.KERNEL))
    s.host.era.kernel_fpu_begin(s.host)
    s.host.running.point = Point.KERNEL_FPU
    load(s, Context.KERNEL)


@step
def kernel_fpu_use(s: Deferred) -> None:
    """The kernel computes in its FPU section."""
    assume(stands_at(s.host, Point.KERNEL_FPU))
    kernel_access(s, Context.KERNEL)


@step
def kernel_fpu_end(s: Deferred) -> None:
    """The kernel closes its FPU section."""
    assume(stands_at(s.host, Point.KERNEL_FPU))
    s.host.era.kernel_fpu_end(s.host)
    s.host.running.point = Point.KERNEL


@observer("An FPU instruction inside a kernel FPU section")
def kernel_access(s: Deferred, context: Context) -> None:
    """Find whose registers these are; which of the section's own values is not looked at."""
    registers = s.host.this_cpu.cpu.registers
    fpu_access(s.access, s.latest, registers, context, value=False)


@observer("What a kernel FPU section computes with")
def load(s: Deferred, context: Context) -> None:
    """Fill the registers with contents of the kernel."""
    s.host.this_cpu.cpu.registers = Contents(owner=context)


@step
def hardirq(s: Deferred) -> None:
    """An interrupt handler uses the FPU, if it may, with interrupts off."""
    assume(s.host.era.irq_fpu_usable(s.host, True))
    s.host.era.kernel_fpu_begin(s.host)
    load(s, Context.INTERRUPT)
    s.host.era.kernel_fpu_end(s.host)


@step
def softirq_begin(s: Deferred) -> None:
    """A softirq opens an FPU section, if it may; none runs where fpregs_lock is held."""
    may_run = (s.host.this_cpu.interrupt == Interrupt.NONE) & (
        s.host.era.softirqs_off(s.host.running.point) ^ True
    )
    assume(may_run & s.host.era.irq_fpu_usable(s.host, False))
    s.host.this_cpu.interrupt = Interrupt.FROM_KERNEL
    s.host.era.kernel_fpu_begin(s.host)
    load(s, Context.INTERRUPT)


@step
def softirq_use(s: Deferred) -> None:
    """The softirq computes in its FPU section."""
    assume(s.host.this_cpu.interrupt != Interrupt.NONE)
    kernel_access(s, Context.INTERRUPT)


@step
def softirq_end(s: Deferred) -> None:
    """The softirq closes its FPU section."""
    assume(s.host.this_cpu.interrupt != Interrupt.NONE)
    s.host.era.kernel_fpu_end(s.host)
    s.host.this_cpu.interrupt = Interrupt.NONE


@step
def save(s: Deferred) -> None:
    """A core dump or a fault handler looks whether the registers are to be saved to the image."""
    assume(stands_at(s.host, Point.KERNEL))
    assume((s.host.running.need_fpu_load | s.host.running.kernel_thread) ^ True)
    s.host.running.point = Point.SAVING


@step
def fpu_sync_fpstate(s: Deferred) -> None:
    """Save the registers; that is fpu__save before v5.14."""
    assume(stands_at(s.host, Point.SAVING))
    fpu_deferred_smp.save_fpregs_to_fpstate(s.host, s.host.running.fpu)
    s.host.running.point = Point.KERNEL


@step
def exit(s: Deferred) -> None:
    """The running task ends; until it is switched out it runs on, and never again."""
    assume(stands_at(s.host, Point.KERNEL))
    s.host.era.drop(s.host)
    s.host.running.in_signal = False
    s.host.running.point = Point.DEAD


@step
def fork(s: Deferred, name: TaskName) -> None:
    """The running task begins to make a child in the memory of one that has ended."""
    child = s.host.tasks[name]
    assume(stands_at(s.host, Point.KERNEL) & can_be_child(s, name))
    if s.host.era.clone_begin(s.host, child):
        copy_contents(s, child)
    elif s.host.running.point == Point.KERNEL:
        s.host.running.point = Point.CLONING


@step
def fork_end(s: Deferred, name: TaskName) -> None:
    """The child gets the registers of its parent."""
    child = s.host.tasks[name]
    assume(stands_at(s.host, Point.CLONING) & can_be_child(s, name))
    s.host.era.clone_end(s.host, child)
    s.host.running.point = Point.KERNEL
    copy_contents(s, child)


@abstracts("A task_struct that was freed, and is handed out again")
def can_be_child(s: Deferred, name: TaskName) -> bool:
    """Whether a task has ended and is switched out."""
    return (s.host.tasks[name].point == Point.DEAD) & (s.host.is_running(name) ^ True)


@observer("A child has what its parent wrote last, which is what is to be copied")
def copy_contents(s: Deferred, child: UserTask) -> None:
    """Note whose contents the child got, and make them its own."""
    parent = s.host.running
    if not child.kernel_thread:
        transient_access(s.transient, child.fpu.state, parent.context)
        s.access.executed = True
        s.access.context = parent.context
        s.access.found = child.fpu.state
        s.access.latest = s.latest.value[parent.context]
        s.latest.value[child.context] = s.latest.value[parent.context]
    child.fpu.state = Contents(owner=child.context, value=child.fpu.state.value)


@step
def debug(s: Deferred, name: TaskName, value: bool) -> None:
    """A debugger reads and writes the registers of a task that is stopped."""
    task = s.host.tasks[name]
    stopped = (task.point == Point.USER) | (task.point == Point.KERNEL)
    assume((s.host.is_running(name) ^ True) & stopped & (task.kernel_thread ^ True))
    fpu_force_restore(task)
    image_access(s, task, value)


@models("arch/x86/kernel/fpu/regset.c", "fpu_force_restore", since="v5.14")
def fpu_force_restore(task: UserTask) -> None:
    """The image is about to be written: registers that are left are stale.

    fpu__prepare_write before v5.14.
    """
    fpu_deferred_smp.__fpu_invalidate_fpregs_state(task.fpu)


@observer("An access that finds the image of a task instead of a processor's registers")
def image_access(s: Deferred, task: UserTask, value: bool) -> None:
    """Note what is in the image, then write it."""
    s.access.executed = True
    s.access.context = task.context
    s.access.found = task.fpu.state
    s.access.latest = s.latest.value[task.context]
    task.fpu.state = Contents(owner=task.context, value=value)
    s.latest.value[task.context] = value


@step
def cpu_off_and_on(s: Deferred) -> None:
    """The processor loses its power while a kernel thread runs on it, and is started again."""
    assume(stands_at(s.host, Point.KERNEL) & s.host.running.kernel_thread)
    s.host.this_cpu.fpu_owner_task = Owner.NOBODY
    s.host.this_cpu.cpu.registers = Contents()
