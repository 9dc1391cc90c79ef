"""No task loses its own registers."""

from models.lazy import Access

from verifier.language import always, sometimes


@always("integrity")
def a_task_finds_what_it_wrote_last(access: Access) -> bool:
    """Whoever executes an FPU instruction without a fault finds the value that it wrote last."""
    return not access.executed or access.found.value == access.latest


@sometimes("integrity")
def a_task_finds_a_value_of_its_own(access: Access) -> bool:
    """The property is not empty: a task finds a value that it wrote, not the initial one."""
    return access.executed and access.found.value
