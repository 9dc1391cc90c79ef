"""Nested KVM with one finding each: whatever else is known to be wrong is repaired.

So the shortest counterexample of such a system is that of its finding. What a lazy KVM is repaired
to is the same for all versions: what they do differently is what was found.
"""

from collections.abc import Callable
from dataclasses import replace

from nestproof.models.kvm.era import (
    V3_1,
    V3_12,
    V3_13,
    V3_14,
    V3_14_REPAIRED,
    V4_11,
    V4_11_REPAIRED,
    V4_19,
    V4_20,
    V4_20_REPAIRED,
    Era,
)
from nestproof.models.linux import fpu_core, fpu_eras
from nestproof.models.systems.kvm_nvmx import l1_programs_host_nw, nested
from verifier.language import System


def alone(era: Era, summary: str, *more: Callable[..., None]) -> System:
    """A version of which everything is repaired but one finding, which names it."""
    linux = fpu_eras.V3_10 if era.lazy else fpu_core.V4_10
    return nested(era.version, linux, era, summary, *more)


V3_1_MOV = alone(
    replace(V3_14_REPAIRED, version="v3.1+mov", keeps_unowned_writes=V3_1.keeps_unowned_writes),
    "A MOV to CR0 of L2 changes only the bits that L2 owns at the moment.",
)
V3_1_NM_ROUTING = alone(
    replace(V3_14_REPAIRED, version="v3.1+nm-routing", routing=V3_1.routing),
    "L1 is asked about each #NM of L2 that it intercepts, those of L0 too.",
)
V3_12_HOST_CR0 = alone(
    replace(V3_14_REPAIRED, version="v3.12+host-cr0", checks_host_cr0=V3_12.checks_host_cr0),
    "When L2 is left, a HOST_CR0 that CR0 cannot have is not loaded.",
    l1_programs_host_nw,
)
V3_13_NM_ROUTING = alone(
    replace(V3_14_REPAIRED, version="v3.13+nm-routing", routing=V3_13.routing),
    "L1 is asked about a #NM of L2 if L2 would read TS as set.",
)
V3_14_NM_ROUTING = alone(
    replace(V3_14_REPAIRED, version="v3.14+nm-routing", routing=V3_14.routing),
    "L1 is asked about a #NM of L2 if L1 has set TS for L2.",
)
V3_14_READ_SHADOW = alone(
    replace(
        V3_14_REPAIRED,
        version="v3.14+read-shadow",
        keeps_read_shadow=V3_14.keeps_read_shadow,
    ),
    "When L0 takes the FPU back L2 reads MP and EM as L1 has set them.",
)
V4_11_NM_ROUTING = alone(
    replace(V4_11_REPAIRED, version="v4.11+nm-routing", routing=V4_11.routing),
    "A #NM of L2 for which L1 has not set TS is for L0, which has no handler.",
)
V4_11_LMSW_ROUTING = alone(
    replace(
        V4_11_REPAIRED,
        version="v4.11+lmsw-routing",
        routes_lmsw_by_source=V4_11.routes_lmsw_by_source,
    ),
    "Whether L1 has asked for an LMSW of L2 is decided by RAX.",
)
V4_11_LATE_REFUSAL = alone(
    replace(V4_11_REPAIRED, version="v4.11+late-refusal", unwinding=V4_11.unwinding),
    "After a VM entry that only the hardware refuses L1 gets its host state, as after an exit.",
)
V4_19_LATE_REFUSAL = alone(
    replace(V4_20_REPAIRED, version="v4.19+late-refusal", unwinding=V4_19.unwinding),
    "After a VM entry that only the hardware refuses KVM goes on with L2's CR0.",
)
V4_20_LATE_REFUSAL = alone(
    replace(V4_20_REPAIRED, version="v4.20+late-refusal", unwinding=V4_20.unwinding),
    "After a VM entry that only the hardware refuses KVM restores L1's CR0 from the read shadow.",
)
V4_20_LMSW = alone(
    replace(V4_20_REPAIRED, version="v4.20+lmsw", merges_lmsw=V4_20.merges_lmsw),
    "An LMSW of L2 that L0 emulates writes bits that L1 keeps.",
)
