"""What decides fastest: PDR for proofs, bounded model checking for shortest violations."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from mmap import mmap

from verifier.circuit.circuit import Circuit
from verifier.engines.bmc import Search, deepened
from verifier.engines.budget import Budget, Exhausted, Paused
from verifier.engines.pdr import INFINITE, Pdr, holding
from verifier.engines.race import Report, Send, race
from verifier.evidence.verdicts import (
    Answer,
    Bounded,
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
"""Solver calls of bmc for each goal before two processes start: who finds a short violation does
not depend on which is faster."""

_PDR_SHARE = 0.7
"""Of the time, where one process does both; bmc has the rest."""


def auto(
    circuit: Circuit,
    goals: Sequence[str],
    limits: Limits,
    watch: Watch = silent,
    jobs: int = 2,
    lemmas: Sequence[Clause] = (),
) -> dict[str, Answer]:
    """Decide all goals; a violation is as short as it can be.

    PDR decides them. With two jobs bmc has a first look, and goes on in another process meanwhile.
    What neither has decided when PDR ends bmc searches with PDR's lemmas, as long as the limits
    allow.
    """
    budget = Budget(limits)
    standing = _Standing(goals, watch, shorten=limits.shortening > 0)
    known = _known(circuit, standing, lemmas, budget)
    if standing.goals and not standing.failures:
        learnt = _decide(circuit, standing, budget, watch, known, jobs)
        _go_on(circuit, standing, [*learnt, *_always(known)], budget, watch)
    return {goal: standing.final(goal, budget.seconds) for goal in goals}


class _Standing:
    """What the engines have found so far."""

    def __init__(self, goals: Iterable[str], watch: Watch, shorten: bool) -> None:
        self._watch = watch
        self._shorten = shorten
        self.goals = list(dict.fromkeys(goals))
        self.failures: list[str] = []
        self.good_steps = dict.fromkeys(self.goals, 0)
        """How many steps of every path are good, of goals that may be violated."""
        self.violated: dict[str, Violated] = {}
        self._proved: dict[str, Proved] = {}
        self._undecided: dict[str, dict[str, Unknown]] = {goal: {} for goal in self.goals}

    def note(self, verdicts: Mapping[str, Answer]) -> None:
        """Proofs, violations (the shortest so far), and each engine's last reason."""
        for goal, verdict in verdicts.items():
            if isinstance(verdict, Proved):
                self._proved[goal] = verdict
            elif isinstance(verdict, Violated):
                self._saw_good(goal, verdict.good_steps)
                known = self.violated.get(goal)
                if known is None or verdict.depth < known.depth:
                    self._watch(Progress(verdict.engine, verdict.depth, goal, found=verdict))
                    self.violated[goal] = verdict
            else:
                self._saw_good(goal, verdict.depth)
                self._undecided[goal][verdict.engine] = verdict

    def _saw_good(self, goal: str, steps: int) -> None:
        self.good_steps[goal] = max(self.good_steps[goal], steps)

    def open(self) -> list[str]:
        """Goals that are not decided, or whose violation may be shortened."""
        return [
            goal
            for goal in self.goals
            if goal not in self._proved
            and (goal not in self.violated or (self._shorten and not self._final(goal).shortest))
        ]

    def unknown(self) -> list[str]:
        """Goals that are not decided."""
        return [goal for goal in self.goals if goal not in {**self._proved, **self.violated}]

    def final(self, goal: str, seconds: float) -> Answer:
        """The last word, with the depth that is known to be good and why there is no more."""
        if goal in self._proved:
            return self._proved[goal]
        if goal in self.violated:
            return self._final(goal)
        reasons = (unknown.reason for unknown in self._undecided[goal].values())
        parts = (part for reason in reasons for part in reason.split("; "))
        reason = "; ".join(dict.fromkeys([*parts, *self.failures]))
        return Unknown("auto", reason, self.good_steps[goal], seconds)

    def _final(self, goal: str) -> Violated:
        return replace(self.violated[goal], good_steps=self.good_steps[goal])


def _known(
    circuit: Circuit, standing: _Standing, lemmas: Sequence[Clause], budget: Budget
) -> Sequence[Clause]:
    """The lemmas that hold, with which both engines go on."""
    try:
        return holding(circuit, standing.goals, lemmas, budget) if lemmas else ()
    except Exhausted as limit:
        standing.failures.append(str(limit))
        return ()


