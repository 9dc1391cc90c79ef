"""Signals and exec under v5.2 and later; a frame is in user memory, which may be missing."""

from nestproof.models.linux import fpu_deferred_smp
from nestproof.models.linux.deferred import Deferred, Point, stands_at
from nestproof.models.linux.task import Interrupt
from nestproof.models.ownership.access import transient_access
from nestproof.models.ownership.contents import Contents
from verifier.language import assume, models, observer, step


@step
def signal(s: Deferred) -> None:
    """A signal is to be delivered: copy_fpstate_to_sigframe begins."""
    assume(stands_at(s.host, Point.USER) & (s.host.running.in_signal ^ True))
    s.host.running.in_signal = True
    if s.host.era.reads_owner_once:
        s.host.running.owned_registers = fpu_deferred_smp.owns_registers(s.host)
    s.host.running.point = Point.SIGNALLED


@step
def load_for_frame(s: Deferred) -> None:
    """fpregs_lock; the registers are loaded if they are not the task's."""
    assume(stands_at(s.host, Point.SIGNALLED))
    task = s.host.running
    if not task.need_fpu_load:
        task.point = Point.FRAME_OWNED
        return
    owned = fpu_deferred_smp.owns_registers(s.host)
    if s.host.era.reads_owner_once:
        owned = task.owned_registers
    fpu_deferred_smp.fpregs_restore_userregs(s.host, owned)
    task.point = Point.FRAME_LOADED


@step
def save_frame(s: Deferred, faults: bool) -> None:
    """XSAVE to user memory; after a page fault all is tried again."""
    assume(stands_at(s.host, Point.FRAME_OWNED))
    if faults:
        s.host.running.point = Point.SIGNALLED
        return
    note_frame(s)
    s.host.running.point = Point.UNWANTED


@observer("What is in the frame can be read in user mode")
def note_frame(s: Deferred) -> None:
    """Note whose registers it has, and what must be found after the signal handler."""
    task = s.host.running
    registers = s.host.this_cpu.cpu.registers
    transient_access(s.transient, registers, task.context)
    s.access.executed = True
    s.access.context = task.context
    s.access.found = registers
    s.access.latest = s.latest.value[task.context]
    task.frame.value = s.latest.value[task.context]


@step
def exec(s: Deferred) -> None:
    """The running task executes a new program; a kernel thread that does is one no more."""
    assume(stands_at(s.host, Point.KERNEL))
    s.host.running.in_signal = False
    s.host.running.kernel_thread = False
    s.host.running.point = Point.FLUSHING


@step
def flush(s: Deferred) -> None:
    """The next part of exec's."""
    assume(stands_at(s.host, Point.FLUSHING) | stands_at(s.host, Point.RESET))
    s.host.era.flush(s.host)
    if s.host.running.point == Point.USER:
        has_written_nothing(s)


@step
def clear(s: Deferred) -> None:
    """The next part of giving the running task initial registers."""
    task = s.host.running
    begun = (task.point == Point.UNWANTED) | (task.point == Point.DROPPED)
    begun = begun | (task.point == Point.NEEDS_LOAD) | (task.point == Point.INITIALISED)
    assume((s.host.this_cpu.interrupt == Interrupt.NONE) & begun)
    s.host.era.clear(s.host)


@step
def activate(s: Deferred) -> None:
    """The registers that have been loaded are the running task's: fpregs_mark_activate."""
    task = s.host.running
    assume(s.host.this_cpu.interrupt == Interrupt.NONE)
    loaded = (task.point == Point.FRAME_LOADED) | (task.point == Point.CLEAR_LOADED)
    assume(loaded | (task.point == Point.RETURN_LOADED) | (task.point == Point.CLONE_LOADED))
    fpu_deferred_smp.fpregs_mark_activate(s.host)
    match task.point:
        case Point.FRAME_LOADED:
            task.point = Point.FRAME_OWNED
        case Point.CLONE_LOADED:
            task.point = Point.CLONING
        case Point.CLEAR_LOADED:
            task.point = Point.USER
            has_written_nothing(s)
        case Point.RETURN_LOADED:
            task.point = Point.USER
            task.in_signal = False
            has_what_the_frame_had(s)


