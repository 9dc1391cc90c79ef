"""CR0: its bits, and the values it can take."""

from __future__ import annotations

from collections.abc import Callable
from operator import and_, or_, xor

from nestproof.models.x86.manuals import SDM
from verifier.language import abstracts, manual, record


@record
class Cr0:
    """Control register 0, or a set of its bits such as a mask."""

    pe: bool = False
    mp: bool = False
    em: bool = False
    ts: bool = False
    et: bool = False
    ne: bool = False
    wp: bool = False
    am: bool = False
    nw: bool = False
    cd: bool = False
    pg: bool = False

    def __and__(self, other: Cr0) -> Cr0:
        return bit_by_bit(and_, self, other)

    def __xor__(self, other: Cr0) -> Cr0:
        return bit_by_bit(xor, self, other)

    def __or__(self, other: Cr0) -> Cr0:
        return bit_by_bit(or_, self, other)

    def __invert__(self) -> Cr0:
        return self ^ ALL_BITS


def bit_by_bit(combine: Callable[[bool, bool], bool], one: Cr0, other: Cr0) -> Cr0:
    """Each bit of one value combined with that of another."""
    return Cr0(
        pe=combine(one.pe, other.pe),
        mp=combine(one.mp, other.mp),
        em=combine(one.em, other.em),
        ts=combine(one.ts, other.ts),
        et=combine(one.et, other.et),
        ne=combine(one.ne, other.ne),
        wp=combine(one.wp, other.wp),
        am=combine(one.am, other.am),
        nw=combine(one.nw, other.nw),
        cd=combine(one.cd, other.cd),
        pg=combine(one.pg, other.pg),
    )


NO_BITS = Cr0()
ALL_BITS = Cr0(
    pe=True,
    mp=True,
    em=True,
    ts=True,
    et=True,
    ne=True,
    wp=True,
    am=True,
    nw=True,
    cd=True,
    pg=True,
)
RUNNING = Cr0(pe=True, mp=True, et=True, ne=True, wp=True, am=True, pg=True)
"""CR0 of a running 64-bit kernel that uses the FPU itself: caches on, TS and EM clear."""


@manual(SDM, "Guest/Host Masks and Read Shadows for CR0 and CR4")
def merged(mask: Cr0, where_set: Cr0, elsewhere: Cr0) -> Cr0:
    """Bit by bit, one value where the mask is set and another elsewhere."""
    return (where_set & mask) | (elsewhere & ~mask)


@abstracts("RUNNING with the bits that a lazily switching kernel changes")
def running(mp: bool, em: bool, ts: bool) -> Cr0:
    """CR0 of a running kernel, with the three bits that gate the FPU."""
    return Cr0(pe=True, mp=mp, em=em, ts=ts, et=True, ne=True, wp=True, am=True, pg=True)


@manual(SDM, "Control Registers", "PG, NW")
def cr0_is_valid(value: Cr0) -> bool:
    """Paging needs protected mode, and not-write-through needs the cache disabled."""
    return (value.pe | (value.pg ^ True)) & (value.cd | (value.nw ^ True))
