"""Saved executions against a system as it is now: its steps as moves, and what does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from verifier.evidence.recording import logged
from verifier.evidence.replay import Machine, Move, Stopped, violation
from verifier.evidence.traces import Trace, Value, shown
from verifier.language.functions import ModelFunction
from verifier.language.system import Choice, System


def moves_of(system: System, trace: Trace) -> list[Move] | Stopped:
    """A trace's steps as moves of the system as it is now."""
    moves: list[Move] = []
    actions = {step.name: step for step in system.actions}
    for number, stride in enumerate(trace.steps, 1):
        step = actions.get(stride.step)
        if step is None:
            return Stopped(number, f"`{system.name}` has no step `{stride.step}`")
        choices: dict[str, Any] = {}
        for choice in step.choices:
            value = chosen(choice, stride.choices.get(choice.name))
            if value is None:
                return Stopped(
                    number,
                    f"`{step.name}` needs a `{choice.type.__name__}` for its choice "
                    f"`{choice.name}`, not `{stride.choices.get(choice.name)}`",
                )
            choices[choice.name] = value
        extra = sorted(set(stride.choices) - set(choices))
        if extra:
            return Stopped(number, f"`{step.name}` has no choice `{extra[0]}`")
        moves.append((step, choices))
    return moves


def chosen(choice: Choice, written: object) -> bool | Enum | None:
    """The value that a file's text means for a choice; None where it means none."""
    return next((value for value in choice.values if shown(value) == written), None)


def start_of(system: System, trace: Trace) -> list[Any] | str:
    """The initial values a trace names, or what is wrong with them."""
    values = []
    unknown = set(trace.start)
    for leaf, initial in zip(system.layout.leaves, system.initial_values, strict=True):
        unknown.discard(leaf.path)
        if leaf.constant or leaf.event:
            values.append(initial)
            continue
        written = trace.start.get(leaf.path)
        value = chosen(Choice(leaf.path, leaf.type), written)
        if value is None:
            return f"the start has `{written}` for `{leaf.path}`"
        if value != initial and not system.is_arbitrary(leaf.path):
            return f"`{leaf.path}` starts as `{shown(initial)}`, not `{written}`"
        values.append(value)
    return f"`{system.name}` has no field `{min(unknown)}`" if unknown else values


def misfit(system: System, properties: Sequence[ModelFunction], trace: Trace) -> str | None:
    """Why a trace does not show of the system as it is now what it claims, and where; else None."""
    start = start_of(system, trace)
    if isinstance(start, str):
        return start
    moves = moves_of(system, trace)
    if isinstance(moves, Stopped):
        return f"step {moves.at}: {moves.reason}"
    ends = _occurs if trace.case else _fails
    otherwise = ends(system, properties, trace, start, moves)
    if otherwise is not None:
        return otherwise
    matters, claim = [stride.matters for stride in trace.steps], trace.conjunct
    now = logged(system, properties, trace.property, claim, trace.engine, start, moves, matters)
    for number, (was, is_now) in enumerate(zip(trace.steps, now.steps, strict=True), 1):
        field = _first_difference(was.changes, is_now.changes)
        if field is not None:
            return (
                f"step {number}: `{field}` becomes {_becomes(is_now.changes, field)}, "
                f"not {_becomes(was.changes, field)}"
            )
    return None


def _fails(
    system: System,
    properties: Sequence[ModelFunction],
    trace: Trace,
    start: Sequence[Any],
    moves: Sequence[Move],
) -> str | None:
    """Why the claim of a trace does not fail after these moves; None if it does."""
    found = violation(system, properties, trace.property, start, moves)
    if isinstance(found, Stopped):
        return f"step {found.at}: {found.reason}"
    return None if found == trace.conjunct else f"`{found}` is violated, not `{trace.conjunct}`"


def _occurs(
    system: System,
    properties: Sequence[ModelFunction],
    trace: Trace,
    start: Sequence[Any],
    moves: Sequence[Move],
) -> str | None:
    """Why the case of a trace does not occur in the last of these moves; None if it does."""
    machine = Machine(system, start)
    for number, move in enumerate(moves, 1):
        if machine.move(move) is None:
            return f"step {number}: `{move[0].name}` is not enabled"
    named = [f for f in properties if f.kind == "sometimes" and f.name == trace.case]
    fires = bool(moves) and moves[-1][0].name == trace.case
    if trace.conjunct or not (fires or machine.failing(named)):
        return f"step {len(moves)}: `{trace.case}` does not occur"
    return None


def _first_difference(
    a: Mapping[str, tuple[Value, Value]], b: Mapping[str, tuple[Value, Value]]
) -> str | None:
    return next((field for field in sorted({*a, *b}) if a.get(field) != b.get(field)), None)


def _becomes(changes: Mapping[str, tuple[Value, Value]], field: str) -> str:
    return f"`{changes[field][1]}`" if field in changes else "no other value"
