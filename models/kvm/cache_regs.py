"""The guest's CR0, of which the VMCS may know more than KVM's copy."""

from nestproof.models.kvm.machine import Kvm, Machine
from nestproof.models.x86.cr0 import NO_BITS, Cr0, merged
from verifier.language import models


@models(
    "arch/x86/kvm/vmx.c",
    "vmx_decache_cr0_guest_bits",
    since="v2.6.34",
    moved=(
        ("v5.0", "arch/x86/kvm/vmx/vmx.c"),
        ("v5.8", "arch/x86/kvm/vmx/vmx.c", "vmx_cache_reg"),
    ),
)
def vmx_decache_cr0_guest_bits(kvm: Kvm) -> None:
    """Take over the bits that the guest can have changed; since v5.8 they are available then."""
    vcpu = kvm.vcpu
    vcpu.cr0_available = vcpu.era.caches_cr0
    vcpu.cr0 = merged(vcpu.cr0_guest_owned_bits, kvm.vmcs.guest_cr0, vcpu.cr0)


@models("arch/x86/kvm/kvm_cache_regs.h", "kvm_read_cr0", since="v2.6.34")
def kvm_read_cr0(kvm: Machine) -> Cr0:
    """The guest's CR0, from the VMCS what the guest owns of it."""
    vcpu = kvm.vcpu
    if (vcpu.cr0_guest_owned_bits & vcpu.era.guest_bits) != NO_BITS and not vcpu.cr0_available:
        kvm.ops.decache_cr0_guest_bits(kvm)
    return vcpu.cr0
