"""Counterexamples as files: what happened, step by step, readable without the models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Literal

import msgspec

from verifier.evidence.replay import Machine, Move, Stopped, violation
from verifier.evidence.verdicts import Path
from verifier.language.compiling import Compiled
from verifier.language.concrete import Assignment, Call
from verifier.language.functions import ModelFunction
from verifier.language.system import Choice, System

Value = bool | str
"""A bool, or an enum member's name."""


class Changed(msgspec.Struct, frozen=True, tag="set"):
    """An assignment: the field, its value before and after, and the line."""

    field: str
    old: Value
    new: Value
    line: int


class Entered(msgspec.Struct, frozen=True, tag="call"):
    """A model function that ran, with its source and what it did in order."""

    function: str
    source: str
    file: str
    line: int
    result: str
    entries: tuple[Entered | Changed, ...]


class Stride(msgspec.Struct, frozen=True):
    """One step: who ran, its choices, those that matter, what changed, and the calls."""

    step: str
    level: str
    choices: dict[str, Value]
    matters: tuple[str, ...]
    changes: dict[str, tuple[Value, Value]]
    call: Entered


class Trace(msgspec.Struct, frozen=True):
    """An execution from an initial state to a violation of a property, in its last step.

    `seen` is what the failing conjunct looks at, in the order in which it does.
    """

    schema: Literal[1]
    kind: Literal["trace"]
    system: str
    property: str
    conjunct: str
    seen: dict[str, Value]
    engine: str
    start: dict[str, Value]
    steps: tuple[Stride, ...]


def shown(value: Any) -> Value:
    """A plain value as a file holds it."""
    return value.name if isinstance(value, Enum) else bool(value)


def trace_of(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    group: str,
    path: Path,
    engine: str,
) -> Trace | Stopped:
    """Replay a circuit's path on plain values, make it say no more than it must, and log it."""
    system = compiled.system
    start = compiled.start(path.start)
    moves: list[Move] = [
        move for inputs in path.inputs if (move := compiled.taken(inputs)) is not None
    ]
    found = violation(system, properties, group, start, moves)
    if isinstance(found, Stopped):
        return found
    moves = minimised(system, properties, group, start, moves)
    matters = [
        _that_matter(system, properties, group, start, moves, number)
        for number in range(len(moves))
    ]
    conjunct = violation(system, properties, group, start, moves)
    assert isinstance(conjunct, str), "minimising keeps the violation"
    return logged(system, properties, group, conjunct, engine, start, moves, matters)


def minimised(
    system: System,
    properties: Sequence[ModelFunction],
    group: str,
    start: Sequence[Any],
    moves: Sequence[Move],
) -> list[Move]:
    """The same steps with every choice at its default where the violation stays."""
    kept = list(moves)
    for number, (step, _) in enumerate(moves):
        for choice in step.choices:
            trial = _with(kept, number, choice, choice.default)
            if isinstance(violation(system, properties, group, start, trial), str):
                kept = trial
    return kept


def _with(moves: Sequence[Move], number: int, choice: Choice, value: Any) -> list[Move]:
    step, choices = moves[number]
    return [*moves[:number], (step, {**choices, choice.name: value}), *moves[number + 1 :]]


def _that_matter(
    system: System,
    properties: Sequence[ModelFunction],
    group: str,
    start: Sequence[Any],
    moves: Sequence[Move],
    number: int,
) -> tuple[str, ...]:
    """The choices of a move for which some other value loses the violation."""
    step, choices = moves[number]
    return tuple(
        choice.name
        for choice in step.choices
        if any(
            isinstance(
                violation(system, properties, group, start, _with(moves, number, choice, value)),
                Stopped,
            )
            for value in choice.values
            if value != choices[choice.name]
        )
    )


