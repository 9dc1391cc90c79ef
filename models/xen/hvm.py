"""Xen's HVM guests and CR0.TS: the guest's own, the one it runs with, and the one that exits load.

On VMX; a guest with two tasks of its own, which it switches by TS, and another virtual CPU.
"""

from dataclasses import dataclass

from nestproof.models.ownership.access import FpuAccess, Latest
from nestproof.models.ownership.contents import Contents, Context
from nestproof.models.xen.state import Name
from verifier.language import Family, abstracts, models, record


@dataclass(frozen=True)
class HvmEra:
    """What differs between versions; the defaults are 4.11's.

    `eager`: everything is loaded at every switch (243435bf67). `eager_host_ts`: HOST_CR0 has TS
    set then, too (until 488efc29e4). `clears_host_ts`: HOST_CR0 has TS clear while the guest's
    registers are loaded (b2e1b25f9c). `forces_ts`: CR0 of a virtual CPU that does not run gets TS
    (5f013ef0b2). `asks_guest_ts`: the emulator looks at the guest's TS (3ab81e0110).
    `reloads_eagerly`: what an abandoned instruction leaves is loaded again (e23d2234e0), and what a
    firmware call leaves (`firmware_reloads`, 437211cb69).
    """

    version: str
    eager: bool = False
    eager_host_ts: bool = False
    clears_host_ts: bool = True
    forces_ts: bool = True
    asks_guest_ts: bool = True
    reloads_eagerly: bool = True
    firmware_reloads: bool = True


@record
class HvmVcpu:
    """struct vcpu and its VMCS.

    `guest_ts` is TS as the guest wrote it, `hw_ts` in GUEST_CR0, `host_ts` in HOST_CR0. The guest
    runs `task`, and its own kernel has given the registers to `owner`.
    """

    area: Contents = Contents()
    dirtied: bool = False
    guest_ts: bool = False
    hw_ts: bool = True
    host_ts: bool = True
    task: Context = Context.L1_A
    owner: Context = Context.L1_A
    image_a: Contents = Contents(owner=Context.L1_A)
    image_b: Contents = Contents(owner=Context.L1_B)


@record
class XenHvm:
    """A processor and the virtual CPUs that share it; `ts` is TS in CR0 while Xen runs."""

    era: HvmEra
    registers: Contents = Contents()
    ts: bool = True
    current: Name = Name.A
    vcpus: Family[Name, HvmVcpu] = Family()
    access: FpuAccess = FpuAccess()
    latest: Latest = Latest()

    @property
    def running(self) -> HvmVcpu:
        """The virtual CPU that runs."""
        return self.vcpus[self.current]


@models("Xen: xen/arch/x86/i387.c", "vcpu_restore_fpu_lazy", since="4.2")
def vcpu_restore_fpu_lazy(xen: XenHvm) -> None:
    """Load the running virtual CPU's registers, if they are not there; setup_fpu until 4.1."""
    xen.ts = False
    if not xen.running.dirtied:
        assert not xen.era.eager, "ASSERT(!v->arch.fully_eager_fpu)"
        xen.registers = xen.running.area
        xen.running.dirtied = True


@models("Xen: xen/arch/x86/hvm/vmx/vmx.c", "vmx_fpu_enter", since="3.3")
def vmx_fpu_enter(xen: XenHvm) -> None:
    """The guest gets its registers, and TS as it wrote it: vmx_fpu_dirty_intercept, too."""
    vcpu_restore_fpu_lazy(xen)
    if xen.era.clears_host_ts:
        xen.running.host_ts = False
    xen.running.hw_ts = xen.running.guest_ts


@models("Xen: xen/arch/x86/hvm/vmx/vmx.c", "vmx_fpu_leave", since="3.3")
def vmx_fpu_leave(vcpu: HvmVcpu) -> None:
    """TS is set for the guest, and behind its exits."""
    vcpu.host_ts = True
    vcpu.hw_ts = True


@models("Xen: xen/arch/x86/hvm/vmx/vmx.c", "vmx_update_guest_cr", since="3.2")
def vmx_update_guest_cr(xen: XenHvm, name: Name) -> None:
    """The guest's TS has changed."""
    vcpu = xen.vcpus[name]
    forced = False
    if not vcpu.guest_ts:
        if name != xen.current:
            forced = xen.era.forces_ts and not xen.era.eager
        elif vcpu.hw_ts:
            vmx_fpu_enter(xen)
    vcpu.hw_ts = vcpu.guest_ts or forced


@abstracts("context_switch: vcpu_save_fpu, vmx_ctxt_switch_from, vcpu_restore_fpu_eager")
def context_switch(xen: XenHvm, to: Name) -> None:
    """Save what the virtual CPU may have changed, and set TS or load the next one's registers."""
    old = xen.running
    if old.dirtied:
        old.area = xen.registers
        old.dirtied = False
    xen.ts = True
    if xen.era.eager_host_ts or not xen.era.eager:
        vmx_fpu_leave(old)
    xen.current = to
    if xen.era.eager:
        vcpu_restore_fpu_eager(xen)


@models("Xen: xen/arch/x86/i387.c", "vcpu_restore_fpu_eager", since="4.2")
def vcpu_restore_fpu_eager(xen: XenHvm) -> None:
    """Load everything; nothing where switching is lazy."""
    if xen.era.eager:
        xen.ts = False
        xen.registers = xen.running.area
        xen.running.dirtied = True


@models("Xen: xen/arch/x86/hvm/emulate.c", "hvmemul_get_fpu", since="3.2")
def hvmemul_get_fpu(xen: XenHvm) -> None:
    """The guest has exited, and Xen is about to execute an FPU instruction for it."""
    xen.ts = xen.running.host_ts
    if not xen.running.dirtied:
        vmx_fpu_enter(xen)
    assert not xen.ts, "the emulator's own FPU instruction raises #NM in Xen"


@models("Xen: xen/arch/x86/hvm/emulate.c", "hvmemul_put_fpu", since="4.9")
def hvmemul_put_fpu_backing_out(xen: XenHvm) -> None:
    """The registers are to be loaded again from what hvmemul_get_fpu has saved."""
    if xen.era.eager and xen.era.reloads_eagerly:
        vcpu_restore_fpu_eager(xen)
    else:
        xen.running.dirtied = False
        xen.ts = True
        vmx_fpu_leave(xen.running)


@models("Xen: xen/common/efi/runtime.c", "efi_rs_enter", since="4.3")
def efi_rs_enter(xen: XenHvm) -> None:
    """Save the registers before the firmware uses them: save_fpu_enable."""
    if xen.running.dirtied:
        xen.running.area = xen.registers
        xen.running.dirtied = False
    xen.ts = False


@models("Xen: xen/common/efi/runtime.c", "efi_rs_leave", since="4.3")
def efi_rs_leave(xen: XenHvm) -> None:
    """Set TS, or load what TS does not have loaded."""
    if xen.era.firmware_reloads:
        xen.ts = not xen.era.eager
        vcpu_restore_fpu_eager(xen)
    else:
        xen.ts = True
