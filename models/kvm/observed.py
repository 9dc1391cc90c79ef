"""Observers: what the guest saw, next to the same on the CPU that it was promised."""

from nestproof.models.kvm.contract import Handled
from nestproof.models.kvm.machine import Kvm, Machine
from nestproof.models.kvm.vcpu import written_bits
from nestproof.models.x86.cr0 import NO_BITS, Cr0
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import ExitReason, VmcsName
from nestproof.models.x86.vmx import vm_entry, vm_exit
from verifier.language import observer


@observer("The contract CPU executes what the guest has executed")
def compare(
    kvm: Machine, instruction: Instruction, operand: Cr0, outcome: Outcome, read: Cr0
) -> None:
    """Note an outcome that the guest saw, and the promised one."""
    if kvm.contract.broken:
        return
    seen = kvm.outcome
    seen.observed = True
    seen.instruction = instruction
    seen.outcome = outcome
    seen.read = read
    seen.promised_read = kvm.promised_read()
    seen.promised = kvm.promise(instruction, operand)
    kvm.contract.broken = outcome != seen.promised


@observer("An instruction completed, or faulted inside the guest, without KVM")
def guest_executed(
    kvm: Machine, instruction: Instruction, operand: Cr0, outcome: Outcome, read: Cr0
) -> None:
    """The guest has got on, so nothing is retried."""
    compare(kvm, instruction, operand, outcome, read)
    something_changed(kvm)


@observer("The guest was left; its instruction has no outcome yet")
def guest_was_left(kvm: Machine, instruction: Instruction) -> None:
    """Remember what the guest was about to do."""
    kvm.contract.pending = instruction


@observer("The guest gets on, or something about the FPU or VMCS12 has changed")
def something_changed(kvm: Machine) -> None:
    """Nothing is retried."""
    kvm.retry.kept = False
    kvm.retry.misled = False


@observer("The same instruction exits under the same CR0 as the last one that was handled")
def is_retried(kvm: Machine, left: Cr0) -> bool:
    """Whether nothing has changed."""
    same = kvm.retry.instruction == kvm.contract.pending
    return same & (kvm.retry.cr0 == left)


@observer("KVM resumes the guest after a #NM exit")
def guest_was_resumed(kvm: Machine) -> None:
    """Resuming twice with nothing changed in between is in vain."""
    kvm.retried.in_vain = kvm.retry.kept & is_retried(kvm, kvm.guest_cr0)
    kvm.retry.kept = True
    kvm.retry.instruction = kvm.contract.pending
    kvm.retry.cr0 = kvm.guest_cr0


@observer("L1 has got a #NM exit of its guest")
def l1_was_asked(kvm: Kvm) -> None:
    """If the contract has no such exit, L1 can only resume; the same exit again is in vain."""
    left = kvm.host.cpu.vmcss[VmcsName.VMCS02]
    wrong = kvm.outcome.observed & (kvm.outcome.promised != Outcome.EXIT)
    again = kvm.retry.misled & is_retried(kvm, left.guest_cr0)
    kvm.retried.in_vain = again
    kvm.retry.misled = wrong | again
    kvm.retry.kept = False
    kvm.retry.instruction = kvm.contract.pending
    kvm.retry.cr0 = left.guest_cr0


@observer("What the guest sees of an exit that was handled")
def outcome_of(handled: Handled) -> Outcome:
    """The outcome of an instruction that the guest will not execute again."""
    match handled:
        case Handled.TO_L1:
            return Outcome.EXIT
        case Handled.REFUSED:
            return Outcome.GP
        case Handled.REFUSED_AND_SKIPPED:
            return Outcome.GP_BEHIND
        case Handled.QUEUED_NM:
            return Outcome.NM
        case _:
            return Outcome.DONE


@observer("KVM has handled an exit")
def exit_was_handled(kvm: Machine, handled: Handled) -> None:
    """The pending instruction has an outcome, or is executed again, or is lost."""
    if handled == Handled.NOTHING:
        return
    if handled == Handled.RESUMED:
        guest_was_resumed(kvm)
        return
    if handled == Handled.KILLED:
        kvm.outcome.killed = True
        return
    read = kvm.emulated_read
    compare(kvm, kvm.contract.pending, kvm.emulated_operand, outcome_of(handled), read)
    if handled == Handled.TO_L1:
        kvm.ops.told_l1(kvm)
    else:
        something_changed(kvm)


