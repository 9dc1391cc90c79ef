"""KVM functions with a rule left out or a mistake put in; tests put them in place of the real."""

from nestproof.models.kvm.cache_regs import kvm_read_cr0, vmx_decache_cr0_guest_bits
from nestproof.models.kvm.contract import Handled
from nestproof.models.kvm.exits import handle_clts, handle_cr
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.vmx import (
    TRAPPING,
    TS,
    nested_read_cr0,
    update_exception_bitmap,
    vmx_set_cr0,
)
from nestproof.models.kvm.x86 import kvm_set_cr0
from nestproof.models.x86.cr0 import ALL_BITS, NO_BITS, Cr0, merged
from nestproof.models.x86.vmcs import CrAccess
from verifier.language import abstracts


@abstracts("mutant M1")
def bitmap_without_l1(kvm: Kvm) -> None:
    """L1's wish for #NM exits is forgotten."""
    kvm.vmcs.exception_bitmap_nm = kvm.vcpu.fpu_active ^ True


@abstracts("mutant M2")
def bitmap_of_l1_alone(kvm: Kvm) -> None:
    """L0 does not intercept the #NM that it causes in L2."""
    vcpu = kvm.vcpu
    own = vcpu.fpu_active ^ True
    kvm.vmcs.exception_bitmap_nm = vcpu.vmcs12.exception_bitmap_nm if vcpu.guest_mode else own


@abstracts("mutant M3")
def vmcs02_without_l1_s_mask(kvm: Kvm) -> None:
    """L2 owns TS although L1 does not leave it to L2."""
    vmcs12 = kvm.vcpu.vmcs12
    kvm.vmcs.controls_valid = vmcs12.controls_valid
    kvm.vmcs.entry_injects_nm = vmcs12.entry_injects_nm
    update_exception_bitmap(kvm)
    kvm.vmcs.cr0_mask = ~kvm.vcpu.cr0_guest_owned_bits
    vmx_set_cr0(kvm, vmcs12.guest_cr0)
    kvm.vmcs.cr0_shadow = nested_read_cr0(vmcs12)


@abstracts("mutant M3, the other place")
def activate_without_l1_s_mask(kvm: Kvm) -> None:
    """L2 gets TS with the FPU although L1 does not leave it to L2."""
    vcpu = kvm.vcpu
    if vcpu.fpu_active:
        return
    vcpu.fpu_active = True
    kvm.vmcs.guest_cr0 = merged(TRAPPING, kvm_read_cr0(kvm), kvm.vmcs.guest_cr0)
    update_exception_bitmap(kvm)
    vcpu.cr0_guest_owned_bits = TS
    kvm.vmcs.cr0_mask = ~TS


@abstracts("mutant M5")
def deactivate_with_a_stale_shadow(kvm: Kvm) -> None:
    """The TS that L2 has written itself is not put where L2 reads it."""
    vmx_decache_cr0_guest_bits(kvm)
    kvm.vmcs.guest_cr0 = kvm.vmcs.guest_cr0 | TRAPPING
    update_exception_bitmap(kvm)
    kvm.vcpu.cr0_guest_owned_bits = NO_BITS
    kvm.vmcs.cr0_mask = ALL_BITS


@abstracts("a mistake in vmx_fpu_deactivate")
def deactivate_without_mp(kvm: Kvm) -> None:
    """WAIT can execute on registers that are not the guest's."""
    vmx_decache_cr0_guest_bits(kvm)
    kvm.vmcs.guest_cr0 = kvm.vmcs.guest_cr0 | Cr0(ts=True)
    update_exception_bitmap(kvm)
    shadow = merged(kvm.vcpu.cr0_guest_owned_bits, kvm.vcpu.cr0, kvm.vmcs.cr0_shadow)
    kvm.vcpu.cr0_guest_owned_bits = NO_BITS
    kvm.vmcs.cr0_mask = ALL_BITS
    kvm.vmcs.cr0_shadow = shadow


