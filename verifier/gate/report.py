"""The gate's report: on one pair, and on all pairs at the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from verifier.check.result import Result, exit_code
from verifier.diff.compare import Difference
from verifier.evidence.verdicts import Verdict
from verifier.gate.decide import DecidedSystem
from verifier.gate.divergence import Departure
from verifier.gate.weakened.weakening import Weakening
from verifier.language.errors import ModelError
from verifier.mutation.baseline import Comparison
from verifier.project.assumptions import Assumption
from verifier.project.catalogue import Pair
from verifier.project.import_graph import Way


@dataclass(frozen=True)
class PairRow:
    """A pair at the gate."""

    pair: Pair
    result: Result
    expected: str | None
    expected_before: str | None
    how: str
    moved: bool
    """Whether its circuit is another one than at the base."""
    departure: Departure | None = None
    """Where its counterexample departs from the base."""
    base_known: bool = False
    """Whether what was recorded at the base is known; without a record `proved` is expected."""

    @property
    def code(self) -> int:
        """As expected 0, unexpected 1, of an ill-formed system 2, inconclusive 3."""
        return self.result.code(self.expected)

    @property
    def is_judged(self) -> bool:
        """Whether its verdict can detect a regression."""
        same = self.expected_before == self.result.verdict is Verdict.VIOLATED
        return not (self.moved and self.code == 0 and same)

    @property
    def before(self) -> str | None:
        """The verdict that was expected at the base; None where that is not known."""
        return self.expected_before or (Verdict.PROVED if self.base_known else None)

    @property
    def is_news(self) -> bool:
        """Whether its verdict is another than was expected at the base."""
        return self.before not in (None, self.result.verdict)

    @property
    def against_expected(self) -> str:
        """The verdict against what is expected, in words."""
        verdict, expected = self.result.verdict, self.expected or Verdict.PROVED
        if verdict is Verdict.UNKNOWN:
            return f"not known whether it holds: {self.result.reason}"
        if verdict != expected:
            return f"{verdict}, expected {expected}"
        if self.is_news and self.expected_before is None:
            return f"{verdict}, as now expected; no verdict was recorded before"
        if self.is_news:
            return f"{verdict}, as now expected; it was {self.expected_before}"
        return f"{verdict}, as expected"


@dataclass(frozen=True)
class Report:
    """All that the gate found."""

    base: str | None
    rows: tuple[PairRow, ...]
    decided: tuple[DecidedSystem, ...]
    changed_files: tuple[str, ...] = ()
    touches: Mapping[str, Way] = field(default_factory=dict)
    added_systems: tuple[str, ...] = ()
    removed_systems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    prefix: str = ""
    """The project's folder in its repository."""
    package: str = ""
    """The package of its modules, see `package_at`."""
    strength: tuple[Comparison, ...] = ()
    """For systems with recorded mutants and expected verdicts, those of what the change touches."""
    only: tuple[str, ...] = ()
    """The patterns that say which pairs are at the gate; none where all are."""
    revision: str = ""
    """The base as somebody has named it; empty where nobody has."""
    stopped: int = 0
    """The exit code of the signal that ended the gate early, if one did."""
    error: ModelError | None = None
    """Why there is nothing else to report."""
    places: Mapping[Pair, int] = field(default_factory=dict)
    """The lines of `properties/verdicts.toml` that say what is expected."""
    worsened: tuple[PairRow, ...] = ()
    """Pairs that were violated before, with an execution that was fine then."""
    weakened: tuple[Weakening, ...] = ()
    """What is claimed, or possible, less than at the base, and whether that is accepted."""

    @property
    def code(self) -> int:
        """The exit code: that of a signal, else 2 before 1 before 3 before 0."""
        if self.stopped or self.error is not None:
            return self.stopped or 2
        codes = {row.code for row in self.rows}
        for each in self.strength:
            codes |= {1 if trial.status == "survived" else 3 for trial in each.new}
        codes |= {3 for each in self.decided if each.hidden.unknown}
        codes |= {3 if each.kind == "base" else 1 for each in self.weakened if not each.accepted}
        return exit_code(codes)

    def in_repository(self, file: str) -> str:
        """Where a file is, from the top of the repository, by its name in evidence."""
        inside = file.removeprefix(f"{self.package}/") if self.package else file
        return self.prefix + inside

    @property
    def assumptions(self) -> tuple[tuple[str, Assumption], ...]:
        """What verdicts rest on now and did not at the base, each with its system."""
        return tuple((d.system, each) for d in self.decided for each in d.assumptions)

    @property
    def differences(self) -> tuple[Difference, ...]:
        return tuple(each.change for each in self.decided if each.change is not None)
