"""SVM: what L0 intercepts for itself, and what of that L1 intercepts, too, while L2 runs."""

from nestproof.models.kvm.svm_machine import SvmKvm
from nestproof.models.x86.vmcb import Vmcb, VmcbName
from verifier.language import models

SVM_C = "arch/x86/kvm/svm.c"
NESTED_C = "arch/x86/kvm/svm/nested.c"
SVM_H = "arch/x86/kvm/svm/svm.h"
SPLIT = (("v5.10", "arch/x86/kvm/svm/svm.c"),)
"""Where the functions are since svm.c was split; others are in nested.c and svm.h."""
IN_NESTED = (("v5.10", NESTED_C),)


@models(SVM_C, "get_host_vmcb", since="v3.4", moved=(("v5.10", SVM_H),), until="v5.17")
def get_host_vmcb(kvm: SvmKvm) -> Vmcb:
    """The VMCB with L0's own intercepts; since v5.17 VMCB01, which svm_set_intercept names."""
    if kvm.vcpu.nested_era.own_vmcb:
        return kvm.host.cpu.vmcbs[VmcbName.VMCB01]
    return kvm.vcpu.hsave if kvm.vcpu.guest_mode else kvm.vmcb


@models(SVM_C, "recalc_intercepts", since="v3.4", moved=IN_NESTED)
def recalc_intercepts(kvm: SvmKvm) -> None:
    """L2 runs with the intercepts of both levels."""
    if not kvm.vcpu.guest_mode:
        return
    c, h, g = kvm.vmcb, get_host_vmcb(kvm), kvm.vcpu.vmcb12
    c.intercept_cr0_read = h.intercept_cr0_read | g.intercept_cr0_read
    c.intercept_cr0_write = h.intercept_cr0_write | g.intercept_cr0_write
    c.intercept_cr0_sel_write = h.intercept_cr0_sel_write | g.intercept_cr0_sel_write
    c.intercept_nm = h.intercept_nm | g.intercept_nm
    c.intercept_task_switch = h.intercept_task_switch | g.intercept_task_switch


@models(SVM_C, "set_cr_intercept", since="v3.4", moved=(("v5.10", SVM_H, "svm_set_intercept"),))
def set_cr_intercept(kvm: SvmKvm, accesses: bool) -> None:
    """L0 intercepts reads and plain writes of CR0, or neither (clr_cr_intercept)."""
    vmcb = get_host_vmcb(kvm)
    vmcb.intercept_cr0_read = accesses
    vmcb.intercept_cr0_write = accesses
    recalc_intercepts(kvm)


@models(SVM_C, "set_exception_intercept", since="v3.4", until="v4.11")
def set_exception_intercept(kvm: SvmKvm, nm: bool) -> None:
    """L0 intercepts #NM, or does not (clr_exception_intercept)."""
    get_host_vmcb(kvm).intercept_nm = nm
    recalc_intercepts(kvm)


@models(SVM_C, "is_cr_intercept", since="v3.4", moved=(("v5.10", SVM_H, "svm_is_intercept"),))
def is_cr_intercept(kvm: SvmKvm) -> bool:
    """Whether writes of CR0 exit; while L2 runs, whether L0 wants that, since v5.17 or L1 does."""
    vmcb = kvm.vmcb if kvm.vcpu.nested_era.own_vmcb else get_host_vmcb(kvm)
    return vmcb.intercept_cr0_write


@models(SVM_C, "copy_vmcb_control_area", since="v3.4", until="v5.17")
def copy_vmcb_control_area(destination: Vmcb, origin: Vmcb) -> None:
    """The controls of one VMCB become those of another."""
    destination.intercept_cr0_read = origin.intercept_cr0_read
    destination.intercept_cr0_write = origin.intercept_cr0_write
    destination.intercept_cr0_sel_write = origin.intercept_cr0_sel_write
    destination.intercept_nm = origin.intercept_nm
    destination.intercept_task_switch = origin.intercept_task_switch
    destination.event_inj_nm = origin.event_inj_nm
    destination.controls_valid = origin.controls_valid
