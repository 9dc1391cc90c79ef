"""A logical processor, physical or promised to a guest."""

from enum import Enum

from nestproof.models.ownership.contents import Contents
from nestproof.models.x86.cr0 import ALL_BITS, RUNNING, Cr0
from nestproof.models.x86.vmcs import Vmcs
from verifier.language import Family, record


@record
class Cr4:
    """The bits of CR4 that decide whether FPU state may be touched."""

    osfxsr: bool = True
    osxsave: bool = True
    umip: bool = False
    pke: bool = True


class Mode(Enum):
    """Operating modes; real-address and virtual-8086 mode are not modelled."""

    PROTECTED = "protected mode"
    COMPATIBILITY = "compatibility mode, part of IA-32e mode"
    BITS_64 = "64-bit mode, part of IA-32e mode"


class VmcsName(Enum):
    """A VMCS by whose guest runs on it: L1, or L1's own guest."""

    VMCS01 = "VMCS01"
    VMCS02 = "VMCS02"


@record
class Cpu:
    """The state that decides what an instruction does, and what is in the FPU registers.

    `xcr0_ok` says that XCR0 enables the components of the AVX classes. Outside CPL 0 it is CPL 3.
    An x87 error stays pending in the registers' status word until a waiting instruction reports
    it. `cr0_fixed0` and `cr0_fixed1` are the capability MSRs of VMX, as all processors report them.
    """

    cr0: Cr0 = RUNNING
    cr4: Cr4 = Cr4()
    xcr0_ok: bool = True
    cpl0: bool = True
    mode: Mode = Mode.PROTECTED
    x87_error_pending: bool = False
    cr0_fixed0: Cr0 = Cr0(pe=True, ne=True, pg=True)
    cr0_fixed1: Cr0 = ALL_BITS
    vmxon: bool = False
    non_root: bool = False
    current: VmcsName = VmcsName.VMCS01
    vmcss: Family[VmcsName, Vmcs] = Family()
    registers: Contents = Contents()

    @property
    def vmcs(self) -> Vmcs:
        """The current VMCS."""
        return self.vmcss[self.current]

    @property
    def in_vmx_operation(self) -> bool:
        """Root or non-root."""
        return self.vmxon | self.non_root
