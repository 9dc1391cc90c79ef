"""Nested VMX: running L2 for L1, on a VMCS that merges the wishes of both levels."""

from nestproof.models.kvm.era import Routing, Unwinding
from nestproof.models.kvm.machine import Kvm
from nestproof.models.kvm.observed import (
    event_exits_to_l1,
    l1_enters_l2,
    l1_was_refused,
    l2_was_entered,
    l2_was_refused,
)
from nestproof.models.kvm.vcpu import Exit
from nestproof.models.kvm.vmx import (
    NESTED_H,
    __vmx_load_host_state,
    nested_read_cr0,
    update_exception_bitmap,
    vmx_set_cr0,
)
from nestproof.models.kvm.x86 import LMSW_BITS, kvm_set_cr0
from nestproof.models.x86.cr0 import NO_BITS, Cr0, merged
from nestproof.models.x86.instructions import Location
from nestproof.models.x86.vmcs import CrAccess, ExitReason, Vmcs, VmcsName
from verifier.language import abstracts, models, snapshot

VMX_C = "arch/x86/kvm/vmx.c"
NESTED = "arch/x86/kvm/vmx/nested.c"
SPLIT = (("v5.0", NESTED),)
"""Where the functions went when vmx.c was split."""
ALWAYS_ON = Cr0(pe=True, ne=True, pg=True)
"""VMXON_CR0_ALWAYSON, and the cr0_fixed0 that L1 is shown."""


@abstracts("vmx_switch_vmcs, which has other names until v4.13: no VMCS but the current one counts")
def vmx_switch_vmcs(kvm: Kvm, name: VmcsName) -> None:
    """Another VMCS is current; what KVM has read of the last one is not available any more."""
    kvm.host.cpu.current = name
    kvm.vcpu.cr0_available = False
    __vmx_load_host_state(kvm)


@models(
    "arch/x86/kvm/vmx.c",
    "nested_vmx_exit_handled",
    since="v3.1",
    moved=(
        ("v4.13", VMX_C, "nested_vmx_exit_reflected"),
        ("v5.0", NESTED, "nested_vmx_exit_reflected"),
        ("v5.10", NESTED, "nested_vmx_l1_wants_exit"),
    ),
)
def nested_nm_exit_handled(kvm: Kvm) -> bool:
    """Whether a #NM of L2 is L1's business."""
    vcpu = kvm.vcpu
    wanted = vcpu.vmcs12.exception_bitmap_nm
    match vcpu.era.routing:
        case Routing.BITMAP:
            return wanted
        case Routing.READ_VIEW:
            return wanted & nested_read_cr0(vcpu.vmcs12).ts
        case Routing.GUEST_CR0:
            return wanted & vcpu.vmcs12.guest_cr0.ts
        case Routing.OWN_STATE:
            return wanted & vcpu.fpu_active


@models("arch/x86/kvm/vmx.c", "nested_vmx_exit_handled_cr", since="v3.1", moved=SPLIT)
def nested_vmx_exit_handled_cr(kvm: Kvm) -> bool:
    """Whether L1 has asked for this access to CR0."""
    leaving, vmcs12 = kvm.vcpu.exit, kvm.vcpu.vmcs12
    mask, shadow = vmcs12.cr0_mask, vmcs12.cr0_shadow
    match leaving.access:
        case CrAccess.MOV_TO:
            return ((leaving.operand ^ shadow) & mask) != NO_BITS
        case CrAccess.CLTS:
            return mask.ts & shadow.ts
        case CrAccess.LMSW:
            value = leaving.operand if kvm.vcpu.era.routes_lmsw_by_source else leaving.rax
            sets_pe = mask.pe & value.pe & (shadow.pe ^ True)
            return sets_pe | (((value ^ shadow) & mask & LMSW_BITS) != NO_BITS)
        case CrAccess.MOV_FROM:
            return False


@models(
    "arch/x86/kvm/vmx.c",
    "nested_vmx_exit_handled",
    since="v3.1",
    moved=(
        ("v4.13", VMX_C, "nested_vmx_exit_reflected"),
        ("v5.0", NESTED, "nested_vmx_exit_reflected"),
        ("v5.10", NESTED, "nested_vmx_l1_wants_exit"),
    ),
)
def nested_vmx_exit_handled(kvm: Kvm) -> bool:
    """Whether an exit of L2 goes to L1, as all do that the kernel does not name.

    Since v5.8 nested_vmx_l0_wants_exit is asked first, which wants interrupts and EPT violations.
    """
    if kvm.vcpu.fail:
        return True
    match kvm.vcpu.exit.reason:
        case ExitReason.EXCEPTION_NM:
            return nested_nm_exit_handled(kvm)
        case ExitReason.CR_ACCESS:
            return nested_vmx_exit_handled_cr(kvm)
        case ExitReason.EXTERNAL_INTERRUPT | ExitReason.EPT_VIOLATION:
            return False
        case _:
            return True


