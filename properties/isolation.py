"""Nobody touches another's registers."""

from nestproof.models.ownership.access import FpuAccess
from verifier.language import always, sometimes


@always("isolation")
def an_fpu_access_touches_only_the_context_s_own_registers(access: FpuAccess) -> bool:
    """Whoever executes an FPU instruction without a fault finds its own contents."""
    return (access.executed ^ True) | (access.found.owner == access.context)


@sometimes("isolation")
def an_fpu_access_completes(access: FpuAccess) -> bool:
    """Some FPU instruction executes without a fault."""
    return access.executed
