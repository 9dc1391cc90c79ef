"""Linux v5.2 and later on two processors: what is stored, and where a task can be left.

A task's registers are saved when it is switched out, and loaded when it goes back to user mode:
TIF_NEED_FPU_LOAD says that they have to be. All processors have FXSAVE, so that saving destroys
nothing; the kernel has CONFIG_PREEMPT=y.
"""

from enum import Enum

from nestproof.models.linux.deferred_era import DeferredEra
from nestproof.models.linux.task import CpuName, Fpu, Interrupt, Processor, TaskName
from nestproof.models.ownership.access import FpuAccess, Latest, TransientAccess
from nestproof.models.ownership.contents import Context
from verifier.language import Family, abstracts, event, ghost, record


class Point(Enum):
    """Where a task stands.

    USER: in user mode, or on its way there. KERNEL: in a system call. DEAD: it has ended.
    SIGNALLED: its signal frame is to be written. Where a name says LOADED, OWNED, SAVING, CLONING
    or RESET it holds fpregs_lock. LOADED: registers have been loaded and are not yet the task's.
    OWNED: they are. SAVING, CLONING: they were when it looked. UNWANTED to INITIALISED: its
    registers are being replaced by initial ones, from the image on; FLUSHING, RESET: the image
    is, by exec. RETURNING: its signal handler has returned. SLOW, COPIED: the image gets the frame;
    MARKED: and counts as the task's.
    """

    USER = "user"
    KERNEL = "kernel"
    DEAD = "ended"
    KERNEL_FPU = "kernel FPU section"
    SIGNALLED = "signal pending"
    FRAME_LOADED = "signal, registers loaded"
    FRAME_OWNED = "signal, registers to be saved"
    UNWANTED = "registers to be cleared"
    DROPPED = "registers dropped"
    NEEDS_LOAD = "TIF_NEED_FPU_LOAD set"
    INITIALISED = "image initialised"
    CLEAR_LOADED = "initial registers loaded"
    FLUSHING = "exec, image to be initialised"
    RESET = "exec, image initialised"
    RETURNING = "sigreturn"
    SLOW = "sigreturn, frame to be copied"
    COPIED = "sigreturn, frame copied"
    RETURN_LOADED = "sigreturn, registers loaded"
    SAVING = "registers to be saved"
    CLONE_LOADED = "fork, registers loaded"
    CLONING = "fork, registers to be saved"
    MARKED = "sigreturn, frame copied and marked"


@ghost
class Frame:
    """A signal frame: the value of the task's own registers, which it has or integrity is violated.

    What a frame gets counts as found by the task, so that later its owner need not be known.
    """

    value: bool = False


@record
class UserTask:
    """task_struct, as far as the FPU goes; a kernel thread has PF_KTHREAD.

    `need_fpu_load` is TIF_NEED_FPU_LOAD; before v5.2 it says that fpu->initialized is 0: the
    registers are not the task's, and are neither saved nor loaded. `owned_registers` is what
    copy_fpstate_to_sigframe has read of fpu_fpregs_owner_ctx, where it reads it once. `in_signal`:
    a signal handler runs, or its frame is being written.
    """

    context: Context = Context.TASK_A
    point: Point = Point.USER
    kernel_thread: bool = False
    need_fpu_load: bool = True
    owned_registers: bool = False
    fpu: Fpu = Fpu()
    in_signal: bool = False
    frame: Frame = Frame()


@event
class Returned:
    """What became of registers on the way to user mode."""

    loaded: bool = False
    still_there: bool = False


@record
class DeferredHost:
    """Two processors and the tasks that run on them."""

    era: DeferredEra
    executing: CpuName = CpuName.CPU0
    cpus: Family[CpuName, Processor] = Family({CpuName.CPU1: Processor(current=TaskName.B)})
    tasks: Family[TaskName, UserTask] = Family()
    user_return: Returned = Returned()

    @property
    def this_cpu(self) -> Processor:
        """The processor that executes."""
        return self.cpus[self.executing]

    @property
    def running(self) -> UserTask:
        """The task that `current` points to."""
        return self.tasks[self.this_cpu.current]

    def is_running(self, name: TaskName) -> bool:
        """Whether a task is the current one of a processor."""
        return (self.cpus[CpuName.CPU0].current == name) | (self.cpus[CpuName.CPU1].current == name)


@record
class Deferred:
    """A host with two processors, and what its contexts wrote."""

    host: DeferredHost
    access: FpuAccess = FpuAccess()
    transient: TransientAccess = TransientAccess()
    latest: Latest = Latest()


@abstracts("fpregs_lock switches preemption and softirqs off, and leaves interrupts on")
def holds_fpregs_lock(point: Point) -> bool:
    """Whether a task at this point holds fpregs_lock."""
    loaded = (point == Point.FRAME_LOADED) | (point == Point.CLEAR_LOADED)
    loaded = loaded | (point == Point.RETURN_LOADED) | (point == Point.CLONE_LOADED)
    saving = (point == Point.FRAME_OWNED) | (point == Point.SAVING) | (point == Point.CLONING)
    return loaded | saving | (point == Point.RESET)


@abstracts("Process context with preemption on")
def can_be_left(host: DeferredHost) -> bool:
    """Whether another task can run next."""
    point = host.running.point
    off = host.era.cannot_be_left(point) | (point == Point.KERNEL_FPU)
    return (host.this_cpu.interrupt == Interrupt.NONE) & (off ^ True)


@abstracts("Process context: no softirq runs")
def stands_at(host: DeferredHost, point: Point) -> bool:
    """Whether the running task itself stands at a point."""
    return (host.this_cpu.interrupt == Interrupt.NONE) & (host.running.point == point)