@models("arch/x86/kvm/vmx.c", "nested_host_cr0_valid", since="v4.10", moved=(("v5.0", NESTED_H),))
def nested_host_cr0_valid(cr0: Cr0) -> bool:
    """The bits are set that are fixed in VMX operation; a macro compares the same until then."""
    return (cr0 & ALWAYS_ON) == ALWAYS_ON


@models("arch/x86/kvm/vmx.c", "nested_guest_cr0_valid", since="v4.10", moved=(("v5.0", NESTED_H),))
def nested_guest_cr0_valid(vmcs12: Vmcs, cr0: Cr0) -> bool:
    """The same, but that an unrestricted L2 may clear PE and PG.

    nested_cr0_valid since v3.13; before, no L2 is unrestricted, and PE is clear here only where
    kvm_set_cr0 refuses it, too.
    """
    required = Cr0(ne=True) if vmcs12.unrestricted_guest else ALWAYS_ON
    return (cr0 & required) == required


@models("arch/x86/kvm/vmx.c", "prepare_vmcs02", since="v3.1", moved=SPLIT)
def prepare_vmcs02(kvm: Kvm) -> None:
    """What L1 wants for L2 and what L0 wants for itself, in one VMCS."""
    vcpu, vmcs12 = kvm.vcpu, kvm.vcpu.vmcs12
    kvm.vmcs.controls_valid = vmcs12.controls_valid
    kvm.vmcs.entry_injects_nm = vmcs12.entry_injects_nm
    update_exception_bitmap(kvm)
    vcpu.cr0_guest_owned_bits = vcpu.cr0_guest_owned_bits & ~vmcs12.cr0_mask
    kvm.vmcs.cr0_mask = ~vcpu.cr0_guest_owned_bits
    vmx_set_cr0(kvm, vmcs12.guest_cr0)
    kvm.vmcs.cr0_shadow = nested_read_cr0(vmcs12)


@models("arch/x86/kvm/vmx.c", "nested_vmx_run", since="v3.1", moved=SPLIT)
def nested_vmx_run(kvm: Kvm) -> None:
    """L1's VMLAUNCH or VMRESUME; its own CR0 is forgotten, as HOST_CR0 of VMCS12 replaces it.

    With the parameter nested_early_check the hardware is asked about L1's controls first.
    """
    l1_enters_l2(kvm)
    vmcs12 = kvm.vcpu.vmcs12
    refused_early = kvm.vcpu.era.early_check & (vmcs12.controls_valid ^ True)
    if refused_early or not nested_host_cr0_valid(vmcs12.host_cr0):
        l1_was_refused(kvm)
        return
    if not nested_guest_cr0_valid(vmcs12, vmcs12.guest_cr0):
        nested_vmx_entry_failure(kvm)
        return
    kvm.vcpu.guest_mode = True
    vmx_switch_vmcs(kvm, VmcsName.VMCS02)
    prepare_vmcs02(kvm)
    kvm.vcpu.nested_run_pending = True
    l2_was_entered(kvm)


@models("arch/x86/kvm/vmx.c", "vmcs12_guest_cr0", since="v3.1", moved=SPLIT)
def vmcs12_guest_cr0(kvm: Kvm) -> Cr0:
    """L2's CR0 for L1: bits L2 owned from the hardware, L1's unchanged, the rest as L2 reads it."""
    owned, vmcs12 = kvm.vcpu.cr0_guest_owned_bits, kvm.vcpu.vmcs12
    rest = merged(vmcs12.cr0_mask, vmcs12.guest_cr0, kvm.vmcs.cr0_shadow)
    return merged(owned, kvm.vmcs.guest_cr0, rest)


@models("arch/x86/kvm/vmx.c", "prepare_vmcs12", since="v3.1", moved=SPLIT)
def prepare_vmcs12(kvm: Kvm, leaving: Exit) -> None:
    """Tell L1 about the exit and save L2's state for it."""
    vmcs12 = kvm.vcpu.vmcs12
    vmcs12.guest_cr0 = vmcs12_guest_cr0(kvm)
    vmcs12.exit_reason = leaving.reason
    vmcs12.exit_access = leaving.access
    vmcs12.exit_operand = leaving.operand
    vmcs12.exit_location = leaving.location
    vmcs12.entry_injects_nm = False


