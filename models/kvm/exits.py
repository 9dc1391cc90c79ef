"""The exits that L0 handles itself."""

from nestproof.models.kvm.cache_regs import kvm_read_cr0
from nestproof.models.kvm.contract import Handled
from nestproof.models.kvm.machine import Kvm, Machine
from nestproof.models.kvm.nested import (
    nested_guest_cr0_valid,
    nested_host_cr0_valid,
    nested_vmx_exit_handled,
    nested_vmx_run,
    reflect,
    unwind,
)
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.kvm.vmx import SPLIT, TS, VMX, vmx_fpu_activate, vmx_set_cr0
from nestproof.models.kvm.x86 import LMSW_BITS, PE, kvm_lmsw, kvm_set_cr0
from nestproof.models.x86.cr0 import NO_BITS, Cr0, merged
from nestproof.models.x86.vmcs import CrAccess, ExitReason
from verifier.language import models


@models(
    "arch/x86/kvm/vmx.c",
    "handle_exception",
    since="v2.6.34",
    moved=(
        ("v5.0", VMX),
        ("v5.10", VMX, "handle_exception_nmi"),
    ),
)
def handle_exception(kvm: Kvm) -> Handled:
    """A #NM that L0 keeps (is_no_device): the guest may use the FPU now.

    Since v4.11 there is no handler for it, and KVM_RUN is about to return KVM_EXIT_EXCEPTION.
    Since v5.17 it is queued for the guest, L1 or L2, whose IA32_XFD is why it is intercepted.
    """
    if kvm.vcpu.era.queues_nm:
        return Handled.QUEUED_NM
    if not kvm.vcpu.era.lazy:
        return Handled.KILLED
    vmx_fpu_activate(kvm)
    return Handled.RESUMED


@models("arch/x86/kvm/vmx.c", "handle_set_cr0", since="v3.1", moved=SPLIT)
def handle_set_cr0(kvm: Kvm, value: Cr0) -> bool:
    """A write of CR0: L2 must not change what L1 keeps; whether it is refused.

    Until v3.9 what L2 writes must be valid in VMX operation, and since then what comes of it. Since
    v6.5, and in Debian's 6.1.192, kvm_set_cr0 asks vmx_is_valid_cr0 the same.
    """
    vcpu, vmcs12 = kvm.vcpu, kvm.vcpu.vmcs12
    if not vcpu.guest_mode:
        if vcpu.nested and not nested_host_cr0_valid(value):
            return True
        return kvm_set_cr0(kvm, value)
    if vcpu.era.keeps_unowned_writes:
        effective = merged(vmcs12.cr0_mask, vmcs12.guest_cr0, value)
    else:
        effective = merged(vcpu.cr0_guest_owned_bits, value, vcpu.cr0)
    if vcpu.era.checks_written_cr0 or not vcpu.era.keeps_unowned_writes:
        valid = nested_host_cr0_valid(value)
    else:
        valid = nested_guest_cr0_valid(vmcs12, effective)
    if not valid or kvm_set_cr0(kvm, effective):
        return True
    kvm.vmcs.cr0_shadow = value
    return False


@models("arch/x86/kvm/vmx.c", "handle_clts", since="v3.1", until="v4.11")
def handle_clts(kvm: Kvm) -> None:
    """Clear TS for the guest; the real one stays set until the FPU is given to it."""
    vcpu = kvm.vcpu
    if vcpu.guest_mode:
        kvm.vmcs.cr0_shadow.ts = False
        vcpu.cr0.ts = False
    else:
        vmx_set_cr0(kvm, merged(TS, NO_BITS, vcpu.cr0))


@models("arch/x86/kvm/vmx.c", "handle_cr", since="v2.6.34", moved=SPLIT)
def handle_lmsw(kvm: Kvm, value: Cr0) -> bool:
    """LMSW goes through kvm_lmsw, which knows nothing of L1's bits, even for L2.

    The repair makes a MOV to CR0 of it, of what L2 reads but for the operand's bits.
    """
    if kvm.vcpu.era.merges_lmsw and kvm.vcpu.guest_mode:
        read = merged(kvm.vmcs.cr0_mask, kvm.vmcs.cr0_shadow, kvm.vmcs.guest_cr0)
        return handle_set_cr0(kvm, merged(LMSW_BITS, value, read) | (value & PE))
    return kvm_lmsw(kvm, value)


@models("arch/x86/kvm/vmx.c", "handle_cr", since="v2.6.34", moved=SPLIT)
def handle_cr(kvm: Kvm) -> Handled:
    """Emulate the access and skip it, or inject the #GP.

    Until v2.6.35 kvm_set_cr0 returns nothing and injects it, and every access is skipped
    (49a9b07edcf4). Since v5.17 a CLTS that exits is a KVM_BUG: the virtual machine is dead.
    """
    refused = False
    match kvm.vcpu.exit.access:
        case CrAccess.MOV_TO:
            refused = handle_set_cr0(kvm, kvm.vcpu.exit.operand)
        case CrAccess.CLTS:
            assert kvm.vcpu.era.lazy, "Guest should always own CR0.TS"
            if kvm.vcpu.era.clts_ends_vm:
                return Handled.KILLED
            handle_clts(kvm)
            vmx_fpu_activate(kvm)
        case CrAccess.LMSW:
            refused = handle_lmsw(kvm, kvm.vcpu.exit.operand)
        case CrAccess.MOV_FROM:
            pass
    if not refused:
        return Handled.EMULATED
    return Handled.REFUSED_AND_SKIPPED if kvm.vcpu.era.skips_refused else Handled.REFUSED


@models("arch/x86/kvm/x86.c", "kvm_task_switch", since="v2.6.34")
def kvm_task_switch(kvm: Machine) -> Handled:
    """The emulated task switch sets TS."""
    kvm_set_cr0(kvm, kvm_read_cr0(kvm) | TS)
    return Handled.EMULATED


@models("arch/x86/kvm/vmx.c", "kvm_vmx_exit_handlers", since="v2.6.34", moved=SPLIT)
def handle(kvm: Kvm) -> Handled:
    """The handler for an exit reason."""
    match kvm.vcpu.exit.reason:
        case ExitReason.EXCEPTION_NM:
            return handle_exception(kvm)
        case ExitReason.CR_ACCESS:
            return handle_cr(kvm)
        case ExitReason.TASK_SWITCH:
            return kvm_task_switch(kvm)
        case ExitReason.VMX_INSTRUCTION:
            if kvm.vcpu.nested:
                nested_vmx_run(kvm)
            return Handled.NOTHING
        case (
            ExitReason.NONE
            | ExitReason.INVALID_GUEST_STATE
            | ExitReason.EXTERNAL_INTERRUPT
            | ExitReason.EPT_VIOLATION
        ):
            return Handled.NOTHING


@models(
    "arch/x86/kvm/vmx.c",
    "vmx_handle_exit",
    since="v2.6.34",
    moved=(
        ("v5.0", VMX),
        ("v5.17", VMX, "__vmx_handle_exit"),
    ),
)
def vmx_handle_exit(kvm: Kvm) -> Handled:
    """Give the exit to L1 or handle it, with preemption on."""
    kvm.vcpu.phase = Phase.LOOP
    if kvm.vcpu.guest_mode and nested_vmx_exit_handled(kvm):
        if kvm.vcpu.fail:
            unwind(kvm)
            return Handled.NOTHING
        reflect(kvm)
        return Handled.TO_L1
    return handle(kvm)
