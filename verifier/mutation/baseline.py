"""The record of how strong the properties are: properties/mutants.toml."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from verifier.language.errors import ModelError, Place
from verifier.mutation.campaign import Trial
from verifier.project.toml import read_toml
from verifier.storage.atomic import write_whole

FILE = Path("properties") / "mutants.toml"
HEADER = (
    "# Mistakes that no property notices, by `nestproof mutate --accept`. For each either a\n"
    "# property is missing or the line is not needed.\n"
)


class RecordedScore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A system's score; `survivors` are named without line numbers."""

    killed: int
    equivalent: int
    survivors: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


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


def mistakes(found: Iterable[Trial]) -> list[list[Trial]]:
    """Mutants that give the same circuit together, in order."""
    groups: dict[object, list[Trial]] = {}
    for number, trial in enumerate(found):
        groups.setdefault((trial.status, trial.circuit or number), []).append(trial)
    return [*groups.values()]


def score(found: Iterable[Trial]) -> Score:
    """Count mistakes, each once; one that is refused as a model counts as killed."""
    count = Counter(group[0].status for group in mistakes(found))
    return Score(
        count["killed"] + count["refused"],
        count["survived"],
        count["equivalent"],
        count["undecided"],
    )


@dataclass(frozen=True)
class Comparison:
    """Trials against the record: new survivors, and recorded ones that are killed now."""

    system: str
    score: Score
    new: tuple[Trial, ...]
    gone: tuple[str, ...]


def scores(root: Path) -> dict[str, RecordedScore]:
    """The recorded scores by system."""
    file = root / FILE
    tables = read_toml(file)
    try:
        return msgspec.convert(tables, dict[str, RecordedScore])
    except msgspec.ValidationError as error:
        raise ModelError(
            f"`{file.name}` is not a record of mutants: {error}",
            Place(str(file), 1),
            "correct it, or remove it and write it again with nestproof mutate --accept",
        ) from None


def compared(
    system: str, trials: Iterable[Trial], recorded: RecordedScore | None, whole: bool
) -> Comparison:
    """What is another than recorded; `whole` says that every mutant was tried."""
    trials = list(trials)
    known = {*recorded.survivors, *recorded.undecided} if recorded is not None else set()
    missed = [trial for trial in trials if trial.status in ("survived", "undecided")]
    names = {trial.mutant.name for trial in missed}
    tried = {trial.mutant.name for trial in trials}
    gone = sorted(name for name in known - names if whole or name in tried)
    new = tuple(trial for trial in missed if trial.mutant.name not in known)
    return Comparison(system, score(trials), new, tuple(gone))


def entry(trials: Iterable[Trial]) -> RecordedScore:
    """What is recorded of a system."""
    trials = list(trials)
    total = score(trials)

    def named(status: str) -> tuple[str, ...]:
        return tuple(sorted({t.mutant.name for t in trials if t.status == status}))

    return RecordedScore(total.killed, total.equivalent, named("survived"), named("undecided"))


def record(root: Path, found: Mapping[str, RecordedScore]) -> bool:
    """Write the scores of some systems, and keep the others'; whether the file has changed."""
    before = (root / FILE).read_text() if (root / FILE).exists() else ""
    lines = [HEADER]
    for name, one in sorted((scores(root) | dict(found)).items()):
        lines += [f"[{_text(name)}]", f"killed = {one.killed}", f"equivalent = {one.equivalent}"]
        for what, names in (("survivors", one.survivors), ("undecided", one.undecided)):
            if names:
                lines += [f"{what} = [", *(f"    {_text(name)}," for name in names), "]"]
        lines.append("")
    text = "\n".join(lines)
    if text == before:
        return False
    write_whole(root / FILE, text.encode())
    return True


def _text(name: str) -> str:
    """A string of TOML, whose basic strings are JSON's."""
    return msgspec.json.encode(name).decode()
