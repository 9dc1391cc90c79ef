"""Z3 within a budget, on the literals of a growing graph."""

from collections.abc import Callable, Sequence

import z3

from verifier.circuit.aig import Graph
from verifier.circuit.z3_terms import Z3Terms
from verifier.engines.budget import Budget, Exhausted

_SLICE = 1_000_000
"""Z3's units of work in the first slice of a query: some tenths of a second."""

_GROWTH = 16
"""Later slices grow, each by this part of the first: one must outlast its own preparation."""

_STOPPED = ("canceled", "sat.canceled", "timeout", "max. resource limit exceeded")
"""Reasons of Z3 for an unknown answer that say no more than that a slice was over."""


class Z3Oracle:
    """An incremental solver that lets go of the processor often enough for a limit or a signal.

    Slices end after an amount of work, not of time, and terms live in a context of their own, where
    nothing else numbers them: so equal questions have equal answers.
    Ctrl-C is left to Python: this solver of Z3 would take it for the end of a slice.
    """

    def __init__(self, graph: Graph, budget: Budget) -> None:
        self._graph = graph
        context = z3.Context()
        self._terms = Z3Terms(graph, context)
        self._solver = z3.SolverFor("QF_UF", context)
        self._solver.set("ctrl_c", False)
        self._budget = budget
        self._model: z3.ModelRef | None = None

    def add(self, clause: Sequence[int]) -> None:
        """From now on one of these literals holds."""
        self._terms.assert_any(self._solver, clause)

    def solve(self, literal: int, at_pause: Callable[[], object] = lambda: None) -> bool:
        """Whether the literal can hold; `at_pause` is called between slices. Raises Exhausted.

        It is assumed by a variable of its own: Z3 would translate an assumed term again each time,
        and before 5.3 refuses one.
        """
        assumption = self._graph.variable()
        self.add((assumption ^ 1, literal))
        term, work = self._terms.term(assumption), _SLICE
        while True:
            self._budget.spend()
            self._allow(work)
            answer = self._solver.check(term)
            if answer != z3.unknown:
                self._model = self._solver.model() if answer == z3.sat else None
                return bool(answer == z3.sat)
            self._explain(self._solver.reason_unknown())
            self._budget.look_at_memory()
            at_pause()
            work += _SLICE // _GROWTH

    def value(self, literal: int) -> bool:
        """What the model just found gives a literal; false where it leaves a variable open."""
        assert self._model is not None, "there is a model only after a positive answer"
        return self._terms.value(self._model, literal)

    def _allow(self, work: int) -> None:
        """Let the next question take so much work, and no more time than is left."""
        self._solver.set("rlimit", work)
        limit = self._budget.limits.seconds
        if limit is not None:
            left = max(0.0, limit - self._budget.seconds)
            self._solver.set("timeout", max(1, int(1000 * left)))

    def _explain(self, reason: str) -> None:
        """Raise Exhausted unless Z3 stopped where it was to stop."""
        self._budget.look_at_clock()
        if reason not in _STOPPED:
            raise Exhausted(f"Z3 gives up: {reason}")
