"""A guest cannot tell that it does not run on the CPU of the manual."""

from nestproof.models.kvm.contract import GuestOutcome, VmxContract
from nestproof.models.kvm.svm_machine import SvmContract, SvmVcpu
from nestproof.models.kvm.vcpu import VmxVcpu
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from verifier.language import always, sometimes


@always("transparency")
def every_outcome_is_the_promised_one(seen: GuestOutcome) -> bool:
    """What the guest saw complete, fault or exit did so on the contract CPU."""
    return (seen.observed ^ True) | (seen.outcome == seen.promised)


@always("transparency")
def every_read_of_cr0_is_the_promised_one(seen: GuestOutcome) -> bool:
    """SMSW and MOV from CR0 return what they return on the contract CPU."""
    reads = (seen.instruction == Instruction.SMSW) | (seen.instruction == Instruction.MOV_FROM_CR0)
    same = seen.read == seen.promised_read
    return same | ((seen.observed & reads & (seen.outcome == Outcome.DONE)) ^ True)


@always("transparency")
def the_guest_is_never_given_up(seen: GuestOutcome) -> bool:
    """No instruction ends in an exit to the VMM for which nobody has a handler."""
    return seen.killed ^ True


@always("transparency")
def every_exit_tells_l1_what_the_contract_tells(seen: GuestOutcome) -> bool:
    """Reason, qualification and operand of an exit are the promised ones."""
    return seen.exit_differs ^ True


@always("transparency")
def l1_finds_the_promised_cr0_of_l2(vcpu: VmxVcpu, contract: VmxContract) -> bool:
    """GUEST_CR0 of VMCS12 is what the contract CPU saved, whenever L1 can read it."""
    same = vcpu.vmcs12.guest_cr0 == contract.cpu.vmcs.guest_cr0
    return same | vcpu.guest_mode | contract.cpu.non_root


@always("transparency")
def l1_finds_the_promised_cr0_of_l2_in_vmcb12(vcpu: SvmVcpu, contract: SvmContract) -> bool:
    """CR0 of VMCB12 is what the contract CPU saved, whenever L1 can read it."""
    same = vcpu.vmcb12.cr0 == contract.cpu.vmcb.cr0
    return same | vcpu.guest_mode | contract.cpu.guest_mode


@sometimes("transparency")
def a_guest_instruction_faults(seen: GuestOutcome) -> bool:
    """A guest gets the #NM that it asked for."""
    return seen.observed & (seen.outcome == Outcome.NM)


@sometimes("transparency")
def a_guest_instruction_completes(seen: GuestOutcome) -> bool:
    """A guest's instruction completes."""
    return seen.observed & (seen.outcome == Outcome.DONE)
