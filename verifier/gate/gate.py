"""The gate: every pair decided or audited, and compared with what was and what is expected."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import inf
from time import perf_counter

from verifier.check.context import Context
from verifier.check.result import undecided as unknown
from verifier.evidence.verdicts import Progress
from verifier.gate.base_revision import Before, Past, past_of
from verifier.gate.decide import DecidedSystem, SystemRequest, decide_system, undecided
from verifier.gate.divergence import Hunk, hunks_of
from verifier.gate.masked_regressions import worsened
from verifier.gate.renamed_systems import of_base, of_reading, renamed_systems
from verifier.gate.report import PairRow, Report
from verifier.gate.selection import Selection
from verifier.gate.warnings import warnings_about
from verifier.gate.weakened.acceptance import Acceptance, entries, with_accepted
from verifier.gate.weakened.found import Weakened
from verifier.gate.weakened.judged import Judged, judged_by
from verifier.gate.weakened.side import SystemSides
from verifier.gate.weakened.stale import stale
from verifier.gate.weakened.weakening import Weakening, at_the_gate
from verifier.language.packages import package_at
from verifier.mutation.baseline import Comparison
from verifier.mutation.run import strength
from verifier.processes.lifetime import end_all
from verifier.processes.pool import side_by_side
from verifier.processes.signals import REASON
from verifier.processes.worker import Lost
from verifier.project.catalogue import Catalogue
from verifier.project.import_graph import Way, touches
from verifier.project.recorded_verdicts import places, recorded
from verifier.project.revisions import Base

RECORDS = (".json", ".toml")
"""How the names end of files that are no text of a model unless they are loaded."""
GRACE = 60.0
"""Seconds for compiling and auditing beyond a system's time for searching."""


def gate(
    context: Context,
    selected: Selection,
    base: Base | None,
    storing: bool = False,
    mutants: float = inf,
) -> Report:
    """Compare the working tree with a base, audit what is stored, and search for the rest.

    `mutants` are the seconds for mutation testing, of all systems together. A gate
    that is interrupted reports what it has found; what it has not decided is unknown.
    """
    begin, stopped = perf_counter(), 0
    work = _Gate(context, selected, base, storing, mutants)
    try:
        work.find()
    except KeyboardInterrupt:
        stopped = end_all()
    return work.report(perf_counter() - begin, stopped)


