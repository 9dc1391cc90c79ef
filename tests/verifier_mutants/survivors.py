"""Why a mutant survives: survivors.toml has a reason for each that does."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.verifier_mutants.mutants import Mutant
from tests.verifier_mutants.trial import Outcome

LEAST = 0.9
"""What part of the mutants that are not equivalent has to be killed."""

Key = tuple[str, str, str, str, int]


@dataclass(frozen=True)
class Reason:
    """Why a mutant survives: nothing can notice it, or a test is missing."""

    is_equivalent: bool
    text: str


def reasons(file: Path) -> dict[Key, Reason]:
    """The entries of a file by the keys of their mutants."""
    entries = tomllib.loads(file.read_text()).get("survivor", [])
    return {
        (e["file"], e["function"], e["before"], e["after"], e.get("number", 1)): Reason(
            "equivalent" in e, e["equivalent"] if "equivalent" in e else e["missing"]
        )
        for e in entries
    }


def summary(outcomes: Sequence[Outcome], known: dict[Key, Reason]) -> str:
    """How many are killed, of those that could be."""
    equivalent = sum(_is_equivalent(outcome, known) for outcome in outcomes)
    killed = sum(not outcome.survived for outcome in outcomes)
    possible = len(outcomes) - equivalent
    part = f" ({killed / possible:.0%})" if possible else ""
    return (
        f"{len(outcomes)} mutants, {equivalent} equivalent; "
        f"{killed} of the other {possible} killed{part}"
    )


def complaints(
    outcomes: Sequence[Outcome], known: dict[Key, Reason], mutants: Collection[Mutant]
) -> Iterator[str]:
    """What of the outcomes and the reasons does not do."""
    for outcome in outcomes:
        reason = known.get(outcome.mutant.key)
        if outcome.survived and reason is None:
            yield f"survives without a reason: {outcome.mutant}"
        if not outcome.survived and reason is not None:
            yield f"has a reason to survive, and is killed: {outcome.mutant}"
    for file, function, before, after, _ in known.keys() - {mutant.key for mutant in mutants}:
        yield f"no such mutant any more: {file} {function}: `{before}` -> `{after}`"
    possible = [outcome for outcome in outcomes if not _is_equivalent(outcome, known)]
    killed = sum(not outcome.survived for outcome in possible)
    if killed < LEAST * len(possible):
        yield f"fewer than {LEAST:.0%} are killed"


def _is_equivalent(outcome: Outcome, known: dict[Key, Reason]) -> bool:
    reason = known.get(outcome.mutant.key)
    return outcome.survived and reason is not None and reason.is_equivalent
