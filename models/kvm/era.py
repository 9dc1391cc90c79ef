"""What differs between the versions of KVM that are modelled, as data."""

from dataclasses import dataclass, replace
from enum import Enum

from nestproof.models.x86.cr0 import Cr0

TS = Cr0(ts=True)


class HandOff(Enum):
    """How the FPU passes between the host and the guest.

    HOST_IMAGE: KVM keeps the host's registers in an image of its own. UNLAZY: the host's task gives
    its registers up, the guest's are loaded with TS set. KERNEL_FPU: a kernel_fpu section lasts
    as long as the guest's registers are loaded. KVM_RUN: the system call swaps them, and the
    scheduler takes whatever is loaded for the task's own. THREAD_FPU: the thread's own registers
    are stored where the scheduler saves the guest's. USER_FPU: in an image of their own, and what
    is not in the registers is copied from its image. FPSTATE: the images change places, too.
    """

    HOST_IMAGE = "since v2.6.34"
    UNLAZY = "since v2.6.36"
    KERNEL_FPU = "since v3.7"
    KVM_RUN = "since v4.15"
    THREAD_FPU = "since v5.2"
    USER_FPU = "since v5.6"
    FPSTATE = "since v5.16"


class Routing(Enum):
    """When a #NM exit from L2 goes to L1; each but OWN_STATE also asks L1's exception bitmap.

    BITMAP: whenever L1's bitmap asks for it. READ_VIEW: if L2 would read TS as 1. GUEST_CR0: if L1
    set TS for L2. OWN_STATE: unless L0 itself keeps the FPU from the guest.
    """

    BITMAP = "since v3.1"
    READ_VIEW = "since v3.13"
    GUEST_CR0 = "since v3.14"
    OWN_STATE = "repaired"


class Unwinding(Enum):
    """What becomes of L1's CR0 when the hardware refuses the entry of L2 for a control.

    HOST_STATE: it is loaded from VMCS12, as if L2 had exited. MMU_ONLY: KVM's copy keeps what L2
    should have got. READ_SHADOW: it is what L1 would read if KVM owned all its bits. GUEST_CR0: it
    is what L1 had.
    """

    HOST_STATE = "since v3.1"
    MMU_ONLY = "since v4.14"
    READ_SHADOW = "since v4.20"
    GUEST_CR0 = "repaired"


@dataclass(frozen=True)
class Era:
    """One version of KVM.

    `lazy`: L0 keeps the FPU from the guest until it is used. `keeps_unowned_writes`: a MOV to CR0
    of L2 that L0 emulates changes the bits that L1 left to L2, not only those that L0 did.
    `lmsw_clears_pe`: LMSW is emulated as if it could. `skips_refused`: where CR0 cannot get a value
    the instruction is skipped and #GP is injected behind it. `routes_lmsw_by_source`: whether L1
    wants an LMSW is decided by its operand, not by RAX. `merges_lmsw`: an LMSW of L2 leaves L1's
    bits alone. `checks_written_cr0`: of a MOV to CR0 of L2 what it writes must be valid in VMX
    operation, not what comes of it.
    `keeps_read_shadow`: taking the FPU back changes only TS in the read shadow. `checks_host_cr0`:
    a HOST_CR0 of VMCS12 that CR0 cannot have is not loaded when L2 is left.
    `guest_owns_wp`: KVM can leave WP to the guest, beside TS. `caches_cr0`: KVM asks the VMCS for
    what the guest owns once after each exit. `queues_nm`: a #NM that L0 keeps is the guest's.
    `clts_ends_vm`: a CLTS that exits is a KVM_BUG. `early_check`: nested_early_check is set: the
    hardware sees L1's controls before KVM has loaded anything for L2.
    `checks_in_use`: that the guest's registers are loaded twice, or given up twice, is a KVM_BUG.
    """

    version: str
    lazy: bool
    hand_off: HandOff
    routing: Routing = Routing.BITMAP
    unwinding: Unwinding = Unwinding.HOST_STATE
    keeps_unowned_writes: bool = True
    lmsw_clears_pe: bool = False
    skips_refused: bool = False
    routes_lmsw_by_source: bool = False
    merges_lmsw: bool = False
    checks_written_cr0: bool = False
    keeps_read_shadow: bool = False
    checks_host_cr0: bool = False
    guest_owns_wp: bool = False
    caches_cr0: bool = False
    queues_nm: bool = False
    clts_ends_vm: bool = False
    early_check: bool = False
    checks_in_use: bool = False

    @property
    def guest_bits(self) -> Cr0:
        """KVM_POSSIBLE_CR0_GUEST_BITS, or vmx_l1_guest_owned_cr0_bits with EPT."""
        return Cr0(ts=True, wp=self.guest_owns_wp)

    @property
    def swaps_in_kvm_run(self) -> bool:
        """Whether the guest's registers are loaded for as long as KVM_RUN lasts."""
        return self.hand_off in {
            HandOff.KVM_RUN,
            HandOff.THREAD_FPU,
            HandOff.USER_FPU,
            HandOff.FPSTATE,
        }


