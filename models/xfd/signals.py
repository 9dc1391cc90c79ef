"""Signals of task A: the frame, the handler's fresh registers, and the way back."""

from nestproof.models.x86.outcome import Outcome
from nestproof.models.xfd.linux import (
    exc_device_not_available_in_kernel,
    fpregs_mark_activate,
    fpregs_restore_userregs,
    xfd_update_state,
)
from nestproof.models.xfd.machine import TileTasks, stands
from nestproof.models.xfd.processor import XsaveArea, initialise_tiles, xrstors, xsaves
from nestproof.models.xfd.task import Place, TaskName
from verifier.language import assume, models, observer, step

SIGNAL = "arch/x86/kernel/fpu/signal.c"


@step
def signal(s: TileTasks) -> None:
    """A signal for task A, which has no other one: its frame is saved."""
    assume(stands(s, Place.KERNEL) and s.host.current == TaskName.A and not s.in_signal)
    copy_fpstate_to_sigframe(s)
    s.host.running.place = Place.FRAME_SAVED


@models(SIGNAL, "copy_fpstate_to_sigframe", since="v5.16")
def copy_fpstate_to_sigframe(s: TileTasks) -> None:
    """Load the registers if need be, and save them to the frame."""
    if s.host.running.need_fpu_load:
        fpregs_restore_userregs(s.host)
    s.frame.regs = XsaveArea()
    if s.host.fpstate.has_tiles:
        xsaves(s.host.cpu, s.frame.regs)
    s.frame.loads = s.host.running.loads
    note_frame(s)


@observer("A program that returns from a handler goes on where it was")
def note_frame(s: TileTasks) -> None:
    """Keep what the task had written last."""
    s.interrupted.latest = s.latest.value[s.host.running.context]


@step
def handle_signal(s: TileTasks) -> None:
    """The registers are reset for the handler."""
    assume(stands(s, Place.FRAME_SAVED))
    fpu__clear_user_states(s)
    s.host.running.place = Place.KERNEL
    s.host.running.loads = True
    s.in_signal = True


@models("arch/x86/kernel/fpu/core.c", "fpu__clear_user_states", since="v5.16")
def fpu__clear_user_states(s: TileTasks) -> None:
    """The initial state, whatever IA32_XFD is; in v6.19.9 that is brought up to date before."""
    if s.host.era.signal_updates_xfd:
        xfd_update_state(s.host, s.host.fpstate)
    initialise_tiles(s.host.cpu)
    fpregs_mark_activate(s.host)


@step
def sigreturn(s: TileTasks) -> None:
    """Task A returns from its handler."""
    assume(stands(s, Place.KERNEL) and s.host.current == TaskName.A and s.in_signal)
    restore_fpregs_from_user(s)
    s.host.running.loads = s.frame.loads
    return_from_handler(s)
    s.in_signal = False


@models(SIGNAL, "restore_fpregs_from_user", since="v5.16")
def restore_fpregs_from_user(s: TileTasks) -> None:
    """XRSTOR from the frame of what the fpstate has room for; the rest is left as it is.

    The frame is the kernel's own: one that user code has forged is left out.
    """
    xfd_update_state(s.host, s.host.fpstate)
    if s.host.fpstate.has_tiles:
        if xrstors(s.host.cpu, s.frame.regs) == Outcome.NM:
            exc_device_not_available_in_kernel(s.host)
    elif s.host.era.sigreturn_initialises:
        initialise_tiles(s.host.cpu)
    fpregs_mark_activate(s.host)


@observer("A program that returns from a handler goes on where it was")
def return_from_handler(s: TileTasks) -> None:
    """What the task wrote last is what it had written before the signal."""
    s.latest.value[s.host.running.context] = s.interrupted.latest