def _always(lemmas: Iterable[Clause]) -> list[Bounded]:
    return [(lemma, INFINITE) for lemma in lemmas]


def _decide(
    circuit: Circuit,
    standing: _Standing,
    budget: Budget,
    watch: Watch,
    lemmas: Sequence[Clause],
    jobs: int,
) -> Sequence[Bounded]:
    """Decide what is open, as far as the limits allow; what PDR has learnt."""
    if jobs > 1:
        at_start = _always(lemmas)
        searches = [Search(circuit, goal, budget, at_start) for goal in standing.goals]
        _look(searches, standing, budget, watch)
        if not standing.open() or standing.failures:
            return ()
        with suppress(NoProcess):
            return _side_by_side(circuit, searches, standing, budget, watch, lemmas)
    return _take_turns(circuit, standing, budget, watch, lemmas)


def _look(searches: Sequence[Search], standing: _Standing, budget: Budget, watch: Watch) -> None:
    """Deepen each search with a few solver calls."""
    try:
        for search in searches:
            budget.give(_FIRST_LOOK)
            with suppress(Paused):
                while not search.ended:
                    search.deepen(watch)
            standing.note({search.goal: search.verdict(None)})
    except Exhausted as limit:
        standing.failures.append(str(limit))
        standing.note({search.goal: search.verdict(str(limit)) for search in searches})
    finally:
        budget.give(None)


def _left(budget: Budget, share: float = 1.0) -> Limits:
    """A budget's limits, with a share of the time that is left."""
    limits = budget.limits
    if limits.seconds is None:
        return limits
    return replace(limits, seconds=max(0.0, limits.seconds - budget.seconds) * share)


def _take_turns(
    circuit: Circuit,
    standing: _Standing,
    budget: Budget,
    watch: Watch,
    lemmas: Sequence[Clause],
) -> Sequence[Bounded]:
    """Let PDR decide what it can; what it has learnt."""
    proving = Pdr(circuit, standing.open(), _left(budget, _PDR_SHARE), watch)
    standing.note(proving.decided(lemmas))
    return proving.learnt()


def _side_by_side(
    circuit: Circuit,
    searches: Iterable[Search],
    standing: _Standing,
    budget: Budget,
    watch: Watch,
    lemmas: Sequence[Clause],
) -> Sequence[Bounded]:
    """Let both engines search until all goals are decided; what PDR has learnt."""
    goals, left = standing.open(), _left(budget)
    rest = {search.goal: search for search in searches if search.goal in goals}
    settled = mmap(-1, max(1, len(goals)))  # memory that both processes see, and no file

    def falsify(send: Send) -> None:
        def progress(now: Progress) -> None:
            send(Report(now, {now.detail: rest[now.detail].verdict(None)}))

        def wanted(goal: str) -> bool:
            return not settled[goals.index(goal)]

        try:
            for search in deepened(rest.values(), progress, wanted):
                send(Report(verdicts={search.goal: search.verdict(None)}))
        except Exhausted as limit:
            verdicts = {goal: search.verdict(str(limit)) for goal, search in rest.items()}
            send(Report(verdicts=verdicts))

    def prove(send: Send) -> None:
        proving = Pdr(circuit, goals, left, lambda now: send(Report(now)))
        verdicts = proving.decided(lemmas)
        send(Report(verdicts=verdicts, learnt=proving.learnt()))

    learnt: Sequence[Bounded] = ()
    with closing(race({"bmc": falsify, "pdr": prove})) as reports:
        for report in reports:
            if report.progress is not None:
                watch(report.progress)
            if report.failure is not None:
                standing.failures.append(report.failure)
            standing.note(report.verdicts)
            learnt = report.learnt or learnt
            still_open = standing.open()
            for place, goal in enumerate(goals):
                settled[place] = goal not in still_open
            if not still_open or (learnt and not standing.unknown()):
                break
    return learnt


def _go_on(
    circuit: Circuit,
    standing: _Standing,
    learnt: Sequence[Bounded],
    budget: Budget,
    watch: Watch,
) -> None:
    """Search for violations of goals that nobody has decided, with what PDR has learnt."""
    rest = [Search(circuit, goal, budget) for goal in standing.unknown()]
    for search in rest:
        search.learn(learnt, standing.good_steps[search.goal])
    try:
        for search in deepened(rest, watch):
            standing.note({search.goal: search.verdict(None)})
    except Exhausted as limit:
        standing.note({search.goal: search.verdict(str(limit)) for search in rest})
