"""Nobody finds another's registers, not even by an instruction that faults."""

from nestproof.models.ownership.access import TransientAccess
from nestproof.models.ownership.contents import Context
from verifier.language import always, sometimes


@always("transient_isolation")
def an_instruction_that_is_tried_finds_only_the_context_s_own_or_initial_registers(
    access: TransientAccess,
) -> bool:
    """Whoever tries an FPU instruction finds no other's contents, though it raises #NM or exits."""
    found = access.found.owner
    return (access.tried ^ True) | (found == access.context) | (found == Context.INIT)


@sometimes("transient_isolation")
def an_fpu_instruction_is_tried(access: TransientAccess) -> bool:
    """Some FPU instruction is executed in user mode or by a guest."""
    return access.tried
