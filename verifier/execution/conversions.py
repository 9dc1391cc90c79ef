"""Kept executions in a system's words: from a circuit's path, to one, and to moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from verifier.audit.trace_replay import chosen, moves_along, moves_named
from verifier.compiler.translation import Compiled
from verifier.evidence.bundle import Run
from verifier.evidence.traces import Trace, Value, shown
from verifier.evidence.verdicts import Path
from verifier.execution.machine import Move, Stopped, violation
from verifier.execution.recorder import logged
from verifier.language.encoding import encoding
from verifier.language.functions import ModelFunction
from verifier.language.system import Choice, System


def run_of(compiled: Compiled, path: Path) -> Run:
    """A circuit's path in the system's words."""
    start, moves = moves_along(compiled, path)
    fields = {
        leaf.path: shown(value)
        for leaf, value in zip(compiled.leaves, start, strict=True)
        if not leaf.constant and not leaf.event and compiled.system.is_arbitrary(leaf.path)
    }
    return run_of_moves(moves, fields)


def run_of_moves(moves: Sequence[Move], start: Mapping[str, Value] | None = None) -> Run:
    """Moves in the system's words, from a start that differs in these fields."""
    words = ((step.name, {n: shown(v) for n, v in choices.items()}) for step, choices in moves)
    return Run(dict(start or {}), tuple(words))


def start_of_run(system: System, run: Run) -> list[Any] | str:
    """The initial values that a run means, or what is wrong with them.

    A field that it does not name starts as the system says.
    """
    values = list(system.initial_values)
    places = {leaf.path: place for place, leaf in enumerate(system.layout.leaves)}
    for field, written in run.start.items():
        leaf = system.layout.leaves[places[field]] if field in places else None
        if leaf is None or leaf.constant or leaf.event:
            return f"`{system.name}` has no field `{field}`"
        value = chosen(Choice(field, leaf.type), written)
        if value is None:
            return f"the start has `{written}` for `{field}`"
        initial = values[places[field]]
        if value != initial and not system.is_arbitrary(field):
            return f"`{field}` starts as `{shown(initial)}`, not `{written}`"
        values[places[field]] = value
    return values


def moves_of_run(system: System, run: Run) -> tuple[list[Any], list[Move] | Stopped]:
    """A run as a start and moves of the system as it is now."""
    start = start_of_run(system, run)
    if isinstance(start, str):
        return [], Stopped(0, start)
    return start, moves_named(system, run.moves)


def fails_alike(system: System, properties: Sequence[ModelFunction], trace: Trace) -> bool:
    """Whether a trace's steps violate the same claim of a system that takes them from its start."""
    start, moves = _as_of(system, trace)
    if isinstance(moves, Stopped):
        return False
    return violation(system, properties, trace.property, start, moves) == trace.conjunct


def taken_by(system: System, properties: Sequence[ModelFunction], trace: Trace) -> Trace:
    """A system's own execution by the steps of a trace that it fails alike."""
    start, moves = _as_of(system, trace)
    assert not isinstance(moves, Stopped), "the steps have been taken before"
    matters = [stride.matters for stride in trace.steps]
    group, claim = trace.property, trace.conjunct
    return logged(system, properties, group, claim, trace.engine, start, moves, matters)


def _as_of(system: System, trace: Trace) -> tuple[list[Any], list[Move] | Stopped]:
    """A trace of another system with the fields that start freely and the choices of this one."""
    free = {leaf.path for leaf in system.layout.leaves if not leaf.constant and not leaf.event}
    start = {f: v for f, v in trace.start.items() if f in free and system.is_arbitrary(f)}
    known = {step.name: {c.name for c in step.choices} for step in system.actions}
    moves = tuple(
        (each.step, {n: v for n, v in each.choices.items() if n in known.get(each.step, ())})
        for each in trace.steps
    )
    return moves_of_run(system, Run(start, moves))


def path_of(compiled: Compiled, run: Run) -> Path | None:
    """A run as a path of the system as it is now; None where it does not fit.

    What is so without any step is so after one that changes nothing.
    """
    values, moves = moves_of_run(compiled.system, run)
    if isinstance(moves, Stopped):
        return None
    start = {latch.name: bool(latch.reset) for latch in compiled.circuit.latches}
    for leaf, names, value in zip(compiled.leaves, compiled.latch_names, values, strict=True):
        if names and not leaf.event:
            start |= zip(names, _bits(value), strict=True)
    blank = {bit.name: False for bit in compiled.circuit.inputs}
    inputs = [blank | compiled.inputs_of(step, choices) for step, choices in moves]
    return Path(start, tuple(inputs or [blank]))


def _bits(value: bool | Enum) -> Sequence[bool]:
    if isinstance(value, bool):
        return [value]
    return [bool(bit) for bit in encoding(type(value)).constant(value)]
