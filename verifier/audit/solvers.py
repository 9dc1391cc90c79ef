"""Who decides whether evidence holds: Z3.

Why so: docs/decisions/0006-search-on-glucose-judge-on-z3.md
"""

from collections.abc import Callable, Iterable, Sequence

import z3

from verifier.circuit.aig import Graph
from verifier.circuit.z3_terms import Z3Terms, answer_of

Model = Callable[[int], bool]
"""The value of each literal of the graph in question."""

Judge = Callable[[Graph, Sequence[int]], Model | None]
"""A model of a conjunction of literals, or None because there is none."""


class Undecided(RuntimeError):
    """The judge gave up: a failure of the tool, not a verdict."""


def z3_judge(graph: Graph, conjunction: Sequence[int]) -> Model | None:
    """Ask Z3. Raises Undecided if it does not know."""
    terms = Z3Terms(graph)
    solver = z3.SolverFor("QF_FD")
    solver.add([terms.term(literal) for literal in conjunction])
    answer = answer_of(solver)
    if answer == z3.sat:
        model = solver.model()
        return lambda literal: terms.value(model, literal)
    if answer == z3.unsat:
        return None
    raise Undecided(f"Z3 answers unknown: {solver.reason_unknown()}")


class Given:
    """Clauses that are given over the literals of a graph, and what Z3 finds to contradict them."""

    def __init__(self, graph: Graph, clauses: Iterable[Sequence[int]]) -> None:
        self._graph = graph
        self._terms = Z3Terms(graph)
        self._solver = z3.SolverFor("QF_BV")
        self._solver.push()  # from here on it is the incremental SAT solver that is asked
        for clause in clauses:
            self._terms.assert_any(self._solver, clause)

    def refutes(self, claims: Iterable[Sequence[int]]) -> bool:
        """Whether of each claim some literal is false. Raises Undecided if Z3 does not know.

        They are asked for one after the other: all at once takes several times as long. Each is
        asked for by a variable of its own: Z3 translates an assumed term again every time.
        """
        questions = []
        for claim in claims:
            questions.append(question := self._graph.variable())
            for literal in claim:
                self._terms.assert_any(self._solver, (question ^ 1, literal))
        for question in questions:
            answer = answer_of(self._solver, self._terms.term(question))
            if answer == z3.sat:
                return False
            if answer != z3.unsat:
                raise Undecided(f"Z3 answers unknown: {self._solver.reason_unknown()}")
        return True
