"""Nested SVM: running L2 for L1, with the intercepts of both levels."""

from nestproof.models.kvm.cache_regs import kvm_read_cr0
from nestproof.models.kvm.svm import SELECTIVE_MASK, svm_fpu_activate, svm_set_cr0
from nestproof.models.kvm.svm_intercepts import (
    IN_NESTED,
    SPLIT,
    copy_vmcb_control_area,
    recalc_intercepts,
)
from nestproof.models.kvm.svm_machine import SvmKvm
from nestproof.models.kvm.svm_observed import (
    event_exits_to_l1,
    l1_enters_l2,
    l2_was_entered,
    l2_was_refused,
)
from nestproof.models.x86.cr0 import NO_BITS, Cr0
from nestproof.models.x86.instructions import PE, Instruction
from nestproof.models.x86.svm import guest_cr0_is_legal
from nestproof.models.x86.vmcb import ExitCode, VmcbName
from verifier.language import models, snapshot

NESTED_C = "arch/x86/kvm/svm/nested.c"
LMSW_COMPARES = Cr0(pe=True, em=True)
"""Of the machine status word what the selective mask leaves."""


@models(
    "arch/x86/kvm/svm.c",
    "nested_vmcb_checks",
    since="v3.12",
    moved=(
        ("v5.10", NESTED_C, "nested_vmcb_check_controls"),
        ("v6.12.117", NESTED_C, "nested_svm_check_cached_vmcb12"),
    ),
)
def nested_vmcb_checks(kvm: SvmKvm) -> bool:
    """What KVM looks at itself; the rest is the hardware's, when it runs L2."""
    vmcb12 = kvm.vcpu.vmcb12
    legal = guest_cr0_is_legal(vmcb12.cr0) if kvm.vcpu.nested_era.checks_cr0 else True
    return vmcb12.intercept_vmrun & legal


@models("arch/x86/kvm/svm.c", "nested_svm_vmrun", since="v3.12", moved=IN_NESTED)
def nested_svm_vmrun(kvm: SvmKvm) -> None:
    """L1's VMRUN."""
    l1_enters_l2(kvm)
    if nested_vmcb_checks(kvm):
        enter_svm_guest_mode(kvm)
        l2_was_entered(kvm)
        return
    vmcb12 = kvm.vcpu.vmcb12
    vmcb12.exit_code = ExitCode.INVALID
    if kvm.vcpu.nested_era.clears_event_inj:
        vmcb12.event_inj_nm = False
    l2_was_refused(kvm)


@models(
    "arch/x86/kvm/svm.c",
    "nested_svm_vmrun",
    since="v3.12",
    moved=(
        ("v4.20", "arch/x86/kvm/svm.c", "enter_svm_guest_mode"),
        ("v5.10", NESTED_C, "enter_svm_guest_mode"),
    ),
)
def enter_svm_guest_mode(kvm: SvmKvm) -> None:
    """Save what L1 runs with, load L2's CR0, and add L1's intercepts to L0's.

    Until v5.17 there is one VMCB: that L0's intercepts have just been saved when CR0 is loaded
    means that they go with L1's CR0. An interrupt can come before L2 has run until v5.10.
    """
    vcpu = kvm.vcpu
    vcpu.nested_run_pending = True
    if vcpu.nested_era.own_vmcb:
        kvm.vmcb.cr0 = kvm_read_cr0(kvm)
        kvm.host.cpu.current = VmcbName.VMCB02
    else:
        vcpu.hsave.cr0 = kvm_read_cr0(kvm)
        copy_vmcb_control_area(vcpu.hsave, kvm.vmcb)
    if not vcpu.nested_era.merges_later:
        svm_set_cr0(kvm, snapshot(vcpu.vmcb12.cr0))
    vcpu.guest_mode = True
    kvm.vmcb.controls_valid = vcpu.vmcb12.controls_valid
    kvm.vmcb.event_inj_nm = vcpu.vmcb12.event_inj_nm
    recalc_intercepts(kvm)
    if vcpu.nested_era.merges_later:
        svm_set_cr0(kvm, snapshot(vcpu.vmcb12.cr0))


