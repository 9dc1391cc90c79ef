"""VMX transitions: what entry and exit load, save and leave alone, and #NM in a guest.

Neither transition touches the FPU registers, XCR0, the mask, the shadow, the bitmap or HOST_CR0.
Of the guest's state only CR0 is kept in the VMCS: CR4, CPL and mode are the same on both sides.
"""

from nestproof.models.x86.cpu import Cpu
from nestproof.models.x86.cr0 import ALL_BITS, NO_BITS, Cr0, merged
from nestproof.models.x86.instructions import Location
from nestproof.models.x86.manuals import SDM
from nestproof.models.x86.outcome import Outcome
from nestproof.models.x86.vmcs import CrAccess, ExitReason, Vmcs, VmcsName
from verifier.language import Family, manual, record

NOT_SWITCHED = Cr0(et=True, nw=True, cd=True)
"""The bits of CR0 that neither VM entry nor VM exit changes."""
PAGING = Cr0(pe=True, pg=True)
"""The bits that an unrestricted guest can clear."""


@record
class VmxCpu(Cpu):
    """A processor with VMX: in which operation it is, and its VMCSs, of which one is current.

    `cr0_fixed0` and `cr0_fixed1` are capability MSRs, as all processors report them.
    """

    cr0_fixed0: Cr0 = Cr0(pe=True, ne=True, pg=True)
    cr0_fixed1: Cr0 = ALL_BITS
    vmxon: bool = False
    non_root: bool = False
    current: VmcsName = VmcsName.VMCS01
    vmcss: Family[VmcsName, Vmcs] = Family()

    @property
    def vmcs(self) -> Vmcs:
        """The current VMCS."""
        return self.vmcss[self.current]

    @property
    def in_vmx_operation(self) -> bool:
        """Root or non-root."""
        return self.vmxon | self.non_root


@manual(SDM, "VMX-Fixed Bits in CR0")
def unsupported_in_vmx(cpu: VmxCpu, value: Cr0) -> Cr0:
    """The bits with a value that the processor does not support in VMX operation."""
    return (cpu.cr0_fixed0 & ~value) | (value & ~cpu.cr0_fixed1)


@manual(SDM, "VMX-Fixed Bits in CR0")
def fixed_in_vmx(cpu: VmxCpu) -> Cr0:
    """The bits with one value only, in root operation and in any guest."""
    return ~(cpu.cr0_fixed0 ^ cpu.cr0_fixed1) & ~PAGING


@manual(SDM, "Restrictions on VMX Operation")
def supported_in_vmx(cpu: VmxCpu, value: Cr0, unrestricted: bool) -> bool:
    """Every fixed bit has its value, but for PE and PG if the guest is unrestricted."""
    wrong = unsupported_in_vmx(cpu, value)
    return (unrestricted | ((wrong & PAGING) == NO_BITS)) & ((wrong & ~PAGING) == NO_BITS)


@manual(SDM, "Checks on Host Control Registers and MSRs", "CR0")
def host_cr0_is_valid(cpu: VmxCpu) -> bool:
    """HOST_CR0 must be supported in VMX operation; bits that it cannot change do not count."""
    loaded = merged(NOT_SWITCHED, cpu.cr0, cpu.vmcs.host_cr0)
    return supported_in_vmx(cpu, loaded, unrestricted=False)


@manual(SDM, "Checks on Guest Control Registers, Debug Registers, and MSRs", "CR0")
def guest_cr0_is_valid(cpu: VmxCpu) -> bool:
    """GUEST_CR0 must be supported for such a guest; bits that it cannot change do not count."""
    loaded = merged(NOT_SWITCHED, cpu.cr0, cpu.vmcs.guest_cr0)
    supported = supported_in_vmx(cpu, loaded, cpu.vmcs.unrestricted_guest)
    return supported & (loaded.pe | (loaded.pg ^ True))


