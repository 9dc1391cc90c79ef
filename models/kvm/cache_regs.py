"""The guest's CR0, of which the VMCS may know more than KVM's copy."""

from nestproof.models.kvm.machine import Kvm
from nestproof.models.x86.cr0 import Cr0, merged
from verifier.language import models


@models("arch/x86/kvm/vmx.c", "vmx_decache_cr0_guest_bits", since="v2.6.34", until="v5.0")
def vmx_decache_cr0_guest_bits(kvm: Kvm) -> None:
    """Take over the bits that the guest can have changed."""
    vcpu = kvm.vcpu
    vcpu.cr0 = merged(vcpu.cr0_guest_owned_bits, kvm.vmcs.guest_cr0, vcpu.cr0)


@models("arch/x86/kvm/kvm_cache_regs.h", "kvm_read_cr0", since="v2.6.34")
def kvm_read_cr0(kvm: Kvm) -> Cr0:
    """The guest's CR0, TS from the VMCS if the guest owns it."""
    if kvm.vcpu.cr0_guest_owned_bits.ts:
        vmx_decache_cr0_guest_bits(kvm)
    return kvm.vcpu.cr0
