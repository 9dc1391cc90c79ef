"""What is known about a pair, and the exit code that it means."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from verifier.evidence.certificates import Certificate
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Progress, Verdict
from verifier.language.errors import ModelError
from verifier.project.catalogue import Pair


@dataclass(frozen=True)
class Result:
    """What is known about a pair.

    A violation that was shown by a stored execution has no `evidence` written down. That of a
    vacuous pair shows what is unreachable. `error` is why the system is ill-formed, so that nothing
    can be known about its pairs.
    """

    system: str
    property: str
    verdict: Verdict
    engine: str
    depth: int
    seconds: float
    evidence: Trace | Certificate | None
    reason: str = ""
    error: ModelError | None = None
    good_steps: int = 0
    """Of a violation, how many steps of every execution are known to be good."""

    def is_shortest(self) -> bool:
        """Of a violation, whether it is known that none takes fewer steps."""
        return self.good_steps + 1 >= self.depth

    @cached_property
    def pair(self) -> Pair:
        return Pair(self.system, self.property)

    def code(self, expected: str | None) -> int:
        """As expected 0, unexpected 1, of an ill-formed system 2, inconclusive 3."""
        if self.error is not None:
            return 2
        if self.verdict is Verdict.UNKNOWN:
            return 3
        return 0 if self.verdict == (expected or Verdict.PROVED) else 1


def exit_code(codes: Collection[int]) -> int:
    """The code of several results: 2 before 1 before 3."""
    return next((code for code in (2, 1, 3) if code in codes), 0)


def undecided(
    system: str,
    groups: Iterable[str],
    reason: str,
    error: ModelError | None = None,
    so_far: Progress | None = None,
) -> list[Result]:
    """The results of pairs of which no more is known than how far a search is."""
    engine, depth = ("none", 0) if so_far is None else (so_far.engine, so_far.depth)
    return [
        Result(system, group, Verdict.UNKNOWN, engine, depth, 0.0, None, reason, error)
        for group in groups
    ]


def ill_formed(system: str, groups: Iterable[str], error: ModelError) -> list[Result]:
    """The results for the pairs of an ill-formed system."""
    return undecided(system, groups, error.message, error)
