"""Where L1 or L2 is in its code, and what that has stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from nestproof.models.x86.instructions import Location
from verifier.lab.answers import Predicted
from verifier.lab.encodings import Issued
from verifier.lab.layout import L2_CODE, L2_STUBS, RESULT_COUNT, STUB, UNWRITTEN
from verifier.lab.outcomes import NO_VECTOR
from verifier.lab.programs import code_of

ALL_ONES = 0xFFFFFFFFFFFFFFFF
"""What SMSW's register has before."""
NO_RESULTS = (UNWRITTEN,) * RESULT_COUNT


@dataclass
class Code:
    """Code that is being executed: how far, and what it has stored."""

    issued: tuple[Issued, ...]
    number: int
    inside: bool = False
    """Whether it goes on at the instruction itself, behind what prepares its operand."""
    results: list[int | None] = field(default_factory=lambda: [*NO_RESULTS])
    """None is anything."""

    @property
    def place(self) -> int:
        """Where the next instruction is, or the end."""
        before = len(code_of(self.issued[: self.number]))
        if self.number == len(self.issued):
            return before
        return before + self.issued[self.number].form.start

    @property
    def entry(self) -> int:
        """Where L2 is entered: at an instruction, or at what prepares its operand."""
        return self.place if self.inside else len(code_of(self.issued[: self.number]))

    def store(self, word: int | None) -> None:
        """The instruction at this place has completed, and stores what it has read, if it does."""
        one = self.issued[self.number]
        if one.form.reads:
            before = self.results[one.slot]
            self.results[one.slot] = None if word is None else _stored(one, word, before or 0)
        self.number += 1


def _stored(one: Issued, word: int, before: int) -> int:
    ones = (1 << one.form.width) - 1
    if one.form.location is Location.MEMORY:
        return before & ~ones | word
    rest = ALL_ONES & ~ones if one.form.width == 16 else 0
    return rest | word & ones


@dataclass(frozen=True)
class Parked:
    """L2 where it has left at last: in the handler of a vector, or at the end of its code."""

    found: Predicted

    @property
    def entry(self) -> int:
        """Where L2 is entered."""
        if self.found["vector"] == NO_VECTOR:
            return int(self.found["rip"])
        return L2_STUBS - L2_CODE + STUB * int(self.found["vector"])
