"""Eager switching in v3.12 where its restores can be interrupted, and the frames of 32-bit tasks.

math_state_restore marks the registers as the current task's, then loads them. It ends kernel FPU
sections, with interrupts on, and sigreturn from a frame that is copied, with preemption on, too.
"""

from dataclasses import dataclass

from nestproof.models.linux import processor, smp
from nestproof.models.linux.fpu_internal import (
    __thread_fpu_begin,
    drop_fpu,
    fpu_restore_checking,
    init_fpu,
)
from nestproof.models.linux.kernel_fpu import irq_fpu_usable_eagerly
from nestproof.models.linux.processor import in_process
from nestproof.models.linux.smp import Smp
from nestproof.models.linux.task import Linux, Place, TaskName
from verifier.language import assume, models, observer, record, step


@dataclass(frozen=True)
class Restore:
    """What may come in the middle of math_state_restore.

    `preemptible`: in sigreturn, another task (until df24fb859a4e). `interruptible`: an interrupt
    handler that uses the FPU (until 14e153ef75ee).
    """

    preemptible: bool = False
    interruptible: bool = False


@record
class EagerSmp(Smp):
    """A host with two processors that switches eagerly."""

    restore: Restore


@models("arch/x86/kernel/traps.c", "math_state_restore", since="v3.7", until="v4.0")
def math_state_restore_begins(host: Linux) -> None:
    """Mark the registers as the current task's, which gets an image if it has none."""
    if not host.running.used_math:
        init_fpu(host.running)
    __thread_fpu_begin(host, host.this_cpu.current)


@models("arch/x86/kernel/traps.c", "math_state_restore", since="v3.7", until="v4.0")
def math_state_restore_ends(host: Linux) -> None:
    """Load them; images that XRSTOR refuses are left out."""
    fpu_restore_checking(host, host.running.fpu)


@models("arch/x86/kernel/i387.c", "interrupted_kernel_fpu_idle", since="v4.0", until="v4.1")
def irq_fpu_usable_outside_sections(host: Linux) -> bool:
    """14e153ef75ee: math_state_restore counts as a section."""
    place = host.running.place
    restoring = (place == Place.RESTORING) | (place == Place.RETURN_MARKED)
    return irq_fpu_usable_eagerly(host) & (restoring ^ True)


@step
def schedule(s: EagerSmp, to: TaskName) -> None:
    """A task that runs nowhere, and has not ended, runs."""
    assume(s.host.running.place != Place.RESTORING)
    assume(s.restore.preemptible | (s.host.running.place != Place.RETURN_MARKED))
    smp.schedule(s, to, frequent=True)


@step
def hardirq(s: EagerSmp) -> None:
    """An interrupt handler uses the FPU, if it may, with interrupts off."""
    assume(s.restore.interruptible | irq_fpu_usable_outside_sections(s.host))
    processor.hardirq(s)


@step
def softirq_begin(s: EagerSmp, value: bool) -> None:
    """A softirq at the end of an interrupt opens an FPU section, if it may."""
    assume(s.restore.interruptible | irq_fpu_usable_outside_sections(s.host))
    processor.softirq_begin(s, value)


@step
def softirq_without_registers(s: EagerSmp, value: bool) -> None:
    """A softirq of local_bh_enable or of a function-call interrupt opens a section, if it may."""
    assume(s.restore.interruptible | irq_fpu_usable_outside_sections(s.host))
    processor.softirq_without_registers(s, value)


@step
def kernel_fpu_end(s: EagerSmp) -> None:
    """The kernel closes its FPU section, preemption off until the registers are loaded."""
    assume(in_process(s, Place.KERNEL_FPU))
    math_state_restore_begins(s.host)
    s.host.running.place = Place.RESTORING


@step
def kernel_fpu_restore(s: EagerSmp) -> None:
    """The current task gets its registers back."""
    assume(in_process(s, Place.RESTORING))
    math_state_restore_ends(s.host)
    s.host.this_cpu.in_kernel_fpu = False
    s.host.running.place = Place.KERNEL


@step
def return_32bit(s: EagerSmp) -> None:
    """A 32-bit task's signal handler returns: its state is dropped while the frame is copied."""
    assume(in_process(s, Place.USER) & s.handler.in_signal)
    drop_fpu(s.host, s.host.running)
    s.host.running.place = Place.RETURN_DROPPED


@step
def copy_frame(s: EagerSmp) -> None:
    """The image has what the frame has, and is the task's again."""
    assume(in_process(s, Place.RETURN_DROPPED))
    s.host.running.fpu.state = s.handler.frame.state
    s.host.running.used_math = True
    s.host.running.place = Place.RETURN_COPIED


@step
def mark_registers(s: EagerSmp) -> None:
    """The registers are the task's, which are to be loaded."""
    assume(in_process(s, Place.RETURN_COPIED))
    math_state_restore_begins(s.host)
    s.host.running.place = Place.RETURN_MARKED


@step
def load_registers(s: EagerSmp) -> None:
    """They are loaded."""
    assume(in_process(s, Place.RETURN_MARKED))
    math_state_restore_ends(s.host)
    s.host.running.place = Place.USER
    s.handler.in_signal = False
    has_what_the_frame_had(s)


@observer("After the signal handler the task goes on with what it had before")
def has_what_the_frame_had(s: EagerSmp) -> None:
    """What must be found is what was written before the signal."""
    s.latest.value[s.host.running.context] = s.handler.frame.latest
