"""Bounded model checking: the shortest ways to a violation.

Biere, Cimatti, Clarke, Zhu: Symbolic Model Checking without BDDs. TACAS 1999.

Why so: docs/decisions/0010-kept-lemmas-for-bmc.md
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import Protocol

from verifier.circuit.aig import FALSE, TRUE, Graph
from verifier.circuit.circuit import Circuit
from verifier.circuit.unroll import Unrolling
from verifier.engines.budget import Budget, Exhausted
from verifier.engines.sat import GlucoseOracle
from verifier.evidence.verdicts import (
    Bounded,
    Limits,
    Path,
    Progress,
    Unknown,
    Violated,
    Watch,
    silent,
)


class Oracle(Protocol):
    """An incremental solver on the literals of a growing graph."""

    def add(self, clause: Sequence[int]) -> None:
        """From now on one of these literals holds."""

    def solve(self, literal: int, at_pause: Callable[[], object]) -> bool:
        """Whether the literal can hold. Raises Exhausted; calls `at_pause` now and then."""

    def value(self, literal: int) -> bool:
        """What the model just found gives a positive literal."""


def bmc(
    circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch = silent
) -> dict[str, Violated | Unknown]:
    """A shortest path to a violation of each goal, as far as the limits allow."""
    return bounded(circuit, goals, limits, watch, "bmc", GlucoseOracle)


def bounded(
    circuit: Circuit,
    goals: Sequence[str],
    limits: Limits,
    watch: Watch,
    engine: str,
    oracle: Callable[[Graph, Budget], Oracle],
) -> dict[str, Violated | Unknown]:
    """Bounded model checking by a solver.

    Each goal has frames and a solver of its own, which is faster than sharing them; the goal that
    has had the least time goes on, so that a hard one does not keep the others waiting.
    """
    budget = Budget(limits)
    names = dict.fromkeys(goals)
    searches = [Search(circuit, goal, budget, engine=engine, oracle=oracle) for goal in names]
    reason = None
    try:
        for search in deepened(searches, watch):
            if search.found is not None:
                watch(Progress(engine, search.depth, search.goal, found=search.found))
    except Exhausted as limit:
        reason = str(limit)
    return {search.goal: search.verdict(reason) for search in searches}


def deepened(
    searches: Iterable["Search"],
    watch: Watch,
    wanted: Callable[[str], bool] = lambda _: True,
) -> Iterator["Search"]:
    """The searches as they find their violation or reach their limit. Raises Exhausted."""
    waiting = list(searches)
    heapify(waiting)
    while waiting:
        search = heappop(waiting)
        if search.ended:
            yield search
        elif wanted(search.goal):
            search.deepen(watch)
            heappush(waiting, search)


class Search:
    """One goal, one more step at a time; after Exhausted or Paused it goes on where it was.

    Frames fold from the reset state on, so that the early ones are nearly empty. Each frame has the
    lemmas that hold there, which makes deep ones several times as fast.
    """

    def __init__(
        self,
        circuit: Circuit,
        goal: str,
        budget: Budget,
        lemmas: Iterable[Bounded] = (),
        engine: str = "bmc",
        oracle: Callable[[Graph, Budget], Oracle] = GlucoseOracle,
    ) -> None:
        self.goal = goal
        self.found: Violated | None = None
        self.depth = 0
        """Every path of so many steps is good: depths that were searched to their end."""
        self.limit = budget.limits.depth
        self.seconds = 0.0
        self._circuit = circuit
        self._budget = budget
        self._engine = engine
        self._unrolling = Unrolling(circuit.restricted([goal]))
        self._oracle = oracle(self._unrolling.graph, budget)
        self._lemmas: list[_Lemma] = []
        self.learn(lemmas)

    def __lt__(self, other: "Search") -> bool:
        return self.seconds < other.seconds

    @property
    def ended(self) -> bool:
        """Whether there is a violation, or nothing deeper to look at."""
        return self.found is not None or (self.limit is not None and self.depth >= self.limit)

    def verdict(self, limit: str | None) -> Violated | Unknown:
        """The violation, or how deep there is none and the limit that ended the search."""
        good = f"every path of {self.depth} {'step' if self.depth == 1 else 'steps'} is good"
        reason = good if limit is None else f"{good}; {limit}"
        return self.found or Unknown(self._engine, reason, self.depth, self._budget.seconds)

    def learn(self, lemmas: Iterable[Bounded], good_steps: int = 0) -> None:
        """Use what another engine has found out: lemmas, and how many steps are good."""
        known = _lemmas_on(self._unrolling.circuit, lemmas)
        for step in range(len(self._unrolling.inputs)):
            self._assume(known, step)
        self._lemmas += known
        self.depth = max(self.depth, good_steps)

    def deepen(self, watch: Watch = silent) -> None:
        """Decide the next depth. Raises Exhausted or Paused."""
        begin = self._budget.seconds
        progress = Progress(self._engine, self.depth, self.goal)
        watch(progress)
        try:
            self._budget.spend()
            self._budget.look_at_memory()
            while len(self._unrolling.inputs) <= self.depth:
                self._unrolling.open_frame()
                self._assume(self._lemmas, len(self._unrolling.inputs) - 1)
            bad = self._unrolling.violations[-1][self.goal]
            if bad != FALSE:
                if self._oracle.solve(bad, lambda: watch(progress)):
                    path = self._path()
                    self.found = Violated(self._engine, path, self._budget.seconds, self.depth)
                    return
                self._oracle.add([bad ^ 1])
            self.depth += 1
        finally:
            self.seconds += self._budget.seconds - begin

    def _assume(self, lemmas: Iterable["_Lemma"], step: int) -> None:
        """Hold lemmas in the state before a step, to which as many steps lead."""
        state = self._unrolling.states[step]
        for clause, steps in lemmas:
            literals = {state[latch] ^ sign for latch, sign in clause} - {FALSE}
            if step <= steps and TRUE not in literals:
                self._oracle.add(list(literals))

    def _path(self) -> Path:
        return Path(*self._unrolling.execution(self._circuit, self._oracle.value))


_Lemma = tuple[list[tuple[int, int]], int]
"""Literals of latches with their signs, and within how many steps one of them holds."""


def _lemmas_on(circuit: Circuit, lemmas: Iterable[Bounded]) -> list[_Lemma]:
    """Those of some lemmas that are about a circuit's latches alone."""
    literal = {latch.name: latch.literal for latch in circuit.latches}
    return [
        ([(literal[name], int(not value)) for name, value in clause], steps)
        for clause, steps in lemmas
        if all(name in literal for name, _ in clause)
    ]
