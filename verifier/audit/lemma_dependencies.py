"""Which lemmas of a proof each step needs, so that all of them hold after it again."""

from __future__ import annotations

from collections.abc import Sequence

from pysat.solvers import Solver

from verifier.circuit.aig import Graph
from verifier.circuit.tseitin import Tseitin
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.certificates import Certificate, clauses_of
from verifier.evidence.verdicts import Clause
from verifier.language.errors import ModelError
from verifier.language.goals import step_goal

PROPERTY = "the property itself"
"""Stands among the steps for what the property needs to follow."""

MOST_LEMMAS = 3_000


def premises(compiled: TransitionSystem, certificate: Certificate) -> dict[str, tuple[int, ...]]:
    """For each step the numbers of the lemmas, from 1, that it needs: a set with nothing to spare.

    A step needs a lemma if without it some other lemma could fail after the step. Each lemma may
    be presupposed for itself, and other sets may do as well. Empty for proofs by induction over
    several steps, and where there are more lemmas than anybody reads.
    """
    if certificate.induction or certificate.property not in compiled.circuit.bad:
        return {}
    if len(certificate.lemmas) > MOST_LEMMAS:
        return {}
    clauses = []
    for lemma in certificate.lemmas:
        found = clauses_of(compiled, lemma)
        if isinstance(found, str):
            raise ModelError(found)
        clauses.append(found)
    graph = compiled.circuit.graph
    now = {latch.name: latch.literal for latch in compiled.circuit.latches}
    then = {latch.name: latch.next for latch in compiled.circuit.latches}
    with Solver(name="glucose4") as solver:
        query = _Query(solver, Tseitin(graph, solver.add_clause))
        before = [query.literal(_holds(graph, each, now)) for each in clauses]
        after = [query.literal(_holds(graph, each, then)) for each in clauses]
        needed = {}
        for step in compiled.system.actions:
            fires = query.literal(compiled.circuit.bad[step_goal(step.name)])
            used: set[int] = set()
            for place, conclusion in enumerate(after):
                used |= query.needed([fires, -conclusion], before, used, place) - {place}
            needed[step.name] = tuple(number + 1 for number in sorted(used))
        bad = query.literal(compiled.circuit.bad[certificate.property])
        needed[PROPERTY] = tuple(n + 1 for n in sorted(query.needed([bad], before, set(), -1)))
    return needed


def _holds(graph: Graph, clauses: Sequence[Clause], named: dict[str, int]) -> int:
    """The literal that says that all clauses hold."""
    return graph.all(
        graph.any(named[name] ^ (not value) for name, value in clause) for clause in clauses
    )


class _Query:
    """Questions to one solver: which premises refute something."""

    def __init__(self, solver: Solver, clauses: Tseitin) -> None:
        self.solver = solver
        self.clauses = clauses

    def literal(self, literal: int) -> int:
        return self.clauses.literal(literal)

    def needed(
        self, fixed: list[int], premises: Sequence[int], known: set[int], first: int
    ) -> set[int]:
        """A minimal set of premises that refutes `fixed`, from known ones where it can be."""
        order = sorted(range(len(premises)), key=lambda place: (place in known, place == first))
        core = self._core(fixed, [premises[place] for place in order])
        chosen = [place for place in order if premises[place] in core]
        for place in list(chosen):
            rest = [other for other in chosen if other != place]
            if not self.solver.solve(assumptions=[*fixed, *(premises[other] for other in rest)]):
                chosen = rest
        return set(chosen)

    def _core(self, fixed: list[int], premises: Sequence[int]) -> set[int]:
        if self.solver.solve(assumptions=[*fixed, *premises]):
            raise ModelError("not every step preserves the lemmas", help="`nestproof audit` it")
        return set(self.solver.get_core() or ())