@abstracts("mutant M6")
def clts_in_the_shadow_only(kvm: Kvm) -> None:
    """KVM's copy of L2's CR0 keeps TS."""
    if kvm.vcpu.guest_mode:
        kvm.vmcs.cr0_shadow.ts = False
    else:
        handle_clts(kvm)


@abstracts("mutant M7")
def clts_in_the_hardware(kvm: Kvm) -> None:
    """TS is cleared under L2 although the registers are not the guest's."""
    handle_clts(kvm)
    if kvm.vcpu.guest_mode:
        kvm.vmcs.guest_cr0.ts = False
        kvm.vmcs.exception_bitmap_nm = False


@abstracts("mutant M7, with the activation left out")
def no_activation(kvm: Kvm) -> None:
    """CLTS does not give the FPU to the guest."""
    kvm_read_cr0(kvm)


@abstracts("WARN_ONCE, after which the kernel goes on")
def cr_access_beyond_the_warning(kvm: Kvm) -> Handled:
    """CLTS of v4.11 is emulated although the guest should always own TS."""
    if kvm.vcpu.exit.access == CrAccess.CLTS:
        vmx_set_cr0(kvm, merged(TS, NO_BITS, kvm.vcpu.cr0))
        return Handled.EMULATED
    return handle_cr(kvm)


@abstracts("mutant M9")
def l1_s_cr0_alone(kvm: Kvm, cr0: Cr0) -> None:
    """vmcs01 keeps the mask and bitmap that it had when L1 left."""
    vmx_set_cr0(kvm, cr0)
    kvm.vcpu.cr0_guest_owned_bits = Cr0(ts=kvm.vcpu.fpu_active)


@abstracts("mutant M11")
def guest_cr0_without_owned_bits(kvm: Kvm) -> Cr0:
    """What L2 has written itself is not what L1 finds."""
    vmcs12 = kvm.vcpu.vmcs12
    return merged(vmcs12.cr0_mask, vmcs12.guest_cr0, kvm.vmcs.cr0_shadow)


@abstracts("mutant M13")
def put_without_a_note(kvm: Kvm) -> None:
    """KVM believes that the guest's registers are still loaded."""
    host, vcpu = kvm.host, kvm.vcpu
    if vcpu.guest_fpu_loaded:
        host.era.fpu_save_init(host, vcpu.guest_fpu)
        host.era.kernel_fpu_end(host)
        vcpu.request_deactivate_fpu = True


@abstracts("mutant M13, the other half")
def put_without_a_request(kvm: Kvm) -> None:
    """The guest keeps the right to the FPU, which is loaded again at the next entry."""
    host, vcpu = kvm.host, kvm.vcpu
    if vcpu.guest_fpu_loaded:
        vcpu.guest_fpu_loaded = False
        host.era.fpu_save_init(host, vcpu.guest_fpu)
        host.era.kernel_fpu_end(host)


@abstracts("a mistake in kvm_put_guest_fpu")
def put_without_a_save(kvm: Kvm) -> None:
    """The guest's registers are lost."""
    host, vcpu = kvm.host, kvm.vcpu
    if vcpu.guest_fpu_loaded:
        vcpu.guest_fpu_loaded = False
        host.era.kernel_fpu_end(host)
        vcpu.request_deactivate_fpu = True


@abstracts("a mistake in kvm_load_guest_fpu")
def load_without_a_section(kvm: Kvm) -> None:
    """The host's registers are overwritten."""
    if not kvm.vcpu.guest_fpu_loaded:
        kvm.vcpu.guest_fpu_loaded = True
        kvm.host.clts()
        kvm.host.era.fpu_restore_checking(kvm.host, kvm.vcpu.guest_fpu)


@abstracts("half of b1a74bf82123 left out")
def host_ts_stays_clear(kvm: Kvm) -> None:
    """TS stays as VM exits leave it."""
    kvm.host.runs_guest = False


@abstracts("half of 1a0d74e66405 left out")
def mov_to_cr0_of_l2_on_l1_s_bits(kvm: Kvm, value: Cr0) -> bool:
    """L2 writes bits that L1 keeps."""
    if kvm_set_cr0(kvm, value):
        return True
    kvm.vmcs.cr0_shadow = value
    return False
