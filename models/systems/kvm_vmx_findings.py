"""KVM on VMX with one finding each: versions between those of kvm_vmx, and what these leave out."""

from dataclasses import replace

from nestproof.models.kvm.era import V2_6_34
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.run import in_kvm_run
from nestproof.models.kvm.vcpu import Phase
from nestproof.models.linux import i387
from nestproof.models.systems.kvm_vmx import STEPS, V4_20, system
from verifier.language import models, step


@models("arch/x86/kvm/x86.c", "kvm_put_guest_fpu", since="v4.15", until="v5.2")
def kvm_put_guest_fpu(kvm: Kvm) -> None:
    """Take whatever is in the registers for the guest's; nothing says whether it is."""
    host, vcpu = kvm.host, kvm.vcpu
    host.era.fpu_save_init(host, vcpu.guest_fpu)
    host.era.fpu_restore_checking(host, vcpu.user_fpu)


@models("arch/x86/kvm/x86.c", "kvm_load_guest_fpu", since="v4.15", until="v5.2")
def kvm_load_guest_fpu(kvm: Kvm) -> None:
    """Take whatever is in the registers for the VMM's."""
    host, vcpu = kvm.host, kvm.vcpu
    host.era.fpu_save_init(host, vcpu.user_fpu)
    host.era.fpu_restore_checking(host, vcpu.guest_fpu)


@models("arch/x86/kvm/x86.c", "kvm_vcpu_reset", since="v4.15", until="v5.6")
def kvm_vcpu_reset(kvm: Kvm) -> None:
    """An INIT clears MPX registers in the guest's image, which must not be in the processor."""
    kvm_put_guest_fpu(kvm)
    kvm_load_guest_fpu(kvm)


@step
def get_mp_state(kvm: Kvm) -> None:
    """KVM_GET_MP_STATE handles an INIT that is pending, outside of KVM_RUN."""
    in_kvm_run(kvm, Phase.USER)
    kvm_vcpu_reset(kvm)


@step
def get_mp_state_with_the_fpu(kvm: Kvm) -> None:
    """The same with the guest's registers loaded around it (f958bd2314d1)."""
    in_kvm_run(kvm, Phase.USER)
    kvm_load_guest_fpu(kvm)
    kvm_vcpu_reset(kvm)
    kvm_put_guest_fpu(kvm)


V2_6_35 = replace(
    system(
        "v2.6.35",
        i387.V3_2,
        replace(V2_6_34, version="v2.6.35", lmsw_clears_pe=False),
        "As v2.6.34, but LMSW does not clear PE (f78e917688ed).",
    ),
    steps=STEPS,
)
V4_20_INIT = replace(
    V4_20,
    name="kvm-vmx/v4.20+init",
    steps=(*V4_20.steps, get_mp_state),
    summary="v4.20 where KVM_GET_MP_STATE handles an INIT, on a processor with MPX.",
)
V4_20_REPAIRED = replace(
    V4_20,
    name="kvm-vmx/v4.20-repaired",
    steps=(*V4_20.steps, get_mp_state_with_the_fpu),
    summary="The same with f958bd2314d1: the guest's registers are loaded meanwhile.",
)
