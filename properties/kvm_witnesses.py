"""The paths of KVM's FPU switching are taken, so that what is proved is about something."""

from nestproof.models.kvm.contract import GuestOutcome
from nestproof.models.kvm.svm_machine import SvmVcpu
from nestproof.models.kvm.vcpu import Vcpu, VmxVcpu
from nestproof.models.ownership.access import FpuAccess
from nestproof.models.ownership.contents import Context
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcb import ExitCode
from nestproof.models.x86.vmcs import ExitReason
from verifier.language import sometimes


@sometimes("witnesses")
def a_guest_executes_an_fpu_instruction(access: FpuAccess, vcpu: Vcpu) -> bool:
    """The fast path: L2, where there is one, uses the FPU without an exit."""
    runs = access.executed & (access.context == Context.GUEST)
    return runs & (vcpu.guest_mode | (not vcpu.nested))


@sometimes("witnesses")
def a_lazy_hypervisor_takes_nm(vcpu: VmxVcpu) -> bool:
    """The trap: a guest without the FPU exits with #NM."""
    trapped = (vcpu.exit.reason == ExitReason.EXCEPTION_NM) & (vcpu.fpu_active ^ True)
    return trapped | (not vcpu.era.lazy)


@sometimes("witnesses")
def a_lazy_hypervisor_takes_nm_on_svm(vcpu: SvmVcpu) -> bool:
    """The trap: a guest without the FPU exits with #NM."""
    trapped = (vcpu.exit.code == ExitCode.EXCEPTION_NM) & (vcpu.fpu_active ^ True)
    return trapped | (not vcpu.era.lazy)


@sometimes("witnesses")
def l1_gets_a_nm_exit_of_l2(seen: GuestOutcome, vcpu: VmxVcpu) -> bool:
    """The reflection: L1 is asked about a #NM of its guest, as the contract has it."""
    by_nm = vcpu.exit.reason == ExitReason.EXCEPTION_NM
    asked = seen.observed & (seen.outcome == Outcome.EXIT) & (seen.promised == Outcome.EXIT)
    return (asked & by_nm) | (not vcpu.nested)


@sometimes("witnesses")
def l1_gets_a_nm_exit_of_l2_on_svm(seen: GuestOutcome, vcpu: SvmVcpu) -> bool:
    """The reflection: L1 is asked about a #NM of its guest, as the contract has it."""
    by_nm = vcpu.exit.code == ExitCode.EXCEPTION_NM
    asked = seen.observed & (seen.outcome == Outcome.EXIT) & (seen.promised == Outcome.EXIT)
    return (asked & by_nm) | (not vcpu.nested)
