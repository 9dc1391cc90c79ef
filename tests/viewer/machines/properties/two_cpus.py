"""What tasks may rely on."""

from models.two_cpus import Access, Task

from verifier.language import always, sometimes


@always("integrity")
def a_task_finds_what_it_wrote_last(access: Access) -> bool:
    """Nobody loses what it wrote."""
    return not access.executed or access.found.value == access.latest


@sometimes("integrity")
def a_task_finds_a_value_of_its_own(access: Access) -> bool:
    """Not only what was there from the start."""
    return access.executed and access.by == Task.C and access.found.value
