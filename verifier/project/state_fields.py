"""The fields of a system that change: what each can be, starts as, and which steps change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from verifier.circuit.aig import Graph
from verifier.compiler.selector import selecting
from verifier.compiler.transition_system import TransitionSystem
from verifier.language.plain_values import Value, shown
from verifier.language.system import type_name

StateKind = Literal["state", "ghost", "event"]
"""Of what the system has, of what only properties and observers read, or of one step."""


@dataclass(frozen=True)
class StateField:
    """One field, with the steps that may change it; an event's are not known.

    It starts as a value, or where that is None as anything.
    """

    path: str
    kind: StateKind
    type: str
    start: Value | None
    steps: tuple[str, ...]


def state_fields(compiled: TransitionSystem) -> Iterator[StateField]:
    """The fields that some step changes, and those of events, in the order of the records."""
    changing, system = writers(compiled), compiled.system
    for leaf, value in zip(compiled.leaves, system.initial_values, strict=True):
        if leaf.path in changing or (leaf.event and not leaf.constant):
            kind: StateKind = "event" if leaf.event else "ghost" if leaf.ghost else "state"
            start = None if system.is_arbitrary(leaf.path) else shown(value)
            steps = changing.get(leaf.path, ())
            yield StateField(leaf.path, kind, type_name(leaf.type), start, steps)


def writers(compiled: TransitionSystem) -> Mapping[str, tuple[str, ...]]:
    """For each field that has bits the steps that may change it, in the system's order."""
    latches = {latch.name: latch for latch in compiled.circuit.latches}
    written: dict[str, set[str]] = {}
    for code, step in enumerate(compiled.system.actions, 1):
        graph, image = _taken(compiled, code)
        after = compiled.circuit.graph.copy_into(graph, [x.next for x in latches.values()], image)
        for latch, literal in zip(latches.values(), after, strict=True):
            if literal != image[latch.literal]:
                written.setdefault(latch.name, set()).add(step.name)
    order = [step.name for step in compiled.system.actions]
    return {
        leaf.path: tuple(s for s in order if any(s in written.get(name, ()) for name in names))
        for leaf, names in zip(compiled.leaves, compiled.latch_names, strict=True)
        if names
    }


def _taken(compiled: TransitionSystem, code: int) -> tuple[Graph, dict[int, int]]:
    """A graph for what a step does, and the circuit's variables in it."""
    circuit, graph = compiled.circuit, Graph()
    selected = selecting(code, (bit.name for bit in circuit.inputs))
    image = {latch.literal: graph.variable() for latch in circuit.latches}
    for bit in circuit.inputs:
        chosen = selected.get(bit.name)
        image[bit.literal] = graph.variable() if chosen is None else int(chosen)
    return graph, image
