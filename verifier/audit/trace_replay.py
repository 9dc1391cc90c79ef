"""Saved executions against a system as it is now: its steps as moves, and what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.execution.conversions import chosen, moves_named
from verifier.execution.machine import Machine, Move, Stopped, violation
from verifier.language.functions import ModelFunction
from verifier.language.plain_values import shown
from verifier.language.system import Choice, System, bindings

Execution = Trace | SavedTrace


def moves_of(system: System, trace: Execution) -> list[Move] | Stopped:
    """A trace's steps as moves of the system as it is now."""
    return moves_named(system, ((each.step, each.choices) for each in trace.steps))


def start_of(system: System, trace: Execution) -> list[Any] | str:
    """The initial values a trace names, or what is wrong with them."""
    values = []
    unknown = set(trace.start)
    for leaf, initial in zip(system.layout.leaves, system.initial_values, strict=True):
        if leaf.constant or leaf.event:
            values.append(initial)
            continue
        unknown.discard(leaf.path)
        written = trace.start.get(leaf.path)
        value = chosen(Choice(leaf.path, leaf.type), written)
        if value is None:
            return f"the start has `{written}` for `{leaf.path}`"
        if value != initial and not system.is_arbitrary(leaf.path):
            return f"`{leaf.path}` starts as `{shown(initial)}`, not `{written}`"
        values.append(value)
    return f"`{system.name}` has no field `{min(unknown)}`" if unknown else values


def misfit(system: System, properties: Sequence[ModelFunction], trace: Execution) -> str | None:
    """Why a trace does not show of the system as it is now what it claims, and where; else None."""
    start = start_of(system, trace)
    if isinstance(start, str):
        return start
    moves = moves_of(system, trace)
    if isinstance(moves, Stopped):
        return f"step {moves.at}: {moves.reason}"
    if trace.case:
        found = occurs(system, properties, trace.case, start, moves)
        if isinstance(found, Stopped):
            return f"step {found.at}: {found.reason}"
        if (trace.property, trace.conjunct) != (found, ""):
            return f"step {len(moves)}: `{trace.case}` does not occur as a case of its property"
        return None
    if not trace.property:
        return _untaken(system, start, moves)
    return _holding(system, properties, trace, start, moves)


def _holding(
    system: System,
    properties: Sequence[ModelFunction],
    trace: Execution,
    start: Sequence[Any],
    moves: Sequence[Move],
) -> str | None:
    """Why the claim of a trace does not fail after these moves; None if it does."""
    found = violation(system, properties, trace.property, start, moves)
    if isinstance(found, Stopped):
        return f"step {found.at}: {found.reason}"
    return None if found == trace.conjunct else f"`{found}` is violated, not `{trace.conjunct}`"


def _untaken(system: System, start: Sequence[Any], moves: Sequence[Move]) -> str | None:
    """Why moves that are said to show nothing cannot be taken; None if they can."""
    stopped = taken_all(Machine(system, start), moves, to_the_end=False)
    return None if stopped is None else f"step {stopped.at}: {stopped.reason}"


def taken_all(machine: Machine, moves: Sequence[Move], to_the_end: bool) -> Stopped | None:
    """Take moves; where one is not enabled, or one fails its assertion and so stops the machine.

    Unless they lead `to_the_end`, the last one may fail its assertion.
    """
    for number, move in enumerate(moves, 1):
        taken = machine.move(move)
        if taken is None:
            return Stopped(number, f"`{move[0].name}` is not enabled")
        if taken.failed is not None and (to_the_end or number < len(moves)):
            return Stopped(number, f"the assertion `{taken.failed}` fails")
    return None


def occurs(
    system: System,
    properties: Sequence[ModelFunction],
    case: str,
    start: Sequence[Any],
    moves: Sequence[Move],
    fires: bool = False,
) -> str | Stopped:
    """The property of a case that occurs in the last of these moves; empty for a step that fires.

    A name is that of a case, or else, or where it is said that it `fires`, that of a step. A case
    whose step fails its assertion does not occur: the machine stops.
    """
    machine = Machine(system, start)
    stopped = taken_all(machine, moves, to_the_end=True)
    if stopped is not None:
        return stopped
    named = [
        function
        for function in properties
        if function.kind == "sometimes" and function.name == case and bindings(system, function)
    ]
    if named and not fires:
        if machine.failing(named):
            return named[0].group
    elif moves and moves[-1][0].name == case:
        return ""
    return Stopped(len(moves), f"`{case}` does not occur")
