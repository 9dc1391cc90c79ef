"""What Linux remembers about two tasks, their FPU state and the processor that they share."""

from enum import Enum

from nestproof.models.ownership.contents import Context
from nestproof.models.xfd.era import Era
from nestproof.models.xfd.processor import TileCpu, XsaveArea
from verifier.language import Family, record


class TaskName(Enum):
    """The tasks; A is the VMM where there is a guest, and KTHREAD has no user mode."""

    A = "A"
    B = "B"
    KTHREAD = "a kernel thread"


class FpstateName(Enum):
    """What fpu->fpstate of a task points to."""

    A = "task A's"
    B = "task B's"
    GUEST = "the guest's"


class Place(Enum):
    """Where a task stands; outside user mode and the guest it can be preempted.

    FAULTED: the handler of its XFD #NM has interrupts on and has not enlarged its state yet.
    FRAME_SAVED: its signal frame is saved, its registers are not reset yet. VCPU: KVM_RUN, before
    an entry. EXITED: behind an exit of the guest, interrupts on again. THREAD: a kernel thread.
    """

    USER = "user"
    KERNEL = "kernel"
    FAULTED = "XFD #NM, interrupts on"
    FRAME_SAVED = "signal, frame saved"
    VCPU = "KVM_RUN"
    GUEST = "guest"
    EXITED = "VM exit"
    THREAD = "kernel thread"


@record
class Fpstate:
    """struct fpstate. `has_tiles`: xfeatures has XTILE_DATA, so there is room for it."""

    xfd: bool = True
    has_tiles: bool = False
    regs: XsaveArea = XsaveArea()


@record
class Task:
    """task_struct and its struct fpu.

    `last_cpu`: it is this processor, any other is as good as none. `permitted`: the process has
    asked for AMX. `loads`: its next tile instruction loads tiles without reading any, as after
    everything by which its program knows that there is nothing in them.
    """

    context: Context = Context.TASK_A
    place: Place = Place.USER
    need_fpu_load: bool = False
    last_cpu: bool = False
    fpstate: FpstateName = FpstateName.A
    permitted: bool = True
    loads: bool = True


@record
class Host:
    """One processor under Linux. `xfd_state` is the per-CPU copy of IA32_XFD."""

    era: Era
    cpu: TileCpu = TileCpu()
    xfd_state: bool = True
    fpu_fpregs_owner_ctx: TaskName | None = TaskName.A
    current: TaskName = TaskName.A
    tasks: Family[TaskName, Task] = Family(
        {
            TaskName.A: Task(last_cpu=True),
            TaskName.B: Task(
                context=Context.TASK_B,
                place=Place.KERNEL,
                need_fpu_load=True,
                fpstate=FpstateName.B,
            ),
            TaskName.KTHREAD: Task(context=Context.KERNEL, place=Place.THREAD),
        }
    )
    fpstates: Family[FpstateName, Fpstate] = Family(
        {FpstateName.GUEST: Fpstate(xfd=False, has_tiles=True)}
    )

    @property
    def running(self) -> Task:
        """The current task."""
        return self.tasks[self.current]

    @property
    def fpstate(self) -> Fpstate:
        """What fpu->fpstate of the current task points to."""
        return self.fpstates[self.running.fpstate]
