"""KVM, as far as its guest's IA32_XFD, XFD_ERR and #NM go.

The guest may use AMX: its fpstate has room for tiles before it runs (fpu_enable_guest_xfd_features
at KVM_SET_CPUID2). KVM alone intercepts #NM: there is no L1 here that asks for it.
"""

from nestproof.models.xfd.linux import (
    fpregs_mark_activate,
    fpregs_restore_userregs,
    restore_fpregs_from_fpstate,
    save_fpregs_to_fpstate,
    switch_fpu_return,
    xfd_update_state,
)
from nestproof.models.xfd.task import FpstateName, Host
from nestproof.models.xfd.vcpu import Exit, Vcpu
from verifier.language import abstracts, models

VMX = "arch/x86/kvm/vmx/vmx.c"
X86 = "arch/x86/kvm/x86.c"
CORE = "arch/x86/kernel/fpu/core.c"


@models(CORE, "fpu_swap_kvm_fpstate", since="v5.17")
def fpu_swap_kvm_fpstate(host: Host, enter_guest: bool) -> None:
    """Save the registers to the fpstate in use, load them from the other one."""
    if not host.running.need_fpu_load:
        save_fpregs_to_fpstate(host)
    host.running.fpstate = FpstateName.GUEST if enter_guest else FpstateName.A
    restore_fpregs_from_fpstate(host)
    fpregs_mark_activate(host)


@models(CORE, "fpu_update_guest_xfd", since="v5.17")
def fpu_update_guest_xfd(host: Host, xfd: bool) -> None:
    """The guest's fpstate is in use while an exit is handled, whoever has the registers."""
    if host.era.loads_before_update and host.running.need_fpu_load:
        fpregs_restore_userregs(host)
    if host.era.clears_disabled and xfd and host.running.need_fpu_load:
        host.fpstate.regs.xstate_bv = False
    host.fpstate.xfd = xfd
    xfd_update_state(host, host.fpstate)


@models(CORE, "fpu_sync_guest_vmexit_xfd_state", since="v5.17")
def fpu_sync_guest_vmexit_xfd_state(host: Host) -> None:
    """What the guest has written to IA32_XFD without an exit."""
    host.fpstate.xfd = host.cpu.xfd
    host.xfd_state = host.fpstate.xfd


@models(VMX, "is_xfd_nm_fault", since="v6.19")
def is_xfd_nm_fault(host: Host, vcpu: Vcpu) -> bool:
    """Whether a #NM of the guest is XFD's; until v6.14 CR0.TS does not matter."""
    return host.fpstate.xfd and not (host.era.nm_looks_at_ts and vcpu.ts)


@models(VMX, "handle_nm_fault_irqoff", since="v5.17")
def handle_nm_fault_irqoff(host: Host, vcpu: Vcpu) -> None:
    """Keep XFD_ERR before anything in the host can change it."""
    if is_xfd_nm_fault(host, vcpu):
        vcpu.xfd_err = host.cpu.xfd_err


@models(X86, "vcpu_enter_guest", since="v5.17")
def before_entry(host: Host, vcpu: Vcpu) -> None:
    """With interrupts off: the guest's registers, and XFD_ERR if it is not 0."""
    if host.running.need_fpu_load:
        switch_fpu_return(host)
    if vcpu.xfd_err:
        host.cpu.xfd_err = vcpu.xfd_err
    host.cpu.ts = vcpu.ts


@models(X86, "vcpu_enter_guest", since="v5.17")
def behind_exit(host: Host, vcpu: Vcpu, exit: Exit) -> None:
    """With interrupts still off: IA32_XFD and XFD_ERR as the guest left them."""
    vcpu.exit = exit
    vcpu.ts = host.cpu.ts
    host.cpu.ts = False
    if vcpu.xfd_no_write_intercept:
        fpu_sync_guest_vmexit_xfd_state(host)
    if exit == Exit.NM:
        handle_nm_fault_irqoff(host, vcpu)
    if vcpu.xfd_err:
        host.cpu.xfd_err = False


@models(VMX, "vmx_set_msr", since="v5.17")
def vmx_set_msr_xfd(host: Host, vcpu: Vcpu, data: bool) -> None:
    """From the first write of another value than 0 on they do not exit any more, but #NM does."""
    fpu_update_guest_xfd(host, data)
    if data:
        vcpu.xfd_no_write_intercept = True
        vmx_update_exception_bitmap(vcpu)


@models(VMX, "vmx_update_exception_bitmap", since="v5.17")
def vmx_update_exception_bitmap(vcpu: Vcpu) -> None:
    """Bit NM_VECTOR of EXCEPTION_BITMAP."""
    vcpu.intercepts_nm = vcpu.xfd_no_write_intercept


@models(X86, "kvm_set_msr_common", since="v5.17")
def kvm_set_msr_common_xfd_err(vcpu: Vcpu, data: bool) -> None:
    """The register gets it at the next entry, if it is not 0."""
    vcpu.xfd_err = data


@abstracts("vmx_handle_exit, for the exits of this guest")
def vmx_handle_exit(host: Host, vcpu: Vcpu) -> None:
    """A #NM is queued for the guest, and no more is said of it."""
    if vcpu.exit == Exit.WRITES_XFD:
        vmx_set_msr_xfd(host, vcpu, vcpu.data)
    elif vcpu.exit == Exit.WRITES_XFD_ERR:
        kvm_set_msr_common_xfd_err(vcpu, vcpu.data)
    vcpu.exit = Exit.NONE
    vcpu.data = False