@dataclass
class _Gate:
    """What is at the gate, and what has been found of it so far."""

    context: Context
    selected: Selection
    base: Base | None
    storing: bool
    mutants: float
    changed: tuple[str, ...] = ()
    touched: Mapping[str, Way] = field(default_factory=dict)
    past: Past = field(default_factory=Past)
    decided: dict[str, DecidedSystem] = field(default_factory=dict)
    compared: list[Comparison] = field(default_factory=list)
    worsened: list[PairRow] = field(default_factory=list)
    weakened: list[Weakening] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    """Entries of accepted.toml that apply to nothing now."""

    def find(self) -> None:
        """Note what is found as it is found."""
        context, catalogue = self.context, self.context.catalogue
        base = None if self.base is None else self.base.with_sources(_own_files(catalogue))
        self.changed = base.changed() if base is not None else ()
        reaches_further = catalogue.imports is None or bool(catalogue.imports.reasons())
        is_incomplete = base is not None and bool(base.incomplete)
        compares = bool(self.changed) or reaches_further or is_incomplete
        everything = touches(catalogue, self.changed)
        names = self.selected.systems
        self.touched = {name: everything[name] for name in names if name in everything}
        hunks: Sequence[Hunk] = ()
        known = entries(catalogue.root)
        now = judged_by(catalogue) if known or compares else Judged()
        if base is not None and compares:
            context.watch(Progress("base", 0, base.short))
            cache, jobs, watch = context.cache, context.jobs, context.watch
            cuts = _has_text(catalogue, self.changed) or reaches_further or is_incomplete
            self.past = past_of(base, names, now, cache, jobs, watch, reaches_further, cuts)
            hunks = hunks_of(base.diff(), catalogue.root)
        self._decide(hunks)
        if base is not None and compares:
            self.weakened.extend(self._weakened(base, now, known))
        if known:
            self.stale.extend(stale(known, self.weakened, catalogue, now, context.circuits))
        rows = _rows(catalogue, self.past, list(self.decided.values()))
        self.worsened.extend(worsened(catalogue, rows, self._before(), hunks))
        broken = {row.pair.system for row in rows if row.code}
        functions = {
            each.system: names
            for each in self.decided.values()
            if each.system not in broken and (names := _touched(each, hunks))
        }
        self.compared.extend(strength(context, functions, self.mutants))
        context.cache.trim()
        context.circuits.trim()

    def _before(self) -> dict[str, Before]:
        """The systems as they were, by the names that their steps have now."""
        steps = {
            name: each.change.renamed_steps for name, each in self.decided.items() if each.change
        }
        return {n: one.with_steps(dict(steps.get(n, ()))) for n, one in self.past.before.items()}

    def _weakened(self, base: Base, now: Judged, known: Collection[Acceptance]) -> list[Weakening]:
        """What is claimed or possible less; of the systems at the gate, where not all are."""
        renamed = renamed_systems(self.past, self.context)
        sides = [
            SystemSides(
                name,
                each.judged,
                each.change,
                each.hidden.dropped,
                each.hidden.unheeded,
                each.hidden.waits,
            )
            for name, each in self.decided.items()
            if each.judged is not None
        ]
        sides += [SystemSides(one.name, one.judged, one.change) for one in renamed.values()]
        names = {was: one.name for was, one in renamed.items()}
        found = [*of_base(base, self.past.failures), *of_reading(self.past, self.context.catalogue)]
        found += Weakened(self.past.judged, now, sides, names).found()
        if self.selected.patterns:
            found = at_the_gate(found, self.selected.systems)
        before = Counter(each.accepts for each in self.past.judged.accepted)
        return with_accepted(found, list(_since(known, before)))

    def _decide(self, hunks: Sequence[Hunk]) -> None:
        """Each system's pairs, as they are decided."""
        groups, context = self.selected.groups, self.context
        alone = context if len(groups) == 1 else context.with_jobs(1)
        tasks = {}  # those with the most evidence first, so that no core waits for the last one
        for name in sorted(groups, key=context.store.size, reverse=True):
            asked = SystemRequest(name, groups[name], self.storing)
            tasks[name] = partial(decide_system, alone, asked, self.past.before.get(name), hunks)
        limits, catalogue = context.limits, context.catalogue
        seconds = None if limits.seconds is None else limits.seconds + GRACE
        shared = limits.memory is None  # a limit is for what one system takes
        answers = side_by_side(tasks, context.jobs, context.watch, seconds, shared, in_order=False)
        for name, answer in answers:
            if isinstance(answer, Lost):
                answer = _lost(catalogue, self.selected, name, answer)
            self.decided[name] = answer
        self.decided = {name: self.decided[name] for name in groups}

    def report(self, seconds: float, stopped: int) -> Report:
        """What has been found; `stopped` is the exit code of a signal, if one came."""
        catalogue, selected = self.context.catalogue, self.selected
        base, past = self.base, self.past
        names = selected.systems
        decided = [
            self.decided.get(name) or _lost(catalogue, selected, name, Lost(REASON))
            for name in names
        ]
        known = bool(past.systems)
        gone = () if selected.patterns else past.systems
        return Report(
            base=None if base is None else base.short,
            rows=tuple(_rows(catalogue, past, decided)),
            decided=tuple(decided),
            changed_files=self.changed,
            touches=self.touched,
            added_systems=tuple(n for n in names if n not in past.systems) if known else (),
            removed_systems=tuple(name for name in gone if name not in names),
            warnings=(*warnings_about(catalogue, selected, base, past, decided), *self.stale),
            seconds=seconds,
            prefix="" if base is None else base.prefix,
            package=package_at(catalogue.root),
            strength=tuple(self.compared),
            only=selected.patterns,
            stopped=stopped,
            places=places(recorded(catalogue.root)),
            worsened=tuple(self.worsened),
            weakened=tuple(self.weakened),
        )


def _touched(decided: DecidedSystem, hunks: Sequence[Hunk]) -> set[str]:
    """The functions of a system that the change is in, or that it runs and did not run before."""
    names = {hunk.function for hunk in hunks if hunk.function} if decided.moved else set[str]()
    judged = decided.judged
    new = () if judged is None else {*judged.runs} - {*judged.ran}
    return names | {key.rpartition(":")[2] for key in new}


def _since(
    known: Iterable[Acceptance], before: Counter[tuple[str, str, str, str]]
) -> Iterator[Acceptance]:
    """The entries that the base does not have: of equal ones those that are more than there."""
    seen = Counter[tuple[str, str, str, str]]()
    for each in known:
        seen[each.accepts] += 1
        if seen[each.accepts] > before[each.accepts]:
            yield each


def _own_files(catalogue: Catalogue) -> list[str]:
    """The files of the project itself that are loaded, without those of bundled modules."""
    sources = () if catalogue.imports is None else catalogue.imports.own
    return [source.file for source in sources]


def _has_text(catalogue: Catalogue, names: Iterable[str]) -> bool:
    """Whether some files of a project may be texts of models, whatever they are called."""
    loaded = {os.path.realpath(file) for file in _own_files(catalogue)}
    return any(
        not name.endswith(RECORDS) or os.path.realpath(catalogue.root / name) in loaded
        for name in names
    )


def _lost(catalogue: Catalogue, selected: Selection, name: str, lost: Lost) -> DecidedSystem:
    """A system whose process died: its pairs are unknown, and the others are not concerned."""
    all_pairs = catalogue.pairs_of(catalogue.systems[name])
    groups = selected.groups[name] or [pair.property for pair in all_pairs]
    return undecided(name, unknown(name, groups, lost.reason, lost.error))


def _rows(catalogue: Catalogue, past: Past, decided: Sequence[DecidedSystem]) -> list[PairRow]:
    return [
        PairRow(
            result.pair,
            result,
            catalogue.expected.get(result.pair),
            past.expected.get(str(result.pair)),
            each.how[result.property],
            result.property in each.moved,
            each.departures.get(result.property),
            base_known=bool(past.systems),
        )
        for each in decided
        for result in each.results
    ]
