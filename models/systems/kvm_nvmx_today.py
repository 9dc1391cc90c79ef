"""Nested KVM since registers are loaded on the way to user mode (v5.2), and its two live findings.

From v6.1 on the guest owns WP, and WP of VMCS12 varies. What an interrupt in fpregs_lock breaks
until v5.17 is the subject of kvm-vmx.
"""

from collections.abc import Callable
from dataclasses import replace

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm.era import Era
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.observed import l1_programs
from nestproof.models.kvm.xfd import guest_writes_xfd
from nestproof.models.linux import fpu_deferred
from nestproof.models.systems.kvm_nvmx import l1_runs, nested
from nestproof.models.systems.kvm_vmx_today import guest_clears_wp
from verifier.language import System, step


@step
def l1_programs_wp(kvm: Kvm, mask_wp: bool, shadow_wp: bool, guest_wp: bool, host_wp: bool) -> None:
    """L1 writes WP of its VMCS."""
    l1_runs(kvm)
    vmcs12 = kvm.vcpu.vmcs12
    vmcs12.cr0_mask.wp = mask_wp
    vmcs12.cr0_shadow.wp = shadow_wp
    vmcs12.guest_cr0.wp = guest_wp
    vmcs12.host_cr0.wp = host_wp
    l1_programs(kvm)


WITH_WP: tuple[Callable[..., None], ...] = (guest_writes_xfd, guest_clears_wp, l1_programs_wp)
LMSW = "An LMSW of L2 that L0 emulates writes bits that L1 keeps."
LATE_REFUSAL = (
    "After a VM entry that only the hardware refuses KVM restores L1's CR0 from the read shadow."
)


def today(era: Era, summary: str) -> System:
    """A version in which the guest owns WP."""
    return nested(era.version, fpu_deferred.V5_18, era, summary, *WITH_WP)


def only_lmsw(era: Era) -> System:
    """A version with an L1 whose own CR0 survives a late refusal."""
    return today(
        replace(era, version=f"{era.version}+lmsw", unwinding=kvm_era.Unwinding.GUEST_CR0), LMSW
    )


def only_late_refusal(era: Era) -> System:
    """A version in which an LMSW of L2 leaves L1's bits alone."""
    return today(
        replace(era, version=f"{era.version}+late-refusal", merges_lmsw=True), LATE_REFUSAL
    )


V5_2 = nested(
    "v5.2",
    fpu_deferred.V5_2,
    kvm_era.V5_2,
    "As v4.20, on a host that loads registers late (TIF_NEED_FPU_LOAD).",
)
V5_10 = nested(
    "v5.10",
    fpu_deferred.V5_2,
    kvm_era.V5_10,
    "KVM asks whether the registers are loaded, and the VMCS for CR0 once after each exit.",
)
V5_17 = nested(
    "v5.17",
    fpu_deferred.V5_2,
    kvm_era.V5_17,
    "#NM exits once L1 or L2 uses IA32_XFD, and is queued for L2 where L1 does not want it.",
    guest_writes_xfd,
)
V6_1 = today(kvm_era.V6_1, "Debian's 6.1.192, which has a backport: L1 owns WP, too.")
V6_1_LMSW = only_lmsw(kvm_era.V6_1)
V6_1_LATE_REFUSAL = only_late_refusal(kvm_era.V6_1)
V6_1_REPAIRED = today(
    kvm_era.V6_1_REPAIRED,
    "v6.1 with an LMSW of L2 that leaves L1's bits alone, and L1's own bits after a late refusal.",
)
V6_1_EARLY_CHECK = today(
    replace(kvm_era.V6_1, version="v6.1-early-check", early_check=True, merges_lmsw=True),
    "v6.1 with an LMSW of L2 that leaves L1's bits alone, loaded with nested_early_check=1.",
)
V6_12 = today(kvm_era.V6_12, "The same as v6.1, for what is modelled; Debian's 6.12.117 is, too.")
V6_12_LMSW = only_lmsw(kvm_era.V6_12)
V6_12_LATE_REFUSAL = only_late_refusal(kvm_era.V6_12)
V6_19 = today(kvm_era.V6_19, "nested_early_check is gone; L1's controls are refused late as ever.")
V6_19_LMSW = only_lmsw(kvm_era.V6_19)
V6_19_LATE_REFUSAL = only_late_refusal(kvm_era.V6_19)
V6_19_REPAIRED = today(
    replace(
        kvm_era.V6_19,
        version="v6.19-repaired",
        unwinding=kvm_era.Unwinding.GUEST_CR0,
        merges_lmsw=True,
    ),
    "v6.19 with the two repairs of v6.1-repaired.",
)