def logged(
    system: System,
    properties: Sequence[ModelFunction],
    group: str,
    conjunct: str,
    engine: str,
    start: Sequence[Any],
    moves: Sequence[Move],
    matters: Sequence[tuple[str, ...]],
) -> Trace:
    """The trace of moves that are all enabled."""
    machine = Machine(system, start)
    strides = []
    for (step, choices), important in zip(moves, matters, strict=True):
        before, level = machine.values, machine.level()
        taken = machine.move((step, choices))
        assert taken is not None, "the moves were followed before"
        strides.append(
            Stride(
                step.name,
                level,
                {name: shown(value) for name, value in choices.items()},
                important,
                _changes(system, before, taken.values),
                _entered(taken.call),
            )
        )
    failing = next((function for function in properties if function.name == conjunct), None)
    seen = {} if failing is None else machine.read_by(failing)
    return Trace(
        schema=1,
        kind="trace",
        system=system.name,
        property=group,
        conjunct=conjunct,
        seen={field: shown(value) for field, value in seen.items()},
        engine=engine,
        start=_fields(system, start),
        steps=tuple(strides),
    )


def _fields(system: System, values: Sequence[Any]) -> dict[str, Value]:
    return {
        leaf.path: shown(value)
        for leaf, value in zip(system.layout.leaves, values, strict=True)
        if not leaf.constant and not leaf.event
    }


def _changes(
    system: System, before: Sequence[Any], after: Sequence[Any]
) -> dict[str, tuple[Value, Value]]:
    """Fields that differ; an event's fields start each step blank."""
    changes = {}
    for leaf, old, new in zip(system.layout.leaves, before, after, strict=True):
        if leaf.event:
            old = leaf.default
        if not leaf.constant and old != new:
            changes[leaf.path] = (shown(old), shown(new))
    return changes


def _entered(call: Call) -> Entered:
    code = call.function.body.__code__
    return Entered(
        function=call.function.name,
        source=str(call.function.citation or ""),
        file=_within_project(code.co_filename),
        line=call.line,
        result=_result(call.result),
        entries=tuple(
            _entered(entry) if isinstance(entry, Call) else _changed(entry)
            for entry in call.entries
        ),
    )


def _changed(entry: Assignment) -> Changed:
    return Changed(entry.path, shown(entry.old), shown(entry.new), entry.line)


def _result(value: Any) -> str:
    """A bool or an enum; records are seen by what is done to them."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.name if isinstance(value, Enum) else ""


def _within_project(file: str) -> str:
    """A path from `models/` or `properties/` on, so that files do not name a machine."""
    for folder in ("/models/", "/properties/"):
        if folder in file:
            return folder[1:] + file.rsplit(folder, 1)[1]
    return file.rsplit("/", 1)[-1]


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
    """Why a trace is no counterexample of the system as it is now, and where; None if it is."""
    start = start_of(system, trace)
    if isinstance(start, str):
        return start
    moves = moves_of(system, trace)
    if isinstance(moves, Stopped):
        return f"step {moves.at}: {moves.reason}"
    found = violation(system, properties, trace.property, start, moves)
    if isinstance(found, Stopped):
        return f"step {found.at}: {found.reason}"
    if found != trace.conjunct:
        return f"`{found}` is violated, not `{trace.conjunct}`"
    matters = [stride.matters for stride in trace.steps]
    now = logged(system, properties, trace.property, found, trace.engine, start, moves, matters)
    for number, (was, is_now) in enumerate(zip(trace.steps, now.steps, strict=True), 1):
        field = _first_difference(was.changes, is_now.changes)
        if field is not None:
            return (
                f"step {number}: `{field}` becomes {_becomes(is_now.changes, field)}, "
                f"not {_becomes(was.changes, field)}"
            )
    return None


def _first_difference(
    a: Mapping[str, tuple[Value, Value]], b: Mapping[str, tuple[Value, Value]]
) -> str | None:
    return next((field for field in sorted({*a, *b}) if a.get(field) != b.get(field)), None)


def _becomes(changes: Mapping[str, tuple[Value, Value]], field: str) -> str:
    return f"`{changes[field][1]}`" if field in changes else "no other value"
