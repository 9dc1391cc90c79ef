"""How many mutants are killed of those that could be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from verifier.mutation.campaign import Trial


@dataclass(frozen=True)
class Score:
    """How many mutants there were of each fate; the equivalent ones are not counted."""

    killed: int
    survived: int
    equivalent: int
    undecided: int

    @property
    def share(self) -> float:
        """The share of killed mutants among those that are not equivalent."""
        all = self.killed + self.survived + self.undecided
        return 1.0 if all == 0 else self.killed / all


def score(found: Iterable[Trial]) -> Score:
    """Count; a mutant that is refused as a model counts as killed."""
    count = Counter(trial.status for trial in found)
    return Score(
        count["killed"] + count["refused"],
        count["survived"],
        count["equivalent"],
        count["undecided"],
    )