@models("arch/x86/kvm/vmx.c", "load_vmcs12_host_state", since="v3.1", moved=SPLIT)
def load_vmcs12_host_state(kvm: Kvm, cr0: Cr0) -> None:
    """Give L1 a CR0, HOST_CR0; vmcs01 may be as it was before the FPU changed hands.

    Until v3.12 by kvm_set_cr0, and nobody looks whether it has refused the value.
    """
    vcpu = kvm.vcpu
    if not vcpu.era.lazy:
        vcpu.cr0_guest_owned_bits = vcpu.era.guest_bits
        vmx_set_cr0(kvm, cr0)
        return
    if vcpu.era.checks_host_cr0:
        kvm_set_cr0(kvm, cr0)
    else:
        vmx_set_cr0(kvm, cr0)
    update_exception_bitmap(kvm)
    vcpu.cr0_guest_owned_bits = Cr0(ts=vcpu.fpu_active)
    kvm.vmcs.cr0_mask = ~vcpu.cr0_guest_owned_bits


@models("arch/x86/kvm/vmx.c", "nested_vmx_vmexit", since="v3.1", moved=SPLIT)
def nested_vmx_vmexit(kvm: Kvm, leaving: Exit) -> None:
    """Leave L2 for L1."""
    kvm.vcpu.guest_mode = False
    prepare_vmcs12(kvm, leaving)
    vmx_switch_vmcs(kvm, VmcsName.VMCS01)
    load_vmcs12_host_state(kvm, kvm.vcpu.vmcs12.host_cr0)


@models(
    "arch/x86/kvm/vmx.c",
    "nested_vmx_entry_failure",
    since="v3.1",
    moved=(
        ("v4.20", VMX_C, "nested_vmx_enter_non_root_mode"),
        ("v5.0", NESTED, "nested_vmx_enter_non_root_mode"),
    ),
)
def nested_vmx_entry_failure(kvm: Kvm) -> None:
    """L1's guest state is invalid: L1 goes on as after an exit; since v4.20 in the caller."""
    vmcs12 = kvm.vcpu.vmcs12
    load_vmcs12_host_state(kvm, vmcs12.host_cr0)
    vmcs12.exit_reason = ExitReason.INVALID_GUEST_STATE
    vmcs12.exit_access = CrAccess.MOV_TO
    vmcs12.exit_operand = NO_BITS
    vmcs12.exit_location = Location.RAX
    l2_was_refused(kvm)


@models("arch/x86/kvm/vmx.c", "nested_vmx_restore_host_state", since="v4.20", moved=SPLIT)
def nested_vmx_restore_host_state(kvm: Kvm) -> None:
    """Give L1 back the CR0 that it had, although KVM's copy is L2's by now."""
    vmcs = kvm.vmcs
    before = vmcs.cr0_shadow
    if kvm.vcpu.era.unwinding == Unwinding.GUEST_CR0:
        before = merged(~vmcs.cr0_mask, vmcs.guest_cr0, vmcs.cr0_shadow)
    load_vmcs12_host_state(kvm, snapshot(before))


@models("arch/x86/kvm/vmx.c", "nested_vmx_vmexit", since="v3.1", moved=SPLIT)
def unwind(kvm: Kvm) -> None:
    """The hardware has refused VMCS02: L1's VMLAUNCH fails, and L2 has never run."""
    assert not kvm.vcpu.era.early_check, "nested_early_check"
    kvm.vcpu.fail = False
    if kvm.vcpu.era.unwinding == Unwinding.HOST_STATE:
        nested_vmx_vmexit(kvm, kvm.vcpu.exit)
        return
    kvm.vcpu.guest_mode = False
    vmx_switch_vmcs(kvm, VmcsName.VMCS01)
    if kvm.vcpu.era.unwinding != Unwinding.MMU_ONLY:
        nested_vmx_restore_host_state(kvm)


@models(
    "arch/x86/kvm/vmx.c",
    "vmx_handle_exit",
    since="v3.1",
    moved=(("v5.10", NESTED, "nested_vmx_reflect_vmexit"),),
)
def reflect(kvm: Kvm) -> None:
    """Give the exit of L2 to L1."""
    nested_vmx_vmexit(kvm, kvm.vcpu.exit)


@models(
    "arch/x86/kvm/vmx.c",
    "vmx_interrupt_allowed",
    since="v3.1",
    moved=(
        ("v3.15", VMX_C, "vmx_check_nested_events"),
        ("v5.0", NESTED, "vmx_check_nested_events"),
    ),
)
def interrupt_exits_to_l1(kvm: Kvm) -> None:
    """An interrupt for L1 arrives, which intercepts interrupts.

    From vmx_check_nested_events since v3.15. The qualification is cleared since v3.14; L1 has no
    reason to read it.
    """
    nested_vmx_vmexit(kvm, Exit(reason=ExitReason.EXTERNAL_INTERRUPT, operand=NO_BITS))
    event_exits_to_l1(kvm)
