"""Signals and exec: a task's registers go to a frame in user memory and come back, or start afresh.

64-bit frames. All of it runs with preemption and interrupts on, and user memory may fault.
"""

from nestproof.models.linux.native import Bare
from nestproof.models.linux.processor import in_process
from nestproof.models.linux.task import Interrupt, Linux, Place
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from verifier.language import abstracts, assume, observer, step


@step
def signal(s: Bare) -> None:
    """A signal is delivered: the frame gets the registers or, where they are saved, the image."""
    task = s.host.running
    stands = in_process(s, Place.USER) | in_process(s, Place.SIGNALLED)
    assume(stands & task.used_math & s.gets_signals)
    assume(not s.handler.in_signal)
    s.handler.in_signal = True
    if task.fpu.has_fpu:
        task.place = Place.FRAME_CHOSEN
        return
    s.handler.frame.state = task.fpu.state
    note_frame(s)
    task.place = s.host.era.frame_copied


@step
def save_frame(s: Bare) -> None:
    """Save the registers to user memory; if they were lost meanwhile, #NM brings them back."""
    assume(in_process(s, Place.FRAME_CHOSEN))
    if not touches_registers(s.host):
        return
    s.handler.frame.state = s.host.this_cpu.cpu.registers
    note_frame(s)
    s.host.running.place = Place.FRAME_SAVED


@abstracts("XSAVE or XRSTOR of user memory, retried after #NM, on which the source counts")
def touches_registers(host: Linux) -> bool:
    """Whether the instruction completes; else the #NM handler has run."""
    if host.execute(Instruction.FXSAVE) == Outcome.NM:
        host.era.do_device_not_available(host)
        return False
    return True


@observer("The frame belongs to what the task wrote last before the signal")
def note_frame(s: Bare) -> None:
    """Remember what must be found after the signal handler."""
    s.handler.frame.latest = s.latest.value[s.host.running.context]


@step
def exec(s: Bare) -> None:
    """The running task executes a new program, or dies of a SIGSEGV and a new one has its name."""
    kernel_thread = in_process(s, Place.KERNEL) & (s.host.running.used_math ^ True)
    user = in_process(s, Place.USER) | in_process(s, Place.SIGNALLED)
    assume(user | kernel_thread)
    if s.gets_signals:
        s.handler.in_signal = False
    s.host.running.fpu_counter = False
    s.host.running.place = Place.UNWANTED


@step
def start_afresh(s: Bare) -> None:
    """The next part of giving the running task an initial state."""
    assume((s.host.this_cpu.interrupt == Interrupt.NONE) & (s.host.running.place != Place.FRESH))
    assume(starts_afresh(s.host.running.place))
    s.host.era.start_afresh(s.host)
    if s.host.running.place == Place.FRESH:
        s.host.running.place = Place.USER
        has_written_nothing(s)


@abstracts("The places from saving a frame, or beginning exec, to a new state")
def starts_afresh(place: Place) -> bool:
    """Whether a task at this place is getting an initial state."""
    return (
        (place == Place.FRAME_SAVED)
        | (place == Place.UNWANTED)
        | (place == Place.FLAG_CLEARED)
        | (place == Place.DROPPED)
        | (place == Place.INITIALISED)
        | (place == Place.OWNED)
    )


@observer("A signal handler or a new program starts with the initial state")
def has_written_nothing(s: Bare) -> None:
    """What must be found is the initial value."""
    s.latest.value[s.host.running.context] = False


@step
def signal_return(s: Bare, empty: bool) -> None:
    """The signal handler returns: a task that has no FPU state gets one, or loses it again."""
    task = s.host.running
    assume(in_process(s, Place.USER) & s.handler.in_signal & s.gets_signals)
    assume(task.used_math | (empty ^ True))
    if empty:
        s.handler.in_signal = False
        task.place = Place.UNWANTED
        return
    if not task.used_math:
        s.host.era.init_fpu(task)
    task.place = Place.RETURN_USED


@step
def take_registers(s: Bare) -> None:
    """The next part of making the registers the running task's."""
    assume(in_process(s, Place.RETURN_USED) | in_process(s, Place.RETURN_TS_CLEARED))
    s.host.era.take_registers(s.host)


@step
def load_frame(s: Bare, refused: bool) -> None:
    """Load the registers from user memory; if they were lost meanwhile, #NM brings some back.

    What the signal handler has left there may be refused, with nothing loaded.
    """
    assume(in_process(s, Place.RETURN_OWNED))
    if not touches_registers(s.host):
        return
    if refused:
        s.handler.in_signal = False
        s.host.running.place = Place.UNWANTED
        return
    s.host.this_cpu.cpu.registers = s.handler.frame.state
    s.host.running.place = Place.USER
    s.handler.in_signal = False
    has_what_the_frame_had(s)


@observer("After the signal handler the task goes on with what it had before")
def has_what_the_frame_had(s: Bare) -> None:
    """What must be found is what was written before the signal."""
    s.latest.value[s.host.running.context] = s.handler.frame.latest
