"""Observers of nested SVM: what L1 is told of its guest, next to the CPU that it was promised."""

from nestproof.models.kvm.observed import is_retried, something_changed
from nestproof.models.kvm.svm_machine import SvmKvm
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.svm import vmexit, vmrun
from nestproof.models.x86.vmcb import ExitCode
from verifier.language import observer


@observer("L1 has got a #NM exit of its guest")
def l1_was_asked(kvm: SvmKvm) -> None:
    """If the contract has no such exit, L1 can only resume; the same exit again is in vain."""
    left = kvm.vcpu.vmcb12.cr0
    wrong = kvm.outcome.observed & (kvm.outcome.promised != Outcome.EXIT)
    again = kvm.retry.misled & is_retried(kvm, left)
    kvm.retried.in_vain = again
    kvm.retry.misled = wrong | again
    kvm.retry.kept = False
    kvm.retry.instruction = kvm.contract.pending
    kvm.retry.cr0 = left


@observer("L1 has got an exit of its guest")
def told_l1(kvm: SvmKvm) -> None:
    """It reads why, and if it was for #NM, may ask in vain."""
    l1_reads_the_exit(kvm)
    if kvm.vcpu.exit.code == ExitCode.EXCEPTION_NM:
        l1_was_asked(kvm)
    else:
        something_changed(kvm)


@observer("L1 reads the exit information that KVM has written to VMCB12")
def l1_reads_the_exit(kvm: SvmKvm) -> None:
    """It must be what the contract CPU wrote to its VMCB; of EXITINFO1 nothing is promised."""
    if not kvm.contract.broken:
        told, promised = kvm.vcpu.vmcb12, kvm.contract.cpu.vmcb
        same = told.exit_code == promised.exit_code
        kvm.outcome.exit_differs = (same & (told.event_inj_nm == promised.event_inj_nm)) ^ True


@observer("An event that L1 intercepts arrives while L2 runs; the environment's choice")
def event_exits_to_l1(kvm: SvmKvm) -> None:
    """The contract CPU leaves L2 for the same event."""
    if not kvm.contract.broken:
        vmexit(kvm.contract.cpu, ExitCode.INTR)
        l1_reads_the_exit(kvm)


@observer("L1 executes VMRUN")
def l1_enters_l2(kvm: SvmKvm) -> None:
    """The contract CPU runs the guest of its VMCB, with the event that it injects."""
    kvm.retry.kept = False
    if not kvm.contract.broken:
        kvm.outcome.observed = True
        kvm.outcome.promised = vmrun(kvm.contract.cpu)


@observer("What the hardware will do with the VMCB at the next VMRUN")
def l2_was_entered(kvm: SvmKvm) -> None:
    """Nothing else can happen to L2 before it, so it counts as done now."""
    if not kvm.vmcb.controls_valid:
        outcome_of_vmrun(kvm, Outcome.EXIT)
    else:
        outcome_of_vmrun(kvm, Outcome.NM if kvm.vmcb.event_inj_nm else Outcome.DONE)


@observer("L1 sees what becomes of its VMRUN")
def outcome_of_vmrun(kvm: SvmKvm, outcome: Outcome) -> None:
    """If the contract CPU does otherwise it says nothing more."""
    if not kvm.contract.broken:
        kvm.outcome.outcome = outcome
        kvm.contract.broken = outcome != kvm.outcome.promised


@observer("KVM has refused VMCB12, with an exit")
def l2_was_refused(kvm: SvmKvm) -> None:
    """L1 sees an exit of a guest that has not run."""
    outcome_of_vmrun(kvm, Outcome.EXIT)
    l1_reads_the_exit(kvm)


@observer("The hardware has refused what KVM made of VMCB12, and L1 has got the exit")
def l1_finds_a_refusal(kvm: SvmKvm) -> None:
    """Its VMRUN has had its outcome already."""
    l1_reads_the_exit(kvm)
    something_changed(kvm)


@observer("L1 writes the fields of its VMCB, on the contract CPU as in VMCB12")
def l1_programs(kvm: SvmKvm) -> None:
    """Both VMCBs get the same values."""
    something_changed(kvm)
    vmcb, written = kvm.contract.cpu.vmcb, kvm.vcpu.vmcb12
    vmcb.cr0 = written.cr0
    vmcb.intercept_cr0_read = written.intercept_cr0_read
    vmcb.intercept_cr0_write = written.intercept_cr0_write
    vmcb.intercept_cr0_sel_write = written.intercept_cr0_sel_write
    vmcb.intercept_nm = written.intercept_nm
    vmcb.intercept_task_switch = written.intercept_task_switch
    vmcb.intercept_vmrun = written.intercept_vmrun
    vmcb.event_inj_nm = written.event_inj_nm
    vmcb.controls_valid = written.controls_valid
