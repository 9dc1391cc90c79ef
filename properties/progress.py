"""No instruction is retried for ever."""

from nestproof.models.kvm.contract import Retried, Retry
from nestproof.models.kvm.vcpu import Vcpu
from verifier.language import always, sometimes


@always("progress")
def no_exit_is_handled_in_vain(retried: Retried) -> bool:
    """A #NM exit that was handled does not come again with nothing changed in between."""
    return retried.in_vain ^ True


@sometimes("progress")
def a_guest_is_resumed_after_nm(retry: Retry, vcpu: Vcpu) -> bool:
    """A lazy KVM gives the FPU to the guest, which executes the instruction again."""
    return retry.kept | (not vcpu.era.lazy)
