"""What decides fastest: PDR for proofs, bounded model checking for shortest violations."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from mmap import mmap
from time import monotonic

from verifier.circuit.circuit import Circuit
from verifier.engines.bmc import Search, deepened
from verifier.engines.budget import Budget, Exhausted, Paused
from verifier.engines.pdr import holding, pdr
from verifier.engines.race import Report, Send, race
from verifier.evidence.verdicts import (
    Answer,
    Clause,
    Limits,
    Progress,
    Proved,
    Unknown,
    Violated,
    Watch,
    silent,
)
from verifier.processes.pool import NoProcess

_FIRST_LOOK = 16
"""Solver calls of bmc for each goal before PDR starts, where one process does both."""

_SHORTENING = 40.0
"""Seconds that bmc has left when all that is open is how short the violations are."""

_PDR_SHARE = 0.7
"""Of the time that is left after the first look; bmc has the rest."""


def auto(
    circuit: Circuit,
    goals: Sequence[str],
    limits: Limits,
    watch: Watch = silent,
    jobs: int = 2,
    lemmas: Sequence[Clause] = (),
) -> dict[str, Answer]:
    """Decide all goals; a violation is as short as it can be, and the same one every time.

    Bmc has a first look. Then, with two jobs, PDR goes over the goals that are left while bmc
    goes on with them, each in a process of its own; with one, bmc goes on after PDR, with what
    that found violated, but not for long. Only where that or a limit ends the search, a path may be
    longer than the shortest.
    """
    budget = Budget(limits)
    standing = _Standing(goals, watch)
    known = _known(circuit, standing, lemmas, budget)
    searches = {goal: Search(circuit, goal, budget, known) for goal in standing.goals}
    _first_look(searches.values(), standing, budget, watch)
    if standing.open() and not standing.failures:
        try:
            decide = _take_turns if jobs < 2 else _side_by_side
            decide(circuit, searches, standing, budget, watch, known)
        except NoProcess:
            _take_turns(circuit, searches, standing, budget, watch, known)
    return {goal: standing.final(goal, budget.seconds) for goal in goals}


class _Standing:
    """What the engines have found so far."""

    def __init__(self, goals: Iterable[str], watch: Watch) -> None:
        self._watch = watch
        self.goals = list(dict.fromkeys(goals))
        self.failures: list[str] = []
        self._decided: dict[str, Proved | Violated] = {}
        self._undecided: dict[str, dict[str, Unknown]] = {goal: {} for goal in self.goals}

    def note(self, verdicts: Mapping[str, Answer]) -> None:
        """Proofs, violations (the shortest before others), and each engine's last reason."""
        for goal, verdict in verdicts.items():
            if isinstance(verdict, Unknown):
                self._undecided[goal][verdict.engine] = verdict
            elif goal not in self._decided or _is_shortest(verdict):
                if isinstance(verdict, Violated) and self._decided.get(goal) != verdict:
                    self._watch(Progress(verdict.engine, verdict.depth, goal, found=verdict))
                self._decided[goal] = verdict

    def open(self) -> list[str]:
        """Goals without a proof and without a shortest violation."""
        return [
            goal
            for goal in self.goals
            if not isinstance(known := self._decided.get(goal), Proved) and not _is_shortest(known)
        ]

    def unknown(self) -> list[str]:
        """Goals that are not decided."""
        return [goal for goal in self.goals if goal not in self._decided]

    def final(self, goal: str, seconds: float) -> Answer:
        """The last word, with the depth that is known to be good and why there is no more."""
        decided = self._decided.get(goal)
        if isinstance(decided, Violated):
            return replace(decided, shortened=True)
        if decided is not None:
            return decided
        undecided = self._undecided[goal].values()
        depth = max((verdict.depth for verdict in undecided), default=0)
        parts = (part for verdict in undecided for part in verdict.reason.split("; "))
        return Unknown("auto", "; ".join(dict.fromkeys([*parts, *self.failures])), depth, seconds)


def _is_shortest(answer: Answer | None) -> bool:
    return isinstance(answer, Violated) and answer.shortest


def _known(
    circuit: Circuit, standing: _Standing, lemmas: Sequence[Clause], budget: Budget
) -> Sequence[Clause]:
    """The lemmas that hold, with which both engines go on."""
    try:
        return holding(circuit, standing.goals, lemmas, budget) if lemmas else ()
    except Exhausted as limit:
        standing.failures.append(str(limit))
        return ()


def _first_look(
    searches: Collection[Search], standing: _Standing, budget: Budget, watch: Watch
) -> None:
    """Deepen each search with few solver calls."""
    depth = budget.limits.depth
    try:
        for search in searches:
            watch(Progress("bmc", search.depth, search.goal))
            budget.give(_FIRST_LOOK)
            with suppress(Paused):
                while search.found is None and search.depth != depth:
                    search.deepen()
            standing.note({search.goal: search.verdict(None)})
    except Exhausted as limit:
        standing.failures.append(str(limit))
        standing.note({search.goal: search.verdict(str(limit)) for search in searches})
    finally:
        budget.give(None)


def _take_turns(
    circuit: Circuit,
    searches: Mapping[str, Search],
    standing: _Standing,
    budget: Budget,
    watch: Watch,
    lemmas: Sequence[Clause],
) -> None:
    limits = budget.limits
    left = None
    if limits.seconds is not None:
        left = max(0.0, limits.seconds - budget.seconds) * _PDR_SHARE
    standing.note(pdr(circuit, standing.open(), replace(limits, seconds=left), watch, lemmas))
    rest = [searches[goal] for goal in standing.open()]
    if not standing.unknown():
        budget.within(_SHORTENING)
    try:
        for search in deepened(rest, limits.depth, watch):
            standing.note({search.goal: search.verdict(None)})
    except Exhausted as limit:
        standing.note({search.goal: search.verdict(str(limit)) for search in rest})


def _side_by_side(
    circuit: Circuit,
    searches: Mapping[str, Search],
    standing: _Standing,
    budget: Budget,
    watch: Watch,
    lemmas: Sequence[Clause],
) -> None:
    goals = standing.open()
    left = None
    if budget.limits.seconds is not None:
        left = max(0.0, budget.limits.seconds - budget.seconds)
    settled = mmap(-1, max(1, len(goals)))  # memory that both processes see, and no file

    def falsify(send: Send) -> None:
        def progress(now: Progress) -> None:
            send(Report(now, {now.detail: searches[now.detail].verdict(None)}))

        def wanted(goal: str) -> bool:
            return not settled[goals.index(goal)]

        rest = [searches[goal] for goal in goals]
        try:
            for search in deepened(rest, budget.limits.depth, progress, wanted):
                send(Report(verdicts={search.goal: search.verdict(None)}))
        except Exhausted as limit:
            send(Report(verdicts={search.goal: search.verdict(str(limit)) for search in rest}))

    def prove(send: Send) -> None:
        limits = replace(budget.limits, seconds=left)
        send(Report(verdicts=pdr(circuit, goals, limits, lambda now: send(Report(now)), lemmas)))

    ends: float | None = None
    with closing(race({"bmc": falsify, "pdr": prove})) as reports:
        for report in reports:
            if report.progress is not None:
                watch(report.progress)
            if report.failure is not None:
                standing.failures.append(report.failure)
            standing.note(report.verdicts)
            still_open = standing.open()
            for place, goal in enumerate(goals):
                settled[place] = goal not in still_open
            if not still_open or (ends is not None and monotonic() > ends):
                return
            if ends is None and not standing.unknown():
                ends = monotonic() + _SHORTENING
