"""Two tasks that use tiles: what they do, what the kernel does to them, and what they find."""

from nestproof.models.ownership.access import FpuAccess, Latest, fpu_access, fpu_write
from nestproof.models.ownership.contents import Context
from nestproof.models.x86.outcome import Outcome
from nestproof.models.xfd.linux import (
    __switch_to,
    fpstate_realloc,
    kernel_fpu_begin_mask,
    native_cpu_up,
    switch_fpu_return,
)
from nestproof.models.xfd.processor import XsaveArea, tile_instruction
from nestproof.models.xfd.task import Host, Place, Task, TaskName
from verifier.language import abstracts, assume, ghost, models, observer, record, step


@record
class Frame:
    """The signal frame of task A, and what its program knows of the tiles saved there."""

    regs: XsaveArea = XsaveArea()
    loads: bool = True


@ghost
class Interrupted:
    """What task A had written last when its signal frame was saved."""

    latest: bool = False


@record
class TileTasks:
    """A host, what its contexts wrote, and the signal frame of task A, which gets all signals."""

    host: Host
    frame: Frame = Frame()
    in_signal: bool = False
    interrupted: Interrupted = Interrupted()
    access: FpuAccess = FpuAccess()
    latest: Latest = Latest()


@abstracts("The code of the current task runs")
def stands(s: TileTasks, place: Place) -> bool:
    """Whether the current task is at a place."""
    return s.host.running.place == place


@observer("A tile instruction that completes reads and writes TILEDATA, or only loads it")
def tile_access(s: TileTasks, context: Context, loads: bool, value: bool) -> None:
    """Note what the context finds, unless its program knows that there is nothing to find.

    A program that looks for another's tiles reads all the same: an XSAVE stores them.
    """
    foreign = (s.host.cpu.tiles.owner != Context.INIT) & (s.host.cpu.tiles.owner != context)
    if loads and not foreign:
        fpu_write(s.latest, s.host.cpu.tiles, context, value)
    else:
        fpu_access(s.access, s.latest, s.host.cpu.tiles, context, value)


@abstracts("A tile instruction of a task in user mode")
def use_tiles(s: TileTasks, task: Task, value: bool) -> None:
    """It completes, or #NM is handled with interrupts off until XFD_ERR has been read."""
    if tile_instruction(s.host.cpu) == Outcome.NM:
        exc_device_not_available(s, task)
    else:
        tile_access(s, task.context, task.loads, value)
        task.loads = False


@step
def task_uses_tiles(s: TileTasks, value: bool) -> None:
    """The current task executes a tile instruction in user mode."""
    assume(stands(s, Place.USER))
    use_tiles(s, s.host.running, value)


@models("arch/x86/kernel/traps.c", "exc_device_not_available", since="v5.16")
def exc_device_not_available(s: TileTasks, task: Task) -> None:
    """handle_xfd_event: XFD_ERR is read and cleared, then interrupts are enabled."""
    assert s.host.cpu.xfd_err, "die: unexpected #NM exception"
    s.host.cpu.xfd_err = False
    task.place = Place.FAULTED


@step
def xfd_enable_feature(s: TileTasks) -> None:
    """The state of a task that may use tiles becomes larger; another one gets SIGILL."""
    assume(stands(s, Place.FAULTED))
    task = s.host.running
    if task.permitted:
        fpstate_realloc(s.host)
    task.place = Place.KERNEL


@step
def enter_kernel(s: TileTasks) -> None:
    """A system call, or an interrupt that ends in the scheduler."""
    assume(stands(s, Place.USER))
    s.host.running.place = Place.KERNEL


@step
def leave_kernel(s: TileTasks) -> None:
    """The current task returns to user mode."""
    assume(stands(s, Place.KERNEL))
    if s.host.running.need_fpu_load:
        switch_fpu_return(s.host)
    s.host.running.place = Place.USER


@abstracts("Kernel code runs that may sleep or be preempted")
def in_kernel(s: TileTasks) -> bool:
    """Not user mode and not the guest."""
    place = s.host.running.place
    return place != Place.USER and place != Place.GUEST


@step
def schedule(s: TileTasks, next: TaskName) -> None:
    """Another task or a kernel thread runs."""
    assume(in_kernel(s) and next != s.host.current)
    __switch_to(s.host, next)


@step
def kernel_fpu_section(s: TileTasks) -> None:
    """Somebody in the kernel uses SSE, in an interrupt or not; it leaves tiles alone."""
    assume(in_kernel(s))
    kernel_fpu_begin_mask(s.host)


@step
def cpu_off_and_on(s: TileTasks) -> None:
    """The processor loses its power while a kernel thread runs on it, and is started again."""
    assume(s.host.current == TaskName.KTHREAD)
    native_cpu_up(s.host)
