"""Bounded model checking: the shortest ways to a violation.

Biere, Cimatti, Clarke, Zhu: Symbolic Model Checking without BDDs. TACAS 1999.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush

from verifier.circuit.circuit import Circuit
from verifier.circuit.graph import FALSE, TRUE
from verifier.circuit.tseitin import Tseitin
from verifier.circuit.unroll import Unrolling
from verifier.engines.glucose import Glucose
from verifier.engines.pdr.budget import Budget, Exhausted
from verifier.evidence.verdicts import (
    Clause,
    Limits,
    Path,
    Progress,
    Unknown,
    Violated,
    Watch,
    silent,
)


def bmc(
    circuit: Circuit, goals: Sequence[str], limits: Limits, watch: Watch = silent
) -> dict[str, Violated | Unknown]:
    """A shortest path to a violation of each goal, as far as the limits allow.

    Each goal has frames and a solver of its own, which is faster than sharing them; the goal that
    has had the least time goes on, so that a hard one does not keep the others waiting.
    """
    budget = Budget(limits)
    searches = [Search(circuit, goal, budget) for goal in dict.fromkeys(goals)]
    reason = None
    try:
        for _ in deepened(searches, limits.depth, watch):
            pass
    except Exhausted as limit:
        reason = str(limit)
    return {search.goal: search.verdict(reason) for search in searches}


def deepened(
    searches: Iterable["Search"],
    depth: int | None,
    watch: Watch,
    wanted: Callable[[str], bool] = lambda _: True,
) -> Iterator["Search"]:
    """The searches as they find their violation or reach the depth. Raises Exhausted."""
    waiting = list(searches)
    heapify(waiting)
    while waiting:
        search = heappop(waiting)
        if search.found is not None or search.depth == depth:
            yield search
        elif wanted(search.goal):
            watch(Progress("bmc", search.depth, search.goal))
            search.deepen()
            heappush(waiting, search)


class Search:
    """One goal, one more step at a time; after Exhausted or Paused it goes on where it was.

    Frames fold from the reset state on, so that the early ones are nearly empty. `lemmas` hold in
    every state that can be reached; each frame is told so, which makes deep ones several times as
    fast.
    """

    def __init__(
        self, circuit: Circuit, goal: str, budget: Budget, lemmas: Iterable[Clause] = ()
    ) -> None:
        self.goal = goal
        self.found: Violated | None = None
        self.depth = 0
        """Every path of so many steps is good."""
        self.seconds = 0.0
        self._circuit = circuit
        self._budget = budget
        self._unrolling = Unrolling(circuit.restricted([goal]))
        self._solver = Glucose(budget)
        self._clauses = Tseitin(self._unrolling.graph, self._solver.add)
        self._lemmas = _said_of(self._unrolling.circuit, lemmas)

    def __lt__(self, other: "Search") -> bool:
        return self.seconds < other.seconds

    def verdict(self, limit: str | None) -> Violated | Unknown:
        """The violation, or how deep there is none and the limit that ended the search."""
        reason = limit or f"every path of {self.depth} steps is good"
        return self.found or Unknown("bmc", reason, self.depth, self._budget.seconds)

    def deepen(self) -> None:
        """Decide the next depth. Raises Exhausted or Paused."""
        begin = self._budget.seconds
        try:
            self._budget.spend()
            self._budget.look_at_memory()
            if len(self._unrolling.inputs) == self.depth:
                self._open_frame()
            bad = self._unrolling.violations[-1][self.goal]
            if bad != FALSE:
                violation = self._clauses.literal(bad)
                if self._solver.solve(violation):
                    self.found = Violated("bmc", self._path(), self._budget.seconds)
                    return
                self._solver.add([-violation])
            self.depth += 1
        finally:
            self.seconds += self._budget.seconds - begin

    def _open_frame(self) -> None:
        self._unrolling.open_frame()
        state = self._unrolling.states[-1]
        for lemma in self._lemmas:
            literals = {state[latch] ^ sign for latch, sign in lemma} - {FALSE}
            if TRUE not in literals:
                self._solver.add([self._clauses.literal(literal) for literal in literals])

    def _path(self) -> Path:
        model = self._solver.model()

        def value(literal: int) -> bool:
            number = self._clauses.number.get(literal >> 1, 0)
            return 0 < number <= len(model) and model[number - 1] > 0

        return Path(*self._unrolling.execution(self._circuit, value))


def _said_of(circuit: Circuit, lemmas: Iterable[Clause]) -> list[list[tuple[int, int]]]:
    """The lemmas over a circuit's latches, as their literals with the signs."""
    literal = {latch.name: latch.literal for latch in circuit.latches}
    return [
        [(literal[name], int(not value)) for name, value in lemma]
        for lemma in lemmas
        if all(name in literal for name, _ in lemma)
    ]
