"""What the gate says of one pair."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.check.check import Result
from verifier.gate.divergence import Departure
from verifier.project.catalogue import Pair


@dataclass(frozen=True)
class Row:
    """A pair at the gate."""

    pair: Pair
    result: Result
    expected: str | None
    expected_before: str | None
    how: str
    moved: bool
    """Whether its circuit is another one than at the base."""
    departure: Departure | None = None
    """Where its counterexample leaves the way of the base."""
    base_known: bool = False
    """Whether what was recorded at the base is known; without a record `proved` is expected."""

    @property
    def code(self) -> int:
        """As expected 0, unexpected 1, of an ill-formed system 2, inconclusive 3."""
        if self.result.error is not None:
            return 2
        if self.result.verdict == "unknown":
            return 3
        return 0 if self.result.verdict == (self.expected or "proved") else 1

    @property
    def is_judged(self) -> bool:
        """Whether its verdict can tell anything about a change that touches it."""
        same = self.expected_before == self.result.verdict == "violated"
        return not (self.moved and self.code == 0 and same)

    @property
    def before(self) -> str | None:
        """The verdict that was expected at the base; None where that is not known."""
        return self.expected_before or ("proved" if self.base_known else None)

    @property
    def is_news(self) -> bool:
        """Whether its verdict is another than was expected at the base."""
        return self.before not in (None, self.result.verdict)

    @property
    def says(self) -> str:
        """The verdict against what is expected, in words."""
        verdict, expected = self.result.verdict, self.expected or "proved"
        if verdict == "unknown":
            return f"it is not known whether it holds: {self.result.reason}"
        if verdict != expected:
            return f"{verdict}, expected {expected}"
        if self.is_news and self.expected_before is None:
            return f"{verdict}, as now expected; no verdict was recorded before"
        if self.is_news:
            return f"{verdict}, as now expected; it was {self.expected_before}"
        return f"{verdict}, as expected"
