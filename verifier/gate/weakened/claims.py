"""What the property functions say of every state of a system, reachable or not."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.circuit.aig import FALSE
from verifier.circuit.circuit import Circuit, Latch, tidied
from verifier.compiler.behaviour import Behaviour, variable_of
from verifier.compiler.step_exploration import Start
from verifier.compiler.translation import Steps
from verifier.gate.weakened.claim_names import claim_name
from verifier.language.functions import ModelFunction
from verifier.language.plain_values import shown
from verifier.language.system import System, bindings


def claims_of(system: System, properties: Iterable[ModelFunction]) -> Behaviour:
    """A behaviour without steps: all fields and events are free, and an output is a function.

    It says that the function is violated by some of its records, or that the case occurs. Events
    have their defaults. Raises the ModelError of a function that cannot be explored.
    """
    start = Start(system)
    for place, leaf in enumerate(start.leaves):
        if not leaf.constant and not start.varying[place]:
            start.vary(place)
    run, graph, steps = start.run, start.graph, Steps(start, [])
    run.forks, run.meetings, run.learned, run.combined = [], [], [], set()
    run.costs, run.ran = {}, set()
    outputs: dict[str, int] = {}
    for function in properties:
        name = claim_name(function)
        for binding in bindings(system, function):
            found = steps.violated(binding, start.current)
            outputs[name] = graph.either(outputs.get(name, FALSE), found)
    names = [name for each in start.latch_names for name in each]
    latches = tuple(
        Latch(name, bit, bit, None) for name, bit in zip(names, start.variables, strict=False)
    )
    circuit, _ = tidied(Circuit(graph, (), latches, outputs))
    fields = tuple(
        variable_of(leaf.path, leaf.type, bits, default, leaf.ghost)
        for leaf, bits in zip(start.leaves, start.latch_names, strict=True)
        for default in [shown(leaf.default) if leaf.event else None]
        if bits
    )
    return Behaviour(system.name, circuit, fields, (), ())
