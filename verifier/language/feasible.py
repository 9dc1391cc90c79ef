"""Whether some state and choices take a path: facts look only a few gates deep, a solver at all."""

from __future__ import annotations

from verifier.circuit.aig import Graph
from verifier.circuit.tseitin import Tseitin
from verifier.language.forks import Way

CONFLICTS = 20_000
"""After so many of them in the solver a path counts as one that can be taken."""


def is_feasible(graph: Graph, way: Way) -> bool:
    """Whether the decisions and assumptions of a path can hold together."""
    from pysat.solvers import Minisat22

    with Minisat22() as solver:
        clauses = Tseitin(graph, solver.add_clause)
        while way is not None:
            way, literal = way
            solver.add_clause([clauses.literal(literal)])
        solver.conf_budget(CONFLICTS)
        return solver.solve_limited() is not False