@manual(SDM, "Loading Guest Control Registers, Debug Registers, and MSRs", "CR0")
def load_guest_cr0(cpu: VmxCpu) -> None:
    """CR0 comes from GUEST_CR0 except ET, NW and CD."""
    cpu.cr0 = merged(NOT_SWITCHED, cpu.cr0, cpu.vmcs.guest_cr0)


@manual(SDM, "Loading Host Control Registers, Debug Registers, MSRs", "CR0")
def load_host_cr0(cpu: VmxCpu) -> None:
    """CR0 comes from HOST_CR0 except ET, NW, CD and fixed bits, so TS is what the VMCS says."""
    cpu.cr0 = merged(NOT_SWITCHED | fixed_in_vmx(cpu), cpu.cr0, cpu.vmcs.host_cr0)


@manual(SDM, "Saving Control Registers, Debug Registers, and MSRs", "CR0")
def save_guest_cr0(cpu: VmxCpu) -> None:
    """GUEST_CR0 gets the whole real CR0, bits that the host forced included."""
    cpu.vmcs.guest_cr0 = cpu.cr0


@manual(SDM, "VM Entries", "sections 26.2 to 26.5")
def vm_entry(cpu: VmxCpu) -> Outcome:
    """Enter the guest of the current VMCS, delivering the event that it injects."""
    if not (cpu.vmcs.controls_valid & host_cr0_is_valid(cpu)):
        return Outcome.VMFAIL
    if not guest_cr0_is_valid(cpu):
        return fail_entry(cpu)
    load_guest_cr0(cpu)
    cpu.non_root = True
    return deliver_injected_event(cpu)


@manual(SDM, "VM-Entry Failures During or After Loading Guest State")
def fail_entry(cpu: VmxCpu) -> Outcome:
    """Load the host's state as an exit does, but save nothing and keep the event to inject."""
    record_exit(cpu, ExitReason.INVALID_GUEST_STATE, CrAccess.MOV_TO, NO_BITS, Location.RAX)
    load_host_cr0(cpu)
    return Outcome.EXIT


@manual(SDM, "Vectored-Event Injection")
def deliver_injected_event(cpu: VmxCpu) -> Outcome:
    """An injected #NM goes through the guest's IDT and is not subject to the exception bitmap."""
    return Outcome.NM if cpu.vmcs.entry_injects_nm else Outcome.DONE


@manual(SDM, "Basic VM-Exit Information")
def record_exit(
    cpu: VmxCpu, reason: ExitReason, access: CrAccess, operand: Cr0, location: Location
) -> None:
    """The reason, and the qualification of a control-register access; cleared for others.

    The operand is the LMSW source data of the qualification, or the value of the register that
    the qualification of a MOV to CR0 names.
    """
    vmcs = cpu.vmcs
    vmcs.exit_reason = reason
    vmcs.exit_access = access
    vmcs.exit_operand = operand
    vmcs.exit_location = location


@manual(SDM, "VM Exits", "sections 27.2 to 27.5")
def vm_exit(
    cpu: VmxCpu,
    reason: ExitReason,
    access: CrAccess = CrAccess.MOV_TO,
    operand: Cr0 = NO_BITS,
    location: Location = Location.RAX,
) -> Outcome:
    """Leave the guest: record why, save its CR0, load the host's; nothing is injected twice."""
    record_exit(cpu, reason, access, operand, location)
    save_guest_cr0(cpu)
    cpu.vmcs.entry_injects_nm = False
    load_host_cr0(cpu)
    cpu.non_root = False
    return Outcome.EXIT


@manual(SDM, "Exception Bitmap")
def raise_nm(cpu: VmxCpu) -> Outcome:
    """#NM in a guest exits where the bitmap says so, whatever it was raised for."""
    if cpu.non_root and cpu.vmcs.exception_bitmap_nm:
        return vm_exit(cpu, ExitReason.EXCEPTION_NM)
    return Outcome.NM
