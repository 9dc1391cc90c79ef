"""Observers: what the guest saw, next to the same on the CPU that it was promised."""

from models.kvm.machine import Kvm
from models.x86.cr0 import NO_BITS, Cr0
from models.x86.instructions import MACHINE_STATUS_WORD, Instruction, execute, read_cr0
from models.x86.outcome import Outcome
from models.x86.vmcs import ExitReason
from models.x86.vmx import vm_entry, vm_exit
from verifier.language import observer


@observer("The contract speaks about the level that runs; once a level was missed it is silent")
def agrees(kvm: Kvm) -> bool:
    """Whether the same level runs as on the contract CPU."""
    return kvm.contract.cpu.non_root == kvm.vcpu.guest_mode


@observer("The contract CPU executes what the guest has executed")
def compare(kvm: Kvm, instruction: Instruction, operand: Cr0, outcome: Outcome, read: Cr0) -> None:
    """Note an outcome that the guest saw, and the promised one."""
    if not agrees(kvm):
        return
    seen = kvm.outcome
    seen.observed = True
    seen.instruction = instruction
    seen.outcome = outcome
    seen.read = read
    seen.promised_read = read_cr0(kvm.contract.cpu)
    seen.promised = execute(kvm.contract.cpu, instruction, operand)


@observer("An instruction completed, or faulted inside the guest, without KVM")
def guest_executed(
    kvm: Kvm, instruction: Instruction, operand: Cr0, outcome: Outcome, read: Cr0
) -> None:
    """The guest has got on, so nothing is retried."""
    compare(kvm, instruction, operand, outcome, read)
    kvm.retry.kept = False
    kvm.retry.misled = False


@observer("The guest was left; its instruction has no outcome yet")
def guest_was_left(kvm: Kvm, instruction: Instruction) -> None:
    """Remember what the guest was about to do."""
    kvm.contract.pending = instruction


@observer("KVM emulated the instruction, or injected the fault that it raises")
def guest_was_emulated(kvm: Kvm, outcome: Outcome) -> None:
    """The pending instruction has an outcome."""
    read = kvm.contract.cpu.cr0
    guest_executed(kvm, kvm.contract.pending, kvm.vcpu.exit.operand, outcome, read)


@observer("KVM resumes the guest, which executes the same instruction again")
def guest_was_resumed(kvm: Kvm) -> None:
    """Resuming twice with nothing changed in between is in vain."""
    kvm.retried.in_vain = kvm.retry.kept
    kvm.retry.kept = True


@observer("KVM has taken the FPU back after a preemption: the next exit is another one")
def fpu_was_taken_back(kvm: Kvm) -> None:
    """Something has changed."""
    kvm.retry.kept = False
    kvm.retry.misled = False


@observer("KVM has no handler for the exit and gives the guest up")
def guest_was_killed(kvm: Kvm) -> None:
    """No contract allows that."""
    kvm.outcome.killed = True


@observer("L1 gets an exit of its guest instead of the instruction completing")
def instruction_exits_to_l1(kvm: Kvm) -> None:
    """The pending instruction must be one that exits on the contract CPU."""
    compare(kvm, kvm.contract.pending, kvm.vcpu.exit.operand, Outcome.EXIT, kvm.contract.cpu.cr0)
    wrong = kvm.outcome.observed & (kvm.outcome.promised != Outcome.EXIT)
    by_nm = kvm.vcpu.exit.reason == ExitReason.EXCEPTION_NM
    kvm.retried.in_vain = wrong & by_nm & kvm.retry.misled
    kvm.retry.misled = kvm.retry.misled | (wrong & by_nm)
    kvm.retry.kept = False


@observer("An event that L1 intercepts arrives while L2 runs; the environment's choice")
def event_exits_to_l1(kvm: Kvm) -> None:
    """The contract CPU leaves L2 for the same event."""
    if agrees(kvm):
        vm_exit(kvm.contract.cpu, ExitReason.EXTERNAL_INTERRUPT)


@observer("L1 reads the exit information that KVM has written to VMCS12")
def l1_reads_the_exit(kvm: Kvm) -> None:
    """It must be what the contract CPU wrote to its VMCS."""
    if agrees(kvm):
        told, promised = kvm.vcpu.vmcs12, kvm.contract.cpu.vmcs
        same = (told.exit_reason == promised.exit_reason) & (
            told.exit_access == promised.exit_access
        )
        differing = (told.exit_operand ^ promised.exit_operand) & MACHINE_STATUS_WORD
        kvm.outcome.exit_differs = (same & (differing == NO_BITS)) ^ True


@observer("L1 executes VMLAUNCH or VMRESUME")
def l1_enters_l2(kvm: Kvm) -> None:
    """The contract CPU enters the guest of its VMCS, with the event that it injects."""
    kvm.retry.kept = False
    if agrees(kvm):
        kvm.outcome.observed = True
        kvm.outcome.promised = vm_entry(kvm.contract.cpu)


@observer("The event that KVM will inject into L2 at the next hardware VM entry")
def l2_was_entered(kvm: Kvm) -> None:
    """Nothing else can happen to L2 before it, so it counts as delivered now."""
    kvm.outcome.outcome = Outcome.NM if kvm.vmcs.entry_injects_nm else Outcome.DONE


@observer("L1 writes the fields of its VMCS, on the contract CPU as in VMCS12")
def l1_programs(kvm: Kvm) -> None:
    """L1 has changed something, so nothing is retried."""
    kvm.retry.kept = False
    kvm.retry.misled = False
    vmcs = kvm.contract.cpu.vmcs
    vmcs.cr0_mask = kvm.vcpu.vmcs12.cr0_mask
    vmcs.cr0_shadow = kvm.vcpu.vmcs12.cr0_shadow
    vmcs.guest_cr0 = kvm.vcpu.vmcs12.guest_cr0
    vmcs.host_cr0 = kvm.vcpu.vmcs12.host_cr0
    vmcs.exception_bitmap_nm = kvm.vcpu.vmcs12.exception_bitmap_nm
    vmcs.entry_injects_nm = kvm.vcpu.vmcs12.entry_injects_nm
