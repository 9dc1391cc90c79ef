"""Bounded model checking: the shortest ways to a violation.

Biere, Cimatti, Clarke, Zhu: Symbolic Model Checking without BDDs. TACAS 1999.
"""

from collections.abc import Sequence

from verifier.circuit.circuit import Circuit
from verifier.circuit.graph import FALSE
from verifier.circuit.tseitin import Tseitin
from verifier.circuit.unroll import Unrolling
from verifier.engines.glucose import Glucose
from verifier.engines.pdr.budget import Budget, Exhausted
from verifier.evidence.verdicts import (
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

    Frames fold from the reset state on, so that the early ones are nearly empty. Each depth is
    one question about all goals that are still open; a model answers it for those it violates.
    """
    search = _Search(circuit, goals, limits)
    try:
        while search.open and (limits.depth is None or search.depth < limits.depth):
            watch(Progress("bmc", search.depth, facts={"goals": len(search.open)}))
            search.deepen()
        reason = f"every path of {search.depth} steps is good"
    except Exhausted as limit:
        reason = str(limit)
    return {
        goal: search.found.get(goal) or Unknown("bmc", reason, search.depth, search.budget.seconds)
        for goal in goals
    }


class _Search:
    """All goals at once, one more step at a time."""

    def __init__(self, circuit: Circuit, goals: Sequence[str], limits: Limits) -> None:
        self.circuit = circuit
        self.budget = Budget(limits)
        self.open = list(dict.fromkeys(goals))
        self.found: dict[str, Violated] = {}
        self.depth = 0
        self.unrolling = Unrolling(circuit.restricted(self.open))
        self.solver = Glucose(self.budget)
        self.clauses = Tseitin(self.unrolling.graph, self.solver.add)

    def deepen(self) -> None:
        """Decide the next depth for every open goal."""
        self.budget.look_at_memory()
        violations = self.unrolling.violations()
        possible = {goal: bad for goal, bad in violations.items() if bad != FALSE}
        for bad in possible.values():
            self.clauses.literal(bad)
        before = len(self.open)
        while possible:
            some = self.clauses.literal(self.unrolling.graph.any(possible.values()))
            if not self.solver.solve(some):
                self.solver.add([-some])
                break
            self._violated(possible)
        self.depth += 1
        if len(self.open) < before:
            self.unrolling.keep(self.open)

    def _violated(self, possible: dict[str, int]) -> None:
        """Settle the goals that the model violates."""
        model = self.solver.model()
        numbers = self.clauses.number

        def value(literal: int) -> bool:
            number = numbers.get(literal >> 1, 0)
            positive = 0 < number <= len(model) and model[number - 1] > 0
            return positive != bool(literal & 1)

        path = Path(*self.unrolling.execution(self.circuit, value))
        for goal in [goal for goal, bad in possible.items() if value(bad)]:
            self.found[goal] = Violated("bmc", path, self.budget.seconds)
            self.open.remove(goal)
            del possible[goal]
