"""Nobody loses its registers."""

from nestproof.models.ownership.access import FpuAccess
from verifier.language import always, sometimes


@always("integrity")
def an_fpu_access_finds_what_the_context_wrote_last(access: FpuAccess) -> bool:
    """Whoever executes an FPU instruction without a fault finds the value it wrote last."""
    return (access.executed ^ True) | (access.found.value == access.latest)


@sometimes("integrity")
def an_fpu_access_finds_a_value_that_is_not_the_initial_one(access: FpuAccess) -> bool:
    """Some FPU instruction finds what its context wrote."""
    return access.executed & access.found.value