@models("arch/x86/kvm/svm.c", "nested_svm_vmexit", since="v3.12", moved=IN_NESTED)
def nested_svm_vmexit(kvm: SvmKvm, code: ExitCode) -> None:
    """Leave L2 for L1, whose CR0 is as it was.

    EXITINFO1 is what the hardware has left; KVM tells L1 that there are no decode assists.
    """
    vcpu = kvm.vcpu
    vcpu.guest_mode = False
    vmcb12 = vcpu.vmcb12
    vmcb12.cr0 = kvm_read_cr0(kvm)
    vmcb12.exit_code = code
    if vcpu.nested_era.own_vmcb:
        vmcb12.event_inj_nm = kvm.vmcb.event_inj_nm
        kvm.host.cpu.current = VmcbName.VMCB01
        svm_set_cr0(kvm, snapshot(kvm.vmcb.cr0 | PE))
    else:
        vmcb12.event_inj_nm = False
        copy_vmcb_control_area(kvm.vmcb, vcpu.hsave)
        svm_set_cr0(kvm, snapshot(vcpu.hsave.cr0 | PE))


@models("arch/x86/kvm/svm.c", "nested_svm_exit_special", since="v3.12", moved=IN_NESTED)
def nested_svm_exit_special(kvm: SvmKvm) -> bool:
    """Whether L1 is asked at all; in a lazy KVM L2 has the FPU after any #NM.

    The repair asks it about no #NM that L0 has caused.
    """
    vcpu = kvm.vcpu
    match vcpu.exit.code:
        case ExitCode.INTR | ExitCode.NPF:
            return False
        case ExitCode.EXCEPTION_NM:
            if vcpu.nested_era.keeps_own_nm and not vcpu.fpu_active:
                return False
            if vcpu.era.lazy:
                svm_fpu_activate(kvm)
            return True
        case _:
            return True


@models("arch/x86/kvm/svm.c", "nested_svm_intercept", since="v3.12", moved=IN_NESTED)
def nested_svm_intercept(kvm: SvmKvm, code: ExitCode) -> bool:
    """Whether L1 has asked for such an exit."""
    wanted = kvm.vcpu.vmcb12
    match code:
        case ExitCode.CR0_READ:
            return wanted.intercept_cr0_read
        case ExitCode.CR0_WRITE:
            return wanted.intercept_cr0_write
        case ExitCode.CR0_SEL_WRITE:
            return wanted.intercept_cr0_sel_write
        case ExitCode.EXCEPTION_NM:
            return wanted.intercept_nm
        case ExitCode.TASK_SWITCH:
            return wanted.intercept_task_switch
        case ExitCode.INVALID | ExitCode.VMRUN:
            return True
        case ExitCode.NONE | ExitCode.INTR | ExitCode.NPF:
            return False


@models("arch/x86/kvm/svm.c", "svm_check_intercept", since="v3.12", moved=SPLIT)
def exit_code_of(kvm: SvmKvm, instruction: Instruction, operand: Cr0) -> ExitCode:
    """The code of an instruction on CR0 that is emulated for L2.

    Until v4.20 CLTS is compared, too, with what the instruction before it has left, which is next
    to never a CR0. LMSW has its operand in a register.
    """
    era, cr0 = kvm.vcpu.nested_era, kvm.vcpu.cr0
    if instruction in (Instruction.SMSW, Instruction.MOV_FROM_CR0):
        return ExitCode.CR0_READ
    plain = era.plain_comes_first & kvm.vcpu.vmcb12.intercept_cr0_write
    if plain or not kvm.vcpu.vmcb12.intercept_cr0_sel_write:
        return ExitCode.CR0_WRITE
    match instruction:
        case Instruction.CLTS:
            selected = not era.knows_clts
        case Instruction.LMSW:
            changed = (cr0 ^ (operand | (cr0 & PE))) & LMSW_COMPARES
            selected = True if era.always_selects_lmsw else changed != NO_BITS
        case _:
            selected = ((cr0 ^ operand) & ~SELECTIVE_MASK) != NO_BITS
    return ExitCode.CR0_SEL_WRITE if selected else ExitCode.CR0_WRITE


@models("arch/x86/kvm/svm.c", "svm_check_intercept", since="v3.12", moved=SPLIT)
def svm_check_intercept(kvm: SvmKvm, instruction: Instruction, operand: Cr0) -> bool:
    """Whether L1 gets an instruction that is emulated for L2."""
    if not kvm.vcpu.guest_mode:
        return False
    code = exit_code_of(kvm, instruction, operand)
    if not nested_svm_intercept(kvm, code):
        return False
    nested_svm_vmexit(kvm, code)
    return True


@models(
    "arch/x86/kvm/svm.c",
    "nested_svm_intr",
    since="v3.12",
    moved=(("v5.10", NESTED_C, "svm_check_nested_events"),),
)
def interrupt_exits_to_l1(kvm: SvmKvm) -> None:
    """An interrupt for L1 arrives, which intercepts interrupts.

    Until v5.10 exit_required is set, and the exit follows without VMRUN in between.
    """
    nested_svm_vmexit(kvm, ExitCode.INTR)
    event_exits_to_l1(kvm)
