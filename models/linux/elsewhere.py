"""What is done to a task that does not run here, and to a processor on which none runs.

Other processors appear as what they do to this one: a task runs there and comes back, a debugger
there writes a stopped task's state. The processor is switched off and on, as before and after
suspend to memory; another one does what is to be done in memory.
"""

from nestproof.models.linux.instructions import clts, stts
from nestproof.models.linux.native import Bare
from nestproof.models.linux.processor import in_process
from nestproof.models.linux.task import Linux, Owner, Place, Task, TaskName
from nestproof.models.ownership.contents import Contents
from verifier.language import assume, models, observer, step


@step
def run_elsewhere(s: Bare, name: TaskName, uses: bool, counts: bool, value: bool) -> None:
    """A task that is switched out runs on another processor and is switched out there.

    It keeps its fpu_counter if it had the registers at the end, by #NM or by a preload. A lazy
    kernel gives it no registers from an image that is refused.
    """
    task = s.host.tasks[name]
    assume((s.host.is_running(name) ^ True) & ((task.place == Place.USER) | (uses ^ True)))
    assume(task.used_math | (uses ^ True) | s.host.era.lazy)
    assume((task.fpu.refused ^ True) | (uses ^ True) | (s.host.era.lazy ^ True))
    task.fpu.last_cpu = False
    task.fpu_counter = counts & (uses | task.fpu_counter)
    if uses:
        if not task.used_math:
            s.host.era.init_fpu(task)
        image_access(s, task, value)


@step
def debug(s: Bare, name: TaskName, value: bool) -> None:
    """A debugger reads and writes the registers of a task that is stopped."""
    task = s.host.tasks[name]
    assume((s.host.is_running(name) ^ True) & (task.place == Place.USER))
    s.host.era.foreign_write(s.host, name)
    image_access(s, task, value)


@step
def debug_refused(s: Bare, name: TaskName) -> None:
    """A debugger writes a stopped task's registers so that XRSTOR refuses them.

    A processor that saves eagerly with FNSAVE has no XSAVE, and no header to set a bit in.
    """
    task = s.host.tasks[name]
    assume((s.host.is_running(name) ^ True) & (task.place == Place.USER))
    assume(s.host.era.lazy | (s.host.save_destroys ^ True))
    s.host.era.write_refused(s.host, name)
    image_is_initial(s, task)


@observer("An image that cannot be loaded stands for the initial state")
def image_is_initial(s: Bare, task: Task) -> None:
    """Whether the task gets a signal or is not told: it starts afresh."""
    task.fpu.state = Contents(owner=task.context, value=False)
    s.latest.value[task.context] = False


@observer("An access that finds the image of a task instead of this processor's registers")
def image_access(s: Bare, task: Task, value: bool) -> None:
    """Note what is in the image, then write it."""
    s.access.executed = True
    s.access.context = task.context
    s.access.found = task.fpu.state
    s.access.latest = s.latest.value[task.context]
    task.fpu.state = Contents(owner=task.context, value=value)
    s.latest.value[task.context] = value


@step
def cpu_off_and_on(s: Bare) -> None:
    """The processor loses its power while a kernel thread runs on it, and is started again."""
    assume(in_process(s, Place.KERNEL) & (s.host.running.used_math ^ True))
    native_cpu_up(s.host)
    fpu_init(s.host)


@models("arch/x86/kernel/smpboot.c", "native_cpu_up", since="v2.6.34")
def native_cpu_up(host: Linux) -> None:
    """Nobody owns the registers of a processor that starts; before v3.7 this is forgotten."""
    if host.era.cpu_up_forgets_owner:
        host.this_cpu.fpu_owner_task = Owner.NOBODY


@models("arch/x86/kernel/i387.c", "fpu_init", since="v2.6.34", until="v4.2")
def fpu_init(host: Linux) -> None:
    """The registers are as after a reset; a lazy kernel sets TS behind its first look at them.

    That is in mxcsr_feature_mask_init until v3.6, in eager_fpu_init since v3.7; since v4.2 it is
    fpu__init_cpu. What is left out: current is an idle thread, whose used_math is cleared.
    """
    host.this_cpu.cpu.registers = Contents()
    clts(host)
    if host.era.lazy:
        stts(host)
