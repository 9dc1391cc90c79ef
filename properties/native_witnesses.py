"""The paths of Linux's own FPU switching are taken."""

from nestproof.models.linux.deferred import Returned
from nestproof.models.linux.task import Linux
from verifier.language import sometimes


@sometimes("witnesses")
def a_lazy_kernel_takes_nm(host: Linux) -> bool:
    """The first FPU instruction of a task traps, in a lazy kernel."""
    return host.did.device_not_available | (not host.era.lazy)


@sometimes("witnesses")
def registers_are_loaded_at_a_switch(host: Linux) -> bool:
    """A task switch loads the registers of the next task."""
    return host.did.preloaded


@sometimes("witnesses")
def registers_left_behind_are_used_again(host: Linux) -> bool:
    """A task returns and finds its registers still there, in a kernel that looks for it."""
    return host.did.lazily_restored | (not host.era.keeps_owner)


@sometimes("witnesses")
def registers_are_loaded_when_they_are_needed(returned: Returned) -> bool:
    """A task on its way to user mode has its registers loaded."""
    return returned.loaded


@sometimes("witnesses")
def registers_left_behind_need_no_load(returned: Returned) -> bool:
    """A task on its way to user mode finds its registers still there."""
    return returned.still_there
