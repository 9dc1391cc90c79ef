"""Circuits in which some of a system's assertions count, by their texts, and others do not."""

from __future__ import annotations

from verifier.circuit.circuit import Circuit, tidied
from verifier.compiler.step_exploration import Start, explore_steps
from verifier.compiler.transition_system import ASSERTIONS
from verifier.compiler.translation import Steps
from verifier.language.system import System


def without_assertion(system: System, text: str) -> Circuit | None:
    """The circuit in which every assertion counts but those of a text; None if there is no other.

    A step that fails one of those still changes nothing.
    """
    start = Start(system)
    outcomes = [each.outcome for each in explore_steps(start)]
    steps = Steps(start, outcomes)
    others = [
        start.graph.both(selected, failed)
        for selected, outcome in zip(steps.selected, outcomes, strict=True)
        for claim, failed in outcome.failures.items()
        if claim != text
    ]
    if not others:
        return None
    bad = {ASSERTIONS: start.graph.any(others)}
    circuit, _ = tidied(Circuit(start.graph, steps.inputs(), steps.latches(), bad))
    return circuit
