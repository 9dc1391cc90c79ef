"""The reachable states of a system projected on a few of its fields, with the steps between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import Any

from verifier.circuit.aig import TRUE, Graph
from verifier.circuit.circuit import Circuit
from verifier.circuit.tseitin import Tseitin
from verifier.compiler.transition_system import TransitionSystem
from verifier.engines.budget import Budget, Exhausted
from verifier.engines.sat import Glucose
from verifier.evidence.projection import Node, Projection
from verifier.evidence.verdicts import Answer, Limits, Proved, Violated, Watch, silent
from verifier.execution.presenter import Presenter
from verifier.language.advice import did_you_mean
from verifier.language.encoding import encoding
from verifier.language.errors import ModelError
from verifier.language.goals import step_goal
from verifier.language.layout import Leaf
from verifier.language.plain_values import shown
from verifier.language.system import Choice

COMBINATIONS = 256
"""Combinations of values beyond which nothing can be drawn that people can read."""
SIMULATIONS, SIMULATED_STEPS = 6, 120
STATES = 24
"""Reachable combinations beyond which the picture is refused."""


def projection(
    compiled: TransitionSystem, fields: Sequence[str], limits: Limits, watch: Watch = silent
) -> Projection:
    """Decide which combinations are reachable and which steps change one into another.

    Each is a question to the engines: found by simulation or bounded search, refuted by proof.
    A ModelError where there is too much to draw, or no such field.
    """
    leaves = [_leaf(compiled, field) for field in fields]
    space = _Space(compiled, leaves)
    starts = space.starts()
    reached, unknown = _decided(
        compiled, {f"at {node}": space.after(node) for node in space.nodes}, limits, watch
    )
    nodes = tuple(n for n in space.nodes if n in starts or f"at {n}" in reached)
    if len(nodes) > STATES:
        what = f"{len(nodes)} combinations of {', '.join(fields)} are reachable"
        raise ModelError(what, help="leave a field out, or choose fields with fewer values")
    circuit = compiled.circuit
    moves = {
        (a, b, step.name): circuit.graph.both(circuit.bad[step_goal(step.name)], space.move(a, b))
        for a in nodes
        for b in nodes
        if a != b
        for step in compiled.system.actions
    }
    names = {str(move): literal for move, literal in moves.items()}
    moving, unknown_moves = _decided(compiled, names, limits, watch)
    edges: dict[tuple[Node, Node], tuple[str, ...]] = {}
    for a, b, step in moves:
        if str((a, b, step)) in moving:
            edges[a, b] = (*edges.get((a, b), ()), step)
    undecided = len(unknown) + len(unknown_moves)
    picture = Presenter(compiled.system).picture()
    drawn = tuple(fields), nodes, starts, edges, undecided
    return Projection(compiled.system.name, *drawn, picture.handed, picture.hands)


def _leaf(compiled: TransitionSystem, field: str) -> Leaf:
    leaves = {leaf.path: leaf for leaf in compiled.leaves if not (leaf.constant or leaf.event)}
    if field not in leaves:
        some = ", ".join(f"`{path}`" for path in [*leaves][:5]) + ", ..." * (len(leaves) > 5)
        what = f"`{compiled.system.name}` has no field `{field}` to draw"
        raise ModelError(what, help=did_you_mean(field, leaves, f"fields are {some}", 0.4))
    return leaves[field]


class _Space:
    """The combinations of the fields' values, as literals of the circuit."""

    def __init__(self, compiled: TransitionSystem, leaves: Sequence[Leaf]) -> None:
        self.compiled = compiled
        self.leaves = leaves
        self.graph: Graph = compiled.circuit.graph
        self.latches = {latch.name: latch for latch in compiled.circuit.latches}
        paths = [leaf.path for leaf in compiled.leaves]
        self.names = dict(zip(paths, compiled.latch_names, strict=True))
        self.initial = dict(zip(paths, compiled.system.initial_values, strict=True))
        options = [self._values(leaf) for leaf in leaves]
        size = prod(map(len, options))
        if size > COMBINATIONS:
            most = max(zip(leaves, options, strict=True), key=lambda pair: len(pair[1]))
            raise ModelError(
                f"{size} combinations are too many to draw",
                help=f"`{most[0].path}` alone has {len(most[1])} values; choose fewer fields",
            )
        self.members = {tuple(map(shown, values)): values for values in product(*options)}
        self.nodes = tuple(self.members)

    def _values(self, leaf: Leaf) -> Sequence[Any]:
        if not self.names[leaf.path]:
            return (self.initial[leaf.path],)
        return Choice(leaf.path, leaf.type).values

    def _literal(self, node: Node, after: bool) -> int:
        """That the fields have these values, before or after a step."""
        parts = [TRUE]
        for leaf, value in zip(self.leaves, self.members[node], strict=True):
            names = self.names[leaf.path]
            pattern = (value,) if isinstance(value, bool) else encoding(leaf.type).pattern(value)
            for name, bit in zip(names, pattern, strict=False):
                latch = self.latches[name]
                if bit is not None:
                    parts.append((latch.next if after else latch.literal) ^ (not bit))
        return self.graph.all(parts)

    def after(self, node: Node) -> int:
        return self._literal(node, True)

    def move(self, before: Node, after: Node) -> int:
        return self.graph.both(self._literal(before, False), self._literal(after, True))

    def starts(self) -> tuple[Node, ...]:
        """The combinations that initial states have."""
        free = self.compiled.system.is_arbitrary
        return tuple(
            node
            for node, values in self.members.items()
            if all(
                free(leaf.path) or value == self.initial[leaf.path]
                for leaf, value in zip(self.leaves, values, strict=True)
            )
        )


def _decided(
    compiled: TransitionSystem, goals: Mapping[str, int], limits: Limits, watch: Watch
) -> tuple[set[str], set[str]]:
    """The goals that can be reached, and those of which it is not known."""
    from verifier.engines.pdr import pdr
    from verifier.engines.random_simulation import simulation

    circuit = replace(compiled.circuit, bad=dict(goals))
    wanted = _satisfiable(circuit, limits)
    found: dict[str, Answer] = {}
    for seed in range(SIMULATIONS):
        rest = [goal for goal in wanted if goal not in found]
        if rest:
            found |= simulation(circuit, rest, SIMULATED_STEPS, seed)
    rest = [goal for goal in wanted if goal not in found]
    verdicts = found | (dict(pdr(circuit, rest, limits, watch)) if rest else {})
    reached = {goal for goal, verdict in verdicts.items() if isinstance(verdict, Violated)}
    unknown = {
        goal for goal, verdict in verdicts.items() if not isinstance(verdict, Violated | Proved)
    }
    return reached, unknown


def _satisfiable(circuit: Circuit, limits: Limits) -> list[str]:
    """The goals that some state and choices meet, reachable or not; one query refutes the others.

    Most steps leave most fields alone, so most moves fall here.
    """
    budget = Budget(limits)
    solver = Glucose(budget)
    clauses = Tseitin(circuit.graph, solver.add)
    try:
        return [
            goal for goal, literal in circuit.bad.items() if solver.solve(clauses.literal(literal))
        ]
    except Exhausted:
        return list(circuit.bad)
