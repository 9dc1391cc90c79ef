"""An AMD processor's extended registers in parts, and what Xen remembers of two virtual CPUs."""

from dataclasses import dataclass
from enum import Enum

from nestproof.models.ownership.access import FpuAccess, Latest, TransientAccess
from nestproof.models.ownership.contents import Contents, Context
from verifier.language import Family, record


class Name(Enum):
    """The virtual CPUs, of two domains."""

    A = "vCPU A"
    B = "vCPU B"


class Pointers(Enum):
    """How it is seen to that FIP, FDP and FOP are nobody else's, which AMD neither saves nor loads.

    NEVER: it is not. AT_SAVE: fixed values are loaded after FXSAVE. BY_ES: before a restore, unless
    ES is set in the image. BY_EXCEPTIONS: unless the image has an unmasked exception, by which the
    processor judges.
    """

    NEVER = "until 3.0.2, with XSAVE until 4.2"
    AT_SAVE = "since 60395c1ca9 (CVE-2006-1056)"
    BY_ES = "since 8dcf9f0113 (XSA-52)"
    BY_EXCEPTIONS = "since 7bd9dc3adf (XSA-172)"


@dataclass(frozen=True)
class Era:
    """What differs between versions; the defaults are 4.10's.

    `xsave`: the processor has XSAVE, else FXSAVE. `initialises_enabled`: XSETBV loads what it
    enables (63a75ba0de). `saves_nonlazy`: registers that TS does not protect are saved at every
    switch (7d8b5dd984). `loads_first_use`: who has never used the FPU gets an image, and not
    FNINIT alone (81818b3f27). `enables_pkru`: CR4.PKE makes PKRU a register that is switched
    (de20bb6c4f). `eager`: everything is loaded at every switch (146dfe9277).
    """

    version: str
    xsave: bool = True
    pointers: Pointers = Pointers.BY_EXCEPTIONS
    initialises_enabled: bool = True
    saves_nonlazy: bool = True
    loads_first_use: bool = True
    enables_pkru: bool = True
    eager: bool = False


@record
class Registers:
    """In parts: x87 and SSE, the x87 pointers, AVX, and one that TS does not protect.

    `nonlazy` is LWP, MPX or PKRU. `exception`: an unmasked x87 exception is pending.
    """

    sse: Contents = Contents()
    pointers: Contents = Contents()
    avx: Contents = Contents()
    nonlazy: Contents = Contents()
    exception: bool = False


@record
class Area:
    """A save area; `es` is FSW.ES in it, which a toolstack can set without any exception."""

    sse: Contents = Contents()
    pointers: Contents = Contents()
    avx: Contents = Contents()
    nonlazy: Contents = Contents()
    exception: bool = False
    es: bool = False


@record
class Vcpu:
    """struct vcpu as far as the FPU goes: fpu_dirtied, fpu_initialised, nonlazy_xstate_used.

    `avx` and `nonlazy` say what the guest has enabled, in XCR0, CR4 or an MSR.
    """

    context: Context = Context.GUEST
    area: Area = Area()
    dirtied: bool = False
    initialised: bool = False
    nonlazy_used: bool = False
    avx: bool = False
    nonlazy: bool = False


@record
class Xen:
    """A processor, the virtual CPUs that share it, and what they wrote, part by part."""

    era: Era
    registers: Registers = Registers()
    ts: bool = True
    current: Name = Name.A
    vcpus: Family[Name, Vcpu] = Family()
    access: FpuAccess = FpuAccess()
    transient: TransientAccess = TransientAccess()
    latest_sse: Latest = Latest()
    latest_avx: Latest = Latest()
    latest_nonlazy: Latest = Latest()

    @property
    def running(self) -> Vcpu:
        """The virtual CPU that runs."""
        return self.vcpus[self.current]
