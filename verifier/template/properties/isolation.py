"""No task sees another task's registers."""

from models.lazy import Access, Machine, Task

from verifier.language import always, sometimes


@always("isolation")
def a_task_finds_only_its_own_registers(access: Access) -> bool:
    """Whoever executes an FPU instruction without a fault finds its own contents."""
    return not access.executed or access.found.owner == access.by


@sometimes("isolation")
def both_tasks_use_the_fpu(access: Access, machine: Machine) -> bool:
    """The property is not empty: the second task gets to use the registers too."""
    return access.executed and access.by == Task.B and machine.current == Task.B
