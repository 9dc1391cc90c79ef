"""VMX: what the VMCS must say so that L0 can keep the FPU from a guest that cannot tell."""

from nestproof.models.kvm.cache_regs import kvm_read_cr0, vmx_decache_cr0_guest_bits
from nestproof.models.kvm.era import HandOff
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.observed import something_changed
from nestproof.models.linux.instructions import clts, stts
from nestproof.models.x86.cr0 import ALL_BITS, NO_BITS, Cr0, merged
from nestproof.models.x86.vmcs import Vmcs
from verifier.language import models

TRAPPING = Cr0(ts=True, mp=True)
"""What makes all lazy FPU instructions of a guest fault, WAIT included."""
TS = Cr0(ts=True)
ALWAYS_OFF = Cr0(nw=True, cd=True)
"""KVM_VM_CR0_ALWAYS_OFF, in v3.12 KVM_GUEST_CR0_MASK: the caches of a guest are on."""


VMX = "arch/x86/kvm/vmx/vmx.c"
SPLIT = (("v5.0", VMX),)
"""Where the functions are since vmx.c was split; others are in nested.c and nested.h."""
NESTED_H = "arch/x86/kvm/vmx/nested.h"


@models(
    "arch/x86/kvm/vmx.c",
    "update_exception_bitmap",
    since="v2.6.34",
    moved=(
        ("v5.0", VMX),
        ("v5.17", VMX, "vmx_update_exception_bitmap"),
    ),
)
def update_exception_bitmap(kvm: Kvm) -> None:
    """Intercept #NM while the FPU is kept from the guest, where L1 wants it, and for IA32_XFD."""
    vcpu = kvm.vcpu
    own = vcpu.fpu_active ^ True if vcpu.era.lazy else vcpu.xfd_no_write_intercept
    kvm.vmcs.exception_bitmap_nm = own | (vcpu.guest_mode & vcpu.vmcs12.exception_bitmap_nm)


@models(
    "arch/x86/kvm/vmx.c",
    "vmx_save_host_state",
    since="v2.6.34",
    moved=(
        ("v4.19", "arch/x86/kvm/vmx.c", "vmx_prepare_switch_to_guest"),
        ("v5.0", VMX, "vmx_prepare_switch_to_guest"),
    ),
)
def vmx_save_host_state(kvm: Kvm) -> None:
    """Remember that the host's segments and MSRs have to be restored; no FPU state is."""
    kvm.host.runs_guest = True


@models(
    "arch/x86/kvm/vmx.c",
    "__vmx_load_host_state",
    since="v2.6.34",
    moved=(
        ("v4.19", "arch/x86/kvm/vmx.c", "vmx_prepare_switch_to_host"),
        ("v5.0", VMX, "vmx_prepare_switch_to_host"),
    ),
)
def __vmx_load_host_state(kvm: Kvm) -> None:
    """Make TS what the host believes, where VM exits load it from a constant.

    Since v4.11 TS no longer matters.
    """
    host, vcpu = kvm.host, kvm.vcpu
    if not host.runs_guest:
        return
    host.runs_guest = False
    if vcpu.era.hand_off == HandOff.UNLAZY and host.running.fpu.has_fpu:
        clts(host)
    if vcpu.era.hand_off == HandOff.KERNEL_FPU and vcpu.era.lazy:
        if not host.running.fpu.has_fpu and not vcpu.guest_fpu_loaded:
            stts(host)


@models("arch/x86/kvm/vmx.c", "vmx_fpu_activate", since="v2.6.34", until="v4.11")
def vmx_fpu_activate(kvm: Kvm) -> None:
    """Let the guest use the FPU, own TS and take #NM itself."""
    vcpu = kvm.vcpu
    if vcpu.fpu_active:
        return
    vcpu.fpu_active = True
    kvm.vmcs.guest_cr0 = merged(TRAPPING, kvm_read_cr0(kvm), kvm.vmcs.guest_cr0)
    update_exception_bitmap(kvm)
    not_left = vcpu.vmcs12.cr0_mask if vcpu.guest_mode else NO_BITS
    vcpu.cr0_guest_owned_bits = vcpu.era.guest_bits & ~not_left
    kvm.vmcs.cr0_mask = ~vcpu.cr0_guest_owned_bits


@models("arch/x86/kvm/vmx.c", "nested_read_cr0", since="v3.1", moved=(("v5.0", NESTED_H),))
def nested_read_cr0(vmcs12: Vmcs) -> Cr0:
    """What L2 reads of the CR0 that L1 has set up for it."""
    return merged(vmcs12.cr0_mask, vmcs12.cr0_shadow, vmcs12.guest_cr0)


@models("arch/x86/kvm/vmx.c", "vmx_fpu_deactivate", since="v2.6.34", until="v4.11")
def vmx_fpu_deactivate(kvm: Kvm) -> None:
    """Take TS and #NM back; the guest must keep reading the TS it wrote."""
    vcpu = kvm.vcpu
    vmx_decache_cr0_guest_bits(kvm)
    kvm.vmcs.guest_cr0 = kvm.vmcs.guest_cr0 | TRAPPING
    update_exception_bitmap(kvm)
    if vcpu.era.keeps_read_shadow:
        shadow = merged(vcpu.cr0_guest_owned_bits, vcpu.cr0, kvm.vmcs.cr0_shadow)
    elif vcpu.guest_mode:
        vcpu.vmcs12.guest_cr0 = merged(TS, vcpu.cr0, vcpu.vmcs12.guest_cr0)
        shadow = nested_read_cr0(vcpu.vmcs12)
    else:
        shadow = vcpu.cr0
    vcpu.cr0_guest_owned_bits = NO_BITS
    kvm.vmcs.cr0_mask = ALL_BITS
    kvm.vmcs.cr0_shadow = shadow
    something_changed(kvm)


@models("arch/x86/kvm/vmx.c", "vmx_set_cr0", since="v2.6.34", moved=SPLIT)
def vmx_set_cr0(kvm: Kvm, cr0: Cr0) -> None:
    """Give the guest a CR0; it reads the value, and runs with more traps while not active.

    That NE, PE, PG and WP are set in what it runs with is left out: nothing looks at them there,
    and WP is set only without EPT where the guest can own it.
    """
    vcpu = kvm.vcpu
    traps = vcpu.fpu_active ^ True if vcpu.era.lazy else False
    kvm.vmcs.cr0_shadow = cr0
    kvm.vmcs.guest_cr0 = (cr0 & ~ALWAYS_OFF) | Cr0(ts=traps, mp=traps)
    vcpu.cr0 = cr0
    vcpu.cr0_available = vcpu.era.caches_cr0