V2_6_34 = Era(
    "v2.6.34", lazy=True, hand_off=HandOff.HOST_IMAGE, lmsw_clears_pe=True, skips_refused=True
)
V3_1 = Era(
    "v3.1",
    lazy=True,
    hand_off=HandOff.UNLAZY,
    keeps_unowned_writes=False,
    checks_written_cr0=True,
    checks_host_cr0=True,
)
V3_4 = replace(V3_1, version="v3.4")
V3_12 = Era("v3.12", lazy=True, hand_off=HandOff.KERNEL_FPU, checks_host_cr0=True)
V3_13 = Era("v3.13", lazy=True, hand_off=HandOff.KERNEL_FPU, routing=Routing.READ_VIEW)
V3_14 = Era("v3.14", lazy=True, hand_off=HandOff.KERNEL_FPU, routing=Routing.GUEST_CR0)
V4_1 = replace(V3_14, version="v4.1")
V4_11 = Era("v4.11", lazy=False, hand_off=HandOff.KERNEL_FPU, routing=Routing.GUEST_CR0)
V4_19 = Era(
    "v4.19",
    lazy=False,
    hand_off=HandOff.KVM_RUN,
    routing=Routing.GUEST_CR0,
    unwinding=Unwinding.MMU_ONLY,
    routes_lmsw_by_source=True,
)
V4_20 = Era(
    "v4.20",
    lazy=False,
    hand_off=HandOff.KVM_RUN,
    unwinding=Unwinding.READ_SHADOW,
    routes_lmsw_by_source=True,
)
V3_14_REPAIRED = replace(
    V3_14,
    version="v3.14-repaired",
    routing=Routing.OWN_STATE,
    unwinding=Unwinding.GUEST_CR0,
    routes_lmsw_by_source=True,
    merges_lmsw=True,
    keeps_read_shadow=True,
)
"""What lazy nested switching needs to be transparent: v3.1, v3.12 and v3.13 repaired, too."""
V4_11_REPAIRED = replace(
    V4_11,
    version="v4.11-repaired",
    routing=Routing.BITMAP,
    unwinding=Unwinding.GUEST_CR0,
    routes_lmsw_by_source=True,
    merges_lmsw=True,
)
V4_20_REPAIRED = replace(
    V4_20, version="v4.20-repaired", unwinding=Unwinding.GUEST_CR0, merges_lmsw=True
)
V5_2 = replace(V4_20, version="v5.2", hand_off=HandOff.THREAD_FPU)
V5_10 = replace(V4_20, version="v5.10", hand_off=HandOff.USER_FPU, caches_cr0=True)
V5_17 = replace(V5_10, version="v5.17", hand_off=HandOff.FPSTATE, queues_nm=True, clts_ends_vm=True)
V6_1 = replace(V5_17, version="v6.1", guest_owns_wp=True)
V6_12 = replace(V6_1, version="v6.12")
V6_19 = replace(V6_12, version="v6.19", checks_in_use=True)
V6_1_REPAIRED = replace(
    V6_1, version="v6.1-repaired", unwinding=Unwinding.GUEST_CR0, merges_lmsw=True
)
