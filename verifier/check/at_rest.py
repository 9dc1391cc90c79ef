"""Violations that show once nothing happens and events are blank, after fewer steps."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from verifier.circuit.aig import FALSE, Graph
from verifier.circuit.circuit import Circuit, Input, Latch
from verifier.compiler.selector import is_step_input
from verifier.compiler.transition_system import TransitionSystem
from verifier.engines.bmc import Search
from verifier.engines.budget import Budget, Exhausted
from verifier.evidence.verdicts import Limits, Violated
from verifier.execution.conversions import execution_along


def least(compiled: TransitionSystem, goal: str, found: Violated, limits: Limits) -> Violated:
    """The violation with as few steps as its engine has shown to be the least.

    To an engine what is judged at rest after the last step is one more step, so that a path of the
    same length may stand for an execution with a step less. Where that cannot be decided within the
    limits, one step less is known to be good.
    """
    circuit = _at_rest(compiled.circuit, goal)
    if circuit.bad[goal] == FALSE:
        return found
    known = replace(found, good_steps=max(0, found.good_steps - 1))
    if not found.shortest:
        return known
    if len(execution_along(compiled, found.path).moves) < found.depth:
        return found
    search = Search(circuit, goal, Budget(limits))
    search.learn((), found.depth - 1)
    with suppress(Exhausted):
        search.deepen()
        return found if search.found is None else replace(found, path=search.found.path)
    return known


def _at_rest(circuit: Circuit, goal: str) -> Circuit:
    """The circuit in which a goal is judged only where no step is selected."""
    graph, part = Graph(), circuit.restricted([goal])
    image = {latch.literal: graph.variable() for latch in part.latches}
    image |= {bit.literal: graph.variable() for bit in part.inputs}
    still = image | {bit.literal: FALSE for bit in part.inputs if is_step_input(bit.name)}
    after = part.graph.copy_into(graph, [latch.next for latch in part.latches], image)
    [bad] = part.graph.copy_into(graph, [part.bad[goal]], still)
    return Circuit(
        graph,
        tuple(Input(bit.name, image[bit.literal]) for bit in part.inputs),
        tuple(
            Latch(latch.name, image[latch.literal], following, latch.reset)
            for latch, following in zip(part.latches, after, strict=True)
        ),
        {goal: bad},
    )
