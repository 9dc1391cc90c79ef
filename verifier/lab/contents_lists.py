"""Programs of FPU registers: written by L1 and L2, given up by L0, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from verifier.lab.encodings import Issued
from verifier.lab.layout import RESULT_COUNT
from verifier.lab.programs import L1, L2, Act, Machine, Program
from verifier.lab.register_forms import COMPETE, GIVE_UP, READERS_BACK, REGISTERS, SPIN, WRITERS

SPINS = 300_000
"""So long is more than a turn of a task of Linux, on Bochs's clock."""
COUNT_SLOT, LAST_COUNT_SLOT = RESULT_COUNT - 1, RESULT_COUNT - 2
GOLDEN = 0x9E3779B97F4A7C15
LOW_48 = (1 << 48) - 1


def tag(owner: str, number: int) -> int:
    """A value that only its owner writes: its name, and one of many numbers."""
    return int.from_bytes(owner.encode(), "big") << 48 | (number + 1) * GOLDEN & LOW_48


def contents(
    tags: int, settings: tuple[Act, ...], machine: Machine = Machine.VMX
) -> Iterator[Program]:
    """Each register, given up by L1 or L2, for an exit or also while it runs, read by either."""
    shapes = product(range(tags), REGISTERS, (False, True), (False, True), (False, True), settings)
    for number, register, by_l2, busy, by_other, setting in shapes:
        first, second = tag("L1", number), tag("L2", number)
        read = Issued(READERS_BACK[register])
        lost = _given_up(busy)
        if by_l2:
            code = (Issued(READERS_BACK[register], slot=1), Issued(WRITERS[register], second))
            acts: tuple[Act, ...] = (
                L1((Issued(WRITERS[register], first),)),
                L2((*code, *lost, *((read,) * (not by_other)))),
                L1((read,)),
            )
        else:
            own = (Issued(WRITERS[register], first), *lost)
            other = (read, Issued(WRITERS[register], second))
            acts = (L1((*own, *((read,) * (not by_other)))), L2(other), L1((read,)))
        yield Program((setting, *acts), machine=machine)


def _given_up(busy: bool) -> tuple[Issued, ...]:
    if not busy:
        return (Issued(GIVE_UP, slot=COUNT_SLOT),)
    return (
        Issued(COMPETE, slot=COUNT_SLOT),
        Issued(SPIN, SPINS),
        Issued(GIVE_UP, slot=LAST_COUNT_SLOT),
    )
