"""Nested KVM on SVM with one finding each: whatever else is known to be wrong is repaired."""

from collections.abc import Callable
from dataclasses import replace

from nestproof.models.kvm import era as kvm_era
from nestproof.models.kvm import nested_svm_era as nested_era
from nestproof.models.kvm.nested_svm_era import NestedSvmEra, repaired
from nestproof.models.linux import fpu_core, fpu_deferred, fpu_eras
from nestproof.models.systems.kvm_nsvm import l1_programs_nw, nested
from verifier.language import System

LAZY = repaired(nested_era.V3_12)
EAGER = repaired(nested_era.V4_20)
TODAY = repaired(nested_era.V6_12)


def v3_12(suffix: str, era: NestedSvmEra, summary: str, *more: Callable[..., None]) -> System:
    """v3.12, of which all but one finding is repaired."""
    return nested(f"v3.12{suffix}", fpu_eras.V3_10, kvm_era.V3_12, era, summary, *more)


def v6_12(suffix: str, era: NestedSvmEra, summary: str, *more: Callable[..., None]) -> System:
    """v6.12 likewise."""
    return nested(f"v6.12{suffix}", fpu_deferred.V5_18, kvm_era.V6_12, era, summary, *more)


V3_12_NM_ROUTING = v3_12(
    "+nm-routing",
    replace(LAZY, keeps_own_nm=False),
    "L1 gets each #NM of L2 that it intercepts, those of L0 too.",
)
V3_12_CLTS = v3_12(
    "+clts",
    replace(LAZY, knows_clts=False),
    "A CLTS of L2 that L0 emulates exits to an L1 that intercepts selective writes alone.",
)
V3_12_LMSW = v3_12(
    "+lmsw",
    replace(LAZY, always_selects_lmsw=False),
    "An LMSW of L2 that L0 emulates, and that changes only TS and MP, does not.",
)
V3_12_STALE_INTERCEPTS = v3_12(
    "+stale-intercepts",
    replace(LAZY, merges_later=False),
    "L0 intercepts what L1's CR0 needs while L2 runs with another one.",
)
V3_12_REPAIRED = v3_12(
    "-repaired",
    LAZY,
    "v3.12 with the seven repairs that lazy nested switching needs to be transparent.",
    l1_programs_nw,
)
V4_20_CR0_CHECK = nested(
    "v4.20+cr0-check",
    fpu_core.V4_10,
    kvm_era.V4_20,
    replace(EAGER, checks_cr0=False),
    "L2 runs with a CR0 that VMRUN would refuse: NW without CD.",
    l1_programs_nw,
)
V6_12_LMSW = v6_12(
    "+lmsw",
    replace(TODAY, always_selects_lmsw=False),
    "An LMSW of L2 that changes only TS and MP passes L1's selective intercept, if L0 emulates it.",
)
V6_12_WRITE_INTERCEPT = v6_12(
    "+write-intercept",
    replace(TODAY, plain_comes_first=False),
    "A write that is emulated exits as selected to an L1 that intercepts all (until 3d80f4c93d3d).",
)
