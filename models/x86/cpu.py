"""A logical processor, physical or promised to a guest."""

from enum import Enum

from nestproof.models.ownership.contents import Contents
from nestproof.models.x86.cr0 import RUNNING, Cr0
from verifier.language import record


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


@record
class Cpu:
    """The state that decides what an instruction does, and what is in the FPU registers.

    `xcr0_ok` says that XCR0 enables the components of the AVX classes. Outside CPL 0 it is CPL 3.
    An x87 error stays pending in the registers' status word until a waiting instruction reports
    it. A processor that can run guests has more, such as VmxCpu and SvmCpu.
    """

    cr0: Cr0 = RUNNING
    cr4: Cr4 = Cr4()
    xcr0_ok: bool = True
    cpl0: bool = True
    mode: Mode = Mode.PROTECTED
    x87_error_pending: bool = False
    registers: Contents = Contents()