@observer("L1 has got an exit of its guest")
def told_l1(kvm: Kvm) -> None:
    """It reads why, and if it was for #NM, may ask in vain."""
    l1_reads_the_exit(kvm)
    if kvm.vcpu.exit.reason == ExitReason.EXCEPTION_NM:
        l1_was_asked(kvm)
    else:
        something_changed(kvm)


@observer("KVM has emulated an instruction that had left the guest for another reason")
def guest_was_emulated(
    kvm: Machine, instruction: Instruction, operand: Cr0, outcome: Outcome, read: Cr0
) -> None:
    """It completes, or raises #GP, and returns what KVM has read for it."""
    compare(kvm, instruction, operand, outcome, read)
    something_changed(kvm)


@observer("An event that L1 intercepts arrives while L2 runs; the environment's choice")
def event_exits_to_l1(kvm: Kvm) -> None:
    """The contract CPU leaves L2 for the same event."""
    if not kvm.contract.broken:
        vm_exit(kvm.contract.cpu, ExitReason.EXTERNAL_INTERRUPT)
        l1_reads_the_exit(kvm)


@observer("L1 reads the exit information that KVM has written to VMCS12")
def l1_reads_the_exit(kvm: Kvm) -> None:
    """It must be what the contract CPU wrote to its VMCS."""
    if not kvm.contract.broken:
        told, promised = kvm.vcpu.vmcs12, kvm.contract.cpu.vmcs
        same = told.exit_reason == promised.exit_reason
        same = same & (told.exit_access == promised.exit_access)
        same = same & (told.exit_location == promised.exit_location)
        differing = (told.exit_operand ^ promised.exit_operand) & written_bits(kvm.vcpu)
        kvm.outcome.exit_differs = (same & (differing == NO_BITS)) ^ True


@observer("L1 executes VMLAUNCH or VMRESUME")
def l1_enters_l2(kvm: Kvm) -> None:
    """The contract CPU enters the guest of its VMCS, with the event that it injects."""
    kvm.retry.kept = False
    if not kvm.contract.broken:
        kvm.outcome.observed = True
        kvm.outcome.promised = vm_entry(kvm.contract.cpu)


@observer("What the hardware will do with VMCS02 at the next VM entry")
def l2_was_entered(kvm: Kvm) -> None:
    """Nothing else can happen to L2 before it, so it counts as done now."""
    if not kvm.vmcs.controls_valid:
        kvm.outcome.outcome = Outcome.VMFAIL
    elif kvm.vmcs.entry_injects_nm:
        kvm.outcome.outcome = Outcome.NM


@observer("KVM has let the hardware refuse the controls of VMCS12, and tells L1 at once")
def l1_was_refused(kvm: Kvm) -> None:
    """L1's VMLAUNCH fails."""
    kvm.outcome.outcome = Outcome.VMFAIL


@observer("KVM has refused the guest state of VMCS12, with an exit")
def l2_was_refused(kvm: Kvm) -> None:
    """L1 sees an exit of a guest that has not run."""
    kvm.outcome.outcome = Outcome.EXIT
    l1_reads_the_exit(kvm)


@observer("L1 writes the fields of its VMCS, on the contract CPU as in VMCS12")
def l1_programs(kvm: Kvm) -> None:
    """Both VMCSs get the same values."""
    something_changed(kvm)
    vmcs = kvm.contract.cpu.vmcs
    vmcs.cr0_mask = kvm.vcpu.vmcs12.cr0_mask
    vmcs.cr0_shadow = kvm.vcpu.vmcs12.cr0_shadow
    vmcs.guest_cr0 = kvm.vcpu.vmcs12.guest_cr0
    vmcs.host_cr0 = kvm.vcpu.vmcs12.host_cr0
    vmcs.exception_bitmap_nm = kvm.vcpu.vmcs12.exception_bitmap_nm
    vmcs.entry_injects_nm = kvm.vcpu.vmcs12.entry_injects_nm
    vmcs.controls_valid = kvm.vcpu.vmcs12.controls_valid