@observer("A signal handler or a new program starts with the initial state")
def has_written_nothing(s: Deferred) -> None:
    """What must be found is the initial value."""
    s.latest.value[s.host.running.context] = False


@observer("After the signal handler the task goes on with what it had before")
def has_what_the_frame_had(s: Deferred) -> None:
    """What must be found is what was written before the signal."""
    s.latest.value[s.host.running.context] = s.host.running.frame.value


@step
def signal_return(s: Deferred, empty: bool, slow: bool) -> None:
    """The signal handler returns, perhaps without a frame, or with one that is to be copied."""
    task = s.host.running
    assume(stands_at(s.host, Point.USER) & task.in_signal)
    if empty:
        task.in_signal = False
        task.point = Point.UNWANTED
    elif slow:
        s.host.era.sigreturn_slowly(s.host)
        task.point = Point.SLOW
    else:
        s.host.era.sigreturn(s.host)
        task.point = Point.RETURNING


@step
def load_frame(s: Deferred, faults: bool, fatal: bool, value: bool) -> None:
    """XRSTOR from user memory, under fpregs_lock; a fault may come when some of it is loaded."""
    task = s.host.running
    assume(stands_at(s.host, Point.RETURNING) & (faults | (fatal ^ True)))
    if not faults:
        load_registers(s)
        task.point = Point.RETURN_LOADED
        return
    load_partly(s, value)
    disown(s, s.host.era.failed_load_disowns)
    if fatal and not s.host.era.falls_back:
        task.in_signal = False
        task.point = Point.UNWANTED
    elif s.host.era.falls_back:
        task.point = Point.SLOW


@observer("XRSTOR from the frame of the running task")
def load_registers(s: Deferred) -> None:
    """The registers have what the frame has."""
    task = s.host.running
    s.host.this_cpu.cpu.registers = Contents(owner=task.context, value=task.frame.value)


@observer("A copy of the frame of the running task")
def write_image(s: Deferred) -> None:
    """The image has what the frame has."""
    task = s.host.running
    task.fpu.state = Contents(owner=task.context, value=task.frame.value)


@observer("An XRSTOR that faults when it has loaded some of what it should")
def load_partly(s: Deferred, value: bool) -> None:
    """The registers are neither what they were nor what the task had."""
    s.host.this_cpu.cpu.registers = Contents(owner=s.host.running.context, value=value)


@models("arch/x86/kernel/fpu/signal.c", "restore_fpregs_from_user", since="v5.14")
def disown(s: Deferred, disowns: bool) -> None:
    """Registers that were not the task's are nobody's, before the lock is given up."""
    if disowns and s.host.running.need_fpu_load:
        fpu_deferred_smp.__cpu_invalidate_fpregs_state(s.host)


@step
def copy_frame(s: Deferred, fails: bool) -> None:
    """The image gets the frame; user memory may be missing."""
    task = s.host.running
    assume(stands_at(s.host, Point.SLOW))
    if fails:
        task.in_signal = False
        task.point = Point.UNWANTED
        return
    write_image(s)
    task.point = Point.COPIED


@step
def mark_initialized(s: Deferred) -> None:
    """Before v5.2: fpu->initialized is set, and fpu__restore is next."""
    assume(stands_at(s.host, Point.COPIED) & s.host.era.marks_first)
    s.host.running.need_fpu_load = False
    s.host.running.point = Point.MARKED


@step
def load_image(s: Deferred, fails: bool, value: bool) -> None:
    """XRSTOR from the image, under fpregs_lock.

    v5.2 first loads initial components that the frame does not have, and may then be refused;
    later versions load all at once, and a #GP comes before anything is loaded.
    """
    task = s.host.running
    assume(stands_at(s.host, Point.MARKED if s.host.era.marks_first else Point.COPIED))
    if not fails:
        fpu_deferred_smp.restore_fpregs_from_fpstate(s.host, task.fpu)
        task.point = Point.RETURN_LOADED
        return
    if s.host.era.loads_in_parts:
        load_partly(s, value)
        disown(s, s.host.era.failed_copy_disowns)
    task.in_signal = False
    task.point = Point.UNWANTED
