"""The exits of a guest on SVM, and kvm_x86_ops of SVM."""

from nestproof.models.kvm.contract import Handled
from nestproof.models.kvm.emulated_cr0 import em_clts, em_cr_write, em_lmsw
from nestproof.models.kvm.exits import kvm_task_switch
from nestproof.models.kvm.nested_svm import (
    nested_svm_exit_special,
    nested_svm_intercept,
    nested_svm_vmexit,
    nested_svm_vmrun,
    svm_check_intercept,
)
from nestproof.models.kvm.ops import X86Ops
from nestproof.models.kvm.svm import (
    forget_exit,
    leave_guest,
    svm_decache_cr0_guest_bits,
    svm_fpu_activate,
    svm_fpu_deactivate,
    svm_prepare_guest_switch,
    svm_set_cr0,
    svm_vcpu_put,
    svm_vcpu_run,
)
from nestproof.models.kvm.svm_intercepts import SPLIT, is_cr_intercept
from nestproof.models.kvm.svm_machine import SvmKvm
from nestproof.models.kvm.svm_observed import l1_finds_a_refusal, told_l1
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.x86.instructions import Instruction
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcb import ExitCode
from verifier.language import models


@models("arch/x86/kvm/svm.c", "nm_interception", since="v3.4", until="v4.11")
def nm_interception(kvm: SvmKvm) -> Handled:
    """The guest may use the FPU now."""
    svm_fpu_activate(kvm)
    return Handled.RESUMED


@models("arch/x86/kvm/svm.c", "emulate_on_interception", since="v3.4", moved=SPLIT)
def emulate_on_interception(kvm: SvmKvm) -> Handled:
    """Execute the instruction for the guest unless L1 wants it, and skip it unless it is refused.

    A MOV that decode assists describe is handled by cr_interception, with the same effect, in v4.20
    for the selective intercept, too: check_selective_cr0_intercepted compares as
    svm_check_intercept does. Nothing has changed the code since the exit.
    """
    leaving = kvm.vcpu.exit
    if svm_check_intercept(kvm, leaving.instruction, leaving.operand):
        return Handled.TO_L1
    outcome = Outcome.DONE
    match leaving.instruction:
        case Instruction.CLTS:
            outcome = em_clts(kvm)
        case Instruction.LMSW:
            outcome = em_lmsw(kvm, leaving.operand)
        case Instruction.MOV_TO_CR0:
            outcome = em_cr_write(kvm, leaving.operand)
        case _:
            pass
    return Handled.REFUSED if outcome == Outcome.GP else Handled.EMULATED


@models(
    "arch/x86/kvm/svm.c",
    "svm_exit_handlers",
    since="v3.4",
    moved=(*SPLIT, ("v5.17", "arch/x86/kvm/svm/svm.c", "svm_invoke_exit_handler")),
)
def handle(kvm: SvmKvm) -> Handled:
    """The handler for an exit code; since v4.11 there is none for #NM, and the source warns."""
    match kvm.vcpu.exit.code:
        case ExitCode.EXCEPTION_NM:
            assert kvm.vcpu.era.lazy, "svm: unexpected exit reason"
            return nm_interception(kvm)
        case ExitCode.CR0_READ | ExitCode.CR0_WRITE | ExitCode.CR0_SEL_WRITE:
            return emulate_on_interception(kvm)
        case ExitCode.TASK_SWITCH:
            return kvm_task_switch(kvm)
        case ExitCode.INVALID:
            return Handled.KILLED
        case ExitCode.VMRUN:
            if kvm.vcpu.nested:
                nested_svm_vmrun(kvm)
            return Handled.NOTHING
        case ExitCode.NONE | ExitCode.INTR | ExitCode.NPF:
            return Handled.NOTHING


@models(
    "arch/x86/kvm/svm.c",
    "handle_exit",
    since="v3.4",
    moved=(*SPLIT, ("v6.1", "arch/x86/kvm/svm/svm.c", "svm_handle_exit")),
)
def take_over_cr0(kvm: SvmKvm) -> None:
    """What the guest has written unseen; the first thing that is done about an exit."""
    kvm.vcpu.phase = Phase.LOOP
    if not is_cr_intercept(kvm):
        kvm.vcpu.cr0 = kvm.vmcb.cr0


@models(
    "arch/x86/kvm/svm.c",
    "handle_exit",
    since="v3.4",
    moved=(*SPLIT, ("v6.1", "arch/x86/kvm/svm/svm.c", "svm_handle_exit")),
)
def handle_exit(kvm: SvmKvm) -> Handled:
    """Take over the CR0 that the guest has written unseen, then handle the exit or give it to L1.

    A refused VMRUN is no outcome of an instruction of L2's.
    """
    take_over_cr0(kvm)
    vcpu = kvm.vcpu
    if vcpu.guest_mode and nested_svm_exit_special(kvm):
        code = vcpu.exit.code
        if nested_svm_intercept(kvm, code):
            nested_svm_vmexit(kvm, code)
            if code != ExitCode.INVALID:
                return Handled.TO_L1
            l1_finds_a_refusal(kvm)
            return Handled.NOTHING
    return handle(kvm)


SVM_X86_OPS = X86Ops(
    set_cr0=svm_set_cr0,
    decache_cr0_guest_bits=svm_decache_cr0_guest_bits,
    fpu_deactivate=svm_fpu_deactivate,
    prepare_guest_switch=svm_prepare_guest_switch,
    vcpu_put=svm_vcpu_put,
    run=svm_vcpu_run,
    handle_exit=handle_exit,
    leave_guest=leave_guest,
    forget_exit=forget_exit,
    told_l1=told_l1,
)
"""svm_x86_ops."""
