"""The bugs that a project has on record: properties/bugs.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.evidence.verdicts import Verdict
from verifier.language.advice import did_you_mean
from verifier.language.errors import ModelError, Place
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.toml import place_of, read_toml

FILE = Path("properties") / "bugs.toml"
KEYS: Mapping[str, type] = {
    "title": str,
    "versions": str,
    "commit": str,
    "before": str,
    "mutant": str,
    "after": str,
    "steps": int,
    "reason": str,
}
"""What a bug may have, in the order in which it is read best."""
REPRODUCED, OUTSIDE = "reproduced", "outside"


@dataclass(frozen=True)
class Bug:
    """A bug, and what shows it: a pair that is violated, perhaps once a mistake is made.

    `after` is a pair that the bug's repair makes hold; None where it was never repaired. `steps`
    are those of a shortest execution. A bug without `before` is outside of the models, and `reason`
    says what they would need.
    """

    id: str
    title: str
    place: Place
    versions: str = ""
    commit: str | None = None
    before: Pair | None = None
    mutant: str | None = None
    after: Pair | None = None
    steps: int | None = None
    reason: str | None = None

    @property
    def status(self) -> str:
        return OUTSIDE if self.before is None else REPRODUCED

    @property
    def shown_by(self) -> str | None:
        """SYSTEM/PROPERTY or SYSTEM/PROPERTY@MUTANT."""
        if self.before is None:
            return None
        return f"{self.before}@{self.mutant}" if self.mutant else str(self.before)


def recorded_bugs(catalogue: Catalogue) -> dict[str, Bug]:
    """The bugs on record by id, in the order of the file; a ModelError where it is wrong."""
    file = catalogue.root / FILE
    return {id: _Reader(catalogue, file, id, table).bug() for id, table in read_toml(file).items()}


def chosen_bugs(bugs: Mapping[str, Bug], ids: Sequence[str], root: Path) -> list[Bug]:
    """Those with some ids, all without any. A ModelError where there is none of that id."""
    if not bugs:
        help = f"{FILE} would have them: docs/bugs.md says what is in it"
        raise ModelError(f"the project {root} has no bugs on record", help=help)
    for id in ids:
        if id not in bugs:
            help = did_you_mean(id, bugs, "`nestproof bugs` lists all", 0.5)
            raise ModelError(f"no bug is called `{id}`", help=help)
    return [bug for bug in bugs.values() if not ids or bug.id in ids]


@dataclass(frozen=True)
class _Reader:
    """Reads one bug's table."""

    catalogue: Catalogue
    file: Path
    id: str
    table: Any

    def bug(self) -> Bug:
        """The bug, if its table is as it should be."""
        if not isinstance(self.table, dict):
            raise self._wrong(f"`{self.id}` is not a table", "", f"write [{self.id}]")
        self._require_known_keys()
        if not self.table.get("title"):
            raise self._wrong(f"the bug `{self.id}` has no title", "", 'write title = "..."')
        if ("before" in self.table) == ("reason" in self.table):
            both = "both `before` and `reason`" if "before" in self.table else "neither"
            help = "`before` is the pair that shows it, `reason` why none does"
            raise self._wrong(f"the bug `{self.id}` has {both}", "", help)
        before = self._pair("before", Verdict.VIOLATED)
        after = self._pair("after", Verdict.PROVED)
        self._require_fitting(before)
        given = {key: self.table.get(key) for key in ("commit", "mutant", "steps", "reason")}
        return Bug(
            self.id,
            self.table["title"],
            self._heading,
            self.table.get("versions", ""),
            before=before,
            after=after,
            **given,
        )

    def _require_known_keys(self) -> None:
        for key, value in self.table.items():
            if key not in KEYS:
                help = did_you_mean(key, KEYS, f"a bug has {', '.join(KEYS)}")
                raise self._wrong(f"unknown key `{key}` of the bug `{self.id}`", key, help)
            if type(value) is not KEYS[key] or value == "":
                kind = "a number" if KEYS[key] is int else "a text"
                raise self._wrong(f"`{key}` of the bug `{self.id}` is not {kind}", key)

    def _require_fitting(self, before: Pair | None) -> None:
        """What is said of an execution is said exactly where there is one."""
        if before is None:
            for key in ("mutant", "after", "steps"):
                if key in self.table:
                    help = "a bug that is outside of the models has none"
                    raise self._wrong(f"`{key}` of the bug `{self.id}` is of no pair", key, help)
        elif self.table.get("steps", 0) < 1:
            help = "steps = N is the length of a shortest execution that shows it"
            raise self._wrong(f"the bug `{self.id}` has no number of steps", "steps", help)

    def _pair(self, key: str, verdict: Verdict) -> Pair | None:
        """A pair that the table names; its verdict on record must be this, mutants aside."""
        name = self.table.get(key)
        if name is None:
            return None
        pairs = {str(pair): pair for pair in self._pairs_of(name.rpartition("/")[0])}
        if name not in pairs:
            help = did_you_mean(name, pairs, "see `nestproof list`")
            raise self._wrong(f"`{key}` of `{self.id}` names no pair: `{name}`", key, help)
        found = self.catalogue.expected.get(pairs[name])
        expected = Verdict.PROVED if key == "before" and "mutant" in self.table else verdict
        if found not in (None, expected):
            without = " without the mutant" if expected is not verdict else ""
            raise self._wrong(
                f"`{name}` is `{key}` of the bug `{self.id}`, and expected to be {found}",
                key,
                f"name one that is {expected}{without}",
            )
        return pairs[name]

    def _pairs_of(self, system: str) -> list[Pair]:
        """A system's pairs; all where there is no such system."""
        known = self.catalogue.systems.get(system)
        return list(self.catalogue.pairs()) if known is None else self.catalogue.pairs_of(known)

    def _wrong(self, message: str, key: str = "", help: str = "") -> ModelError:
        """An error at a line of the table, or at its heading."""
        place = self._heading
        if isinstance(self.table, dict) and key in self.table:
            place = place_of(self.file, key, self._lines[place.line - 1])
        return ModelError(message, place, help)

    @property
    def _heading(self) -> Place:
        """Where the table begins; the first line where it is not written as a table."""
        written = re.compile(rf"""\s*\[\s*["']?{re.escape(self.id)}["']?\s*\]""")
        numbers = (n for n, line in enumerate(self._lines, 1) if written.match(line))
        return Place(str(self.file), next(numbers, 1))

    @property
    def _lines(self) -> list[str]:
        return self.file.read_text(encoding="utf-8").splitlines()
