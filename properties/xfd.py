"""A guest finds IA32_XFD, XFD_ERR and its #NM as on a processor of its own."""

from nestproof.models.x86.outcome import Outcome
from nestproof.models.xfd.vcpu import XfdOutcome
from verifier.language import always, sometimes


@always("transparency")
def a_tile_instruction_ends_as_promised(seen: XfdOutcome) -> bool:
    """It completes or raises #NM as on a processor that the guest has for itself."""
    return (seen.observed ^ True) | (seen.outcome == seen.promised)


@always("transparency")
def an_msr_of_xfd_reads_as_promised(seen: XfdOutcome) -> bool:
    """RDMSR of IA32_XFD and IA32_XFD_ERR returns what the guest wrote or #NM left there."""
    return (seen.observed ^ True) | (seen.read == seen.promised_read)


@sometimes("transparency")
def a_tile_instruction_raises_nm(seen: XfdOutcome) -> bool:
    """The guest gets a #NM that it asked for by IA32_XFD."""
    return seen.observed & (seen.outcome == Outcome.NM)
