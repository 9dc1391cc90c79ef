"""Kept executions in a system's words: from a circuit's path, to one, and to moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from verifier.evidence.following import chosen
from verifier.evidence.kept import Run
from verifier.evidence.recording import logged
from verifier.evidence.replay import Move, Stopped, violation
from verifier.evidence.traces import Trace, Value, shown
from verifier.evidence.verdicts import Path
from verifier.language.compiling import Compiled
from verifier.language.encoding import encoding
from verifier.language.functions import ModelFunction
from verifier.language.system import Choice, System


def run_of(compiled: Compiled, path: Path) -> Run:
    """A circuit's path in the system's words."""
    start = {
        leaf.path: shown(value)
        for leaf, value in zip(compiled.leaves, compiled.start(path.start), strict=True)
        if not leaf.constant and not leaf.event and compiled.system.is_arbitrary(leaf.path)
    }
    taken = [move for inputs in path.inputs if (move := compiled.taken(inputs)) is not None]
    return run_of_moves(taken, start)


def run_of_moves(moves: Sequence[Move], start: Mapping[str, Value] | None = None) -> Run:
    """Moves in the system's words, from a start that differs in these fields."""
    words = ((step.name, {n: shown(v) for n, v in choices.items()}) for step, choices in moves)
    return Run(dict(start or {}), tuple(words))


def moves_of_run(system: System, run: Run) -> tuple[list[Any], list[Move] | Stopped]:
    """A run as a start and moves of the system as it is now."""
    start = [
        initial
        if leaf.constant or leaf.path not in run.start or not system.is_arbitrary(leaf.path)
        else chosen(Choice(leaf.path, leaf.type), run.start[leaf.path])
        for leaf, initial in zip(system.layout.leaves, system.initial_values, strict=True)
    ]
    moves: list[Move] = []
    actions = {step.name: step for step in system.actions}
    for number, (name, choices) in enumerate(run.moves, 1):
        if name not in actions:
            return start, Stopped(number, f"`{system.name}` has no step `{name}`")
        values = {c.name: chosen(c, choices.get(c.name)) for c in actions[name].choices}
        if None in values.values() or None in start:
            return start, Stopped(number, f"the choices do not fit `{name}`")
        moves.append((actions[name], values))
    return start, moves


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
    moves = tuple((each.step, dict(each.choices)) for each in trace.steps)
    return moves_of_run(system, Run(dict(trace.start), moves))


def path_of(compiled: Compiled, run: Run) -> Path | None:
    """A run as a path of the system as it is now; None where it does not fit."""
    start = {latch.name: bool(latch.reset) for latch in compiled.circuit.latches}
    for leaf, names in zip(compiled.leaves, compiled.latch_names, strict=True):
        if names and leaf.path in run.start and compiled.system.is_arbitrary(leaf.path):
            value = chosen(Choice(leaf.path, leaf.type), run.start[leaf.path])
            if value is None:
                return None
            start |= zip(names, _bits(value), strict=True)
    _, moves = moves_of_run(compiled.system, run)
    if isinstance(moves, Stopped) or not moves:
        return None
    blank = {bit.name: False for bit in compiled.circuit.inputs}
    inputs = [blank | compiled.inputs_of(step, choices) for step, choices in moves]
    return Path(start, tuple(inputs))


def _bits(value: bool | Enum) -> Sequence[bool]:
    if isinstance(value, bool):
        return [value]
    return [bool(bit) for bit in encoding(type(value)).constant(value)]
