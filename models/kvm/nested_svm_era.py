"""What differs between the versions of nested KVM on SVM, as data."""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class NestedSvmEra:
    """One version of nested SVM.

    `own_vmcb`: L2 runs on a VMCB of its own, and not on L1's, which is saved meanwhile.
    `merges_later`: L0's intercepts go with L2's CR0 when those of L1 are added.
    `keeps_own_nm`: a #NM that L0 has caused is not given to L1.
    `checks_cr0`: a CR0 of VMCB12 that VMRUN would refuse is refused.
    `clears_event_inj`: it is gone from VMCB12 when VMRUN was refused.
    Of instructions that L0 emulates for L2: `knows_clts`: the selective intercept is not for CLTS;
    `always_selects_lmsw`: it is for any LMSW; `plain_comes_first`: it is for none if L1 intercepts
    all writes.
    """

    own_vmcb: bool = False
    merges_later: bool = False
    keeps_own_nm: bool = False
    checks_cr0: bool = False
    clears_event_inj: bool = False
    knows_clts: bool = False
    always_selects_lmsw: bool = False
    plain_comes_first: bool = False


V3_12 = NestedSvmEra()
V4_20 = NestedSvmEra(knows_clts=True)
V6_12 = replace(V4_20, own_vmcb=True, merges_later=True, checks_cr0=True)
V6_1 = replace(V6_12, always_selects_lmsw=True, plain_comes_first=True)
"""Of Debian's 6.1.192, which has both repairs of v6.19."""
V6_19 = V6_1
V6_12_117 = replace(V6_1, clears_event_inj=True)


def repaired(era: NestedSvmEra) -> NestedSvmEra:
    """A version with all repairs."""
    names = (field.name for field in fields(era) if field.name != "own_vmcb")
    return replace(era, **dict.fromkeys(names, True))
