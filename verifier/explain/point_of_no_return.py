"""What can still happen from a state of an execution: searched, not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

from verifier.circuit.circuit import Circuit, Latch
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.bundle import Run
from verifier.evidence.verdicts import Limits, Proved, Violated
from verifier.execution.conversions import run_of
from verifier.execution.execution import Execution
from verifier.language.encoding import encoding
from verifier.language.goals import step_goal
from verifier.language.plain_values import plural

OTHERWISE = "the step without the violation"
AHEAD = Limits(depth=60, seconds=20.0)
"""What a search from a state may take."""


def starting_at(compiled: TransitionSystem, values: Sequence[Any]) -> Circuit:
    """The system's circuit with a reachable state in the place of its initial states."""
    bits: dict[str, bool] = {}
    for names, value in zip(compiled.latch_names, values, strict=True):
        code = encoding(type(value)).constant(value) if isinstance(value, Enum) else (value,)
        bits |= {name: bool(bit) for name, bit in zip(names, code, strict=False)}
    latches = tuple(
        replace(latch, reset=bits.get(latch.name, latch.reset))
        for latch in compiled.circuit.latches
    )
    return replace(compiled.circuit, latches=latches)


def violation_ahead(
    compiled: TransitionSystem, values: Sequence[Any], group: str, limits: Limits = AHEAD
) -> tuple[Run | None, str]:
    """The shortest way from a state to a violation, by bounded model checking, and what to say."""
    from verifier.engines.bmc import bmc

    if group not in compiled.circuit.bad:
        return None, f"`{compiled.system.name}` has no property `{group}` to violate"
    verdict = bmc(starting_at(compiled, values), [group], limits)[group]
    if not isinstance(verdict, Violated):
        return None, f"no violation within {plural(verdict.depth, 'step')} from here"
    taken = (compiled.taken(inputs) for inputs in verdict.path.inputs)
    moves = tuple(move for move in taken if move is not None)
    run = run_of(Execution(compiled.system, (), values, moves))
    return run, f"{group} is violated after {plural(len(moves), 'more step')}"


def unavoidable_after(
    compiled: TransitionSystem, execution: Execution, group: str, limits: Limits
) -> int:
    """The first step after which the violating step cannot be taken without violating.

    After it every execution, whatever anybody chooses and however steps interleave, violates the
    property no later than when it next takes the step that violates it here. 0 where the limits
    do not allow to tell.
    """
    found = last = len(execution.moves)
    for number in range(last - 1, 0, -1):
        circuit = starting_at(compiled, execution.states[number])
        settled = _is_unavoidable(circuit, group, execution.moves[-1][0].name, limits)
        if settled is None:
            return 0 if number == last - 1 else found
        if not settled:
            return found
        found = number
    return found


def _is_unavoidable(circuit: Circuit, group: str, step: str, limits: Limits) -> bool | None:
    """Whether a step violates a property in every execution from the start of a circuit."""
    from verifier.engines.pdr import pdr

    graph, bad = circuit.graph, circuit.bad[group]
    fires = circuit.bad[step_goal(step)]
    violated_before = graph.variable()
    before = Latch("violated before", violated_before, graph.either(violated_before, bad), False)
    escape = graph.both(fires, graph.both(bad ^ 1, violated_before ^ 1))
    searched = Circuit(graph, circuit.inputs, (*circuit.latches, before), {OTHERWISE: escape})
    verdict = pdr(searched, [OTHERWISE], limits)[OTHERWISE]
    if isinstance(verdict, Violated):
        return False
    return True if isinstance(verdict, Proved) else None
