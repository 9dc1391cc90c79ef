"""The part of x86 KVM that VMX and SVM share: CR0 as a guest changes it, and the FPU."""

from nestproof.models.kvm.cache_regs import kvm_read_cr0
from nestproof.models.kvm.era import HandOff
from nestproof.models.kvm.machine import Machine
from nestproof.models.linux.fpu_deferred import fpregs_mark_activate, fpu_swap_kvm_fpstate
from nestproof.models.linux.task import Fpu
from nestproof.models.x86.cr0 import Cr0, cr0_is_valid, merged
from verifier.language import models

PE = Cr0(pe=True)
LMSW_BITS = Cr0(mp=True, em=True, ts=True)


@models("arch/x86/kvm/x86.c", "kvm_set_cr0", since="v2.6.34")
def kvm_set_cr0(kvm: Machine, cr0: Cr0) -> bool:
    """Change the guest's CR0; whether that is refused, which is a #GP."""
    if not cr0_is_valid(cr0):
        return True
    kvm.ops.set_cr0(kvm, cr0)
    return False


@models("arch/x86/kvm/x86.c", "kvm_lmsw", since="v2.6.34")
def kvm_lmsw(kvm: Machine, msw: Cr0) -> bool:
    """Load the machine status word; whether that is a #GP, as a refusal was until v2.6.35.

    Until then kvm_set_cr0 injects it; since then nobody looks at what it returns.
    """
    before = kvm_read_cr0(kvm)
    kept = merged(PE, msw, before) if kvm.vcpu.era.lmsw_clears_pe else before | (msw & PE)
    refused = kvm_set_cr0(kvm, merged(LMSW_BITS, msw, kept))
    return refused & kvm.vcpu.era.skips_refused


@models("arch/x86/kvm/x86.c", "kvm_arch_vcpu_put", since="v2.6.34")
def kvm_arch_vcpu_put(kvm: Machine) -> None:
    """The thread stops running the virtual CPU: when preempted, and when KVM_RUN returns."""
    match kvm.vcpu.era.hand_off:
        case HandOff.HOST_IMAGE:
            kvm_put_guest_fpu(kvm)
            kvm.ops.vcpu_put(kvm)
        case HandOff.UNLAZY | HandOff.KERNEL_FPU:
            kvm.ops.vcpu_put(kvm)
            kvm_put_guest_fpu(kvm)
        case _:
            kvm.ops.vcpu_put(kvm)


@models("arch/x86/kvm/x86.c", "kvm_load_guest_fpu", since="v2.6.34")
def kvm_load_guest_fpu(kvm: Machine) -> None:
    """Put the guest's registers into the processor, preemption or softirqs off."""
    host, vcpu = kvm.host, kvm.vcpu
    assert not (vcpu.era.checks_in_use and vcpu.guest_fpu_loaded), "fpstate->in_use"
    if vcpu.guest_fpu_loaded:
        return
    vcpu.guest_fpu_loaded = True
    if vcpu.era.hand_off == HandOff.FPSTATE:
        fpu_swap_kvm_fpstate(host, vcpu.guest_fpu, vcpu.user_fpu, True)
        return
    match vcpu.era.hand_off:
        case HandOff.HOST_IMAGE:
            host.era.fpu_save_init(host, vcpu.user_fpu)
        case HandOff.UNLAZY:
            host.era.unlazy_fpu(host)
        case HandOff.KERNEL_FPU:
            host.era.kernel_fpu_begin(host)
        case HandOff.KVM_RUN:
            host.era.fpu_save_init(host, vcpu.user_fpu)
        case HandOff.THREAD_FPU:
            host.era.fpu_save_init(host, host.running.fpu)
        case HandOff.USER_FPU:
            kvm_save_current_fpu(kvm, vcpu.user_fpu)
    host.era.fpu_restore_checking(host, vcpu.guest_fpu)
    if vcpu.era.hand_off in {HandOff.THREAD_FPU, HandOff.USER_FPU}:
        fpregs_mark_activate(host)


@models("arch/x86/kvm/x86.c", "kvm_save_current_fpu", since="v5.6", until="v5.16")
def kvm_save_current_fpu(kvm: Machine, fpu: Fpu) -> None:
    """Save the registers to an image, from memory where they are not in the processor."""
    host = kvm.host
    if host.running.fpu.has_fpu:
        host.era.fpu_save_init(host, fpu)
    else:
        fpu.state = host.running.fpu.state


@models("arch/x86/kvm/x86.c", "kvm_put_guest_fpu", since="v2.6.34")
def kvm_put_guest_fpu(kvm: Machine) -> None:
    """Save the guest's registers and give the processor's back to the host."""
    host, vcpu = kvm.host, kvm.vcpu
    assert vcpu.guest_fpu_loaded or not vcpu.era.checks_in_use, "!fpstate->in_use"
    if not vcpu.guest_fpu_loaded:
        return
    vcpu.guest_fpu_loaded = False
    if vcpu.era.hand_off == HandOff.FPSTATE:
        fpu_swap_kvm_fpstate(host, vcpu.guest_fpu, vcpu.user_fpu, False)
        return
    if vcpu.era.hand_off == HandOff.USER_FPU:
        kvm_save_current_fpu(kvm, vcpu.guest_fpu)
    else:
        host.era.fpu_save_init(host, vcpu.guest_fpu)
    match vcpu.era.hand_off:
        case HandOff.HOST_IMAGE | HandOff.KVM_RUN:
            host.era.fpu_restore_checking(host, vcpu.user_fpu)
        case HandOff.THREAD_FPU:
            host.era.fpu_restore_checking(host, host.running.fpu)
            fpregs_mark_activate(host)
        case HandOff.USER_FPU:
            host.era.fpu_restore_checking(host, vcpu.user_fpu)
            fpregs_mark_activate(host)
        case HandOff.UNLAZY:
            pass
        case HandOff.KERNEL_FPU:
            host.era.kernel_fpu_end(host)
    if vcpu.era.lazy:
        vcpu.request_deactivate_fpu = True
