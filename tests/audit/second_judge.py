"""A judge that shares neither code nor clauses with Z3, and invariants judged by themselves."""

from collections.abc import Sequence

from verifier.audit.proof_checking import Rejected, proof_holds
from verifier.audit.solvers import Judge, Model, z3_judge
from verifier.circuit.aig import Graph
from verifier.circuit.circuit import Circuit
from verifier.circuit.tseitin import Tseitin
from verifier.evidence.verdicts import Invariant, Proved


def cadical_judge(graph: Graph, conjunction: Sequence[int]) -> Model | None:
    """Ask CaDiCaL."""
    from pysat.solvers import Cadical195

    with Cadical195() as solver:
        clauses = Tseitin(graph, solver.add_clause)
        for literal in conjunction:
            solver.add_clause([clauses.literal(literal)])
        if not solver.solve():
            return None
        model = solver.get_model()
    true = {
        node for node, number in clauses.number.items() if model[number - 1 : number] == [number]
    }
    variables = {2 * node: 1 for node in true if not graph.is_gate(2 * node)}
    return lambda literal: graph.evaluate([literal], variables) == [1]


def invariant_holds(
    circuit: Circuit, goal: str, invariant: Invariant, judge: Judge = z3_judge
) -> Rejected | None:
    """Whether reset states satisfy the clauses, steps keep them, and they rule the goal's bad out.

    The first condition that fails is reported, with the clause and a counterexample to it.
    """
    return proof_holds(circuit, goal, Proved("", invariant, 0, 0.0), judge)
