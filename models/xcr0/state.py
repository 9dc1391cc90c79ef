"""A processor with XCR0, two tasks of a host and the guest of one: registers in two parts.

XCR0 says what XSAVE saves and XRSTOR loads, so that only the host's own is good enough to switch
tasks. The guest may leave AVX out. TS is left out: the host switches eagerly.
"""

from dataclasses import dataclass
from enum import Enum

from nestproof.models.ownership.access import FpuAccess, Latest
from nestproof.models.ownership.contents import Contents, Context
from verifier.language import Family, record


class Name(Enum):
    """The tasks of the host."""

    VMM = "VMM"
    OTHER = "other"


class Phase(Enum):
    """Where the VMM thread stands; all but USER is in KVM_RUN, and GUEST cannot be preempted."""

    USER = "user"
    HOST = "KVM_RUN"
    GUEST = "guest"
    MACHINE_CHECK = "machine check"


@dataclass(frozen=True)
class Era:
    """What differs between versions; the defaults are v5.2's.

    `swaps_in_kvm_run`: the guest's registers are loaded for as long as KVM_RUN lasts (v4.15).
    `xsetbv_puts`: a new XCR0 of the guest's is stored once the host's is loaded (42bdf991f4ca).
    `puts_at_exit`: the host's XCR0 is loaded before interrupts are on again (fc5b7f3bf1e1).
    `puts_first`: and before a machine check is handled (1811d979c716).
    """

    version: str
    swaps_in_kvm_run: bool = True
    xsetbv_puts: bool = True
    puts_at_exit: bool = True
    puts_first: bool = True


@record
class Area:
    """An XSAVE area: x87 and SSE, AVX, and whether XSTATE_BV has AVX."""

    context: Context = Context.VMM
    sse: Contents = Contents()
    avx: Contents = Contents()
    has_avx: bool = False


@record
class Registers:
    """The same in the processor; without `has_avx` AVX is in its initial state (XINUSE)."""

    sse: Contents = Contents()
    avx: Contents = Contents()
    has_avx: bool = False


def area(context: Context) -> Area:
    """A new image."""
    own = Contents(owner=context)
    return Area(context=context, sse=own, avx=own)


@record
class Machine:
    """A processor, its tasks and a virtual CPU; `xcr0_avx` is AVX in XCR0, which the host sets."""

    era: Era
    registers: Registers = Registers(
        sse=Contents(owner=Context.VMM), avx=Contents(owner=Context.VMM)
    )
    xcr0_avx: bool = True
    current: Name = Name.VMM
    phase: Phase = Phase.USER
    tasks: Family[Name, Area] = Family(
        {Name.VMM: area(Context.VMM), Name.OTHER: area(Context.TASK_A)}
    )
    guest_fpu: Area = area(Context.GUEST)
    guest_xcr0_avx: bool = False
    guest_xcr0_loaded: bool = False
    guest_fpu_loaded: bool = False
    access: FpuAccess = FpuAccess()
    latest_sse: Latest = Latest()
    latest_avx: Latest = Latest()
