"""What is on record less than it was: mistakes that are noticed, verdicts that hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from verifier.evidence.verdicts import Verdict
from verifier.gate.weakened.judged import Judged
from verifier.gate.weakened.side import SystemSides
from verifier.gate.weakened.texts import by_new_names
from verifier.gate.weakened.weakening import Weakening, digest_of
from verifier.mutation.baseline import FILE as MUTANTS
from verifier.mutation.baseline import RecordedScore as Score
from verifier.project.expectations import VERDICTS

DEFAULT = Verdict.PROVED
"""The verdict that is expected where none is recorded."""


def mutants_less(
    then: Judged, now: Judged, systems: Mapping[str, str], sides: Mapping[str, SystemSides]
) -> Iterator[Weakening]:
    """Tables of mistakes that are gone, or by which more may pass; `systems` by their new names."""
    for name, entry in then.mutants.items():
        system = systems.get(name, name)
        if system not in now.systems:
            continue
        left, side = now.mutants.get(system), sides.get(system)
        names = side.judged.names if side is not None else {}
        known = (by_new_names(each, names) for each in (*entry.survivors, *entry.undecided))
        missed = set() if left is None else {*left.survivors, *left.undecided}
        missed -= {*entry.survivors, *entry.undecided, *known}
        same = side is None or side.change is None or side.change.none
        if left is None or missed or (same and left.killed < entry.killed):
            yield Weakening(
                "mutants",
                name,
                MUTANTS.as_posix(),
                now.lines.get(system, 1),
                f"{entry.killed} mutants are killed",
                _passing(left, missed),
                {},
                digest_of(repr(entry)),
                digest_of("" if left is None else repr(left)),
                (name,),
            )


def approved(
    then: Judged, now: Judged, systems: Mapping[str, str], heirs: Mapping[str, str]
) -> Iterator[Weakening]:
    """Verdicts that are expected to be `violated` now; the line of each is its acceptance."""
    old: dict[str, str] = {}
    for pair in then.pairs:
        system, _, group = pair.rpartition("/")
        was = then.expected.get(pair) or DEFAULT
        old[f"{systems[system]}/{heirs.get(group, group)}"] = was
    for pair, expected in now.expected.items():
        system = pair.rpartition("/")[0]
        was = old.get(pair, "not on record")
        if expected == Verdict.VIOLATED != was and system in systems.values():
            yield Weakening(
                "verdict",
                pair,
                VERDICTS.as_posix(),
                now.lines.get(pair, 1),
                was,
                expected,
                {},
                systems=(system,),
                accepted=True,
            )


def _passing(score: Score | None, missed: Collection[str]) -> str:
    """What a record of mutants has, where that is less than it was."""
    if score is None:
        return "nothing is on record"
    if not missed:
        return f"{score.killed} mutants are killed"
    more = f" and {len(missed) - 1} more" * (len(missed) > 1)
    return f"`{min(missed)}`{more} may pass"
