"""Executions in a system's words: from a path of its circuit, to one, and to moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.bundle import Run
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Path
from verifier.execution.machine import Machine, Move, Stopped, violation
from verifier.language.encoding import encoding
from verifier.language.functions import ModelFunction
from verifier.language.plain_values import Value, shown
from verifier.language.system import Choice, System


def moves_named(
    system: System, steps: Iterable[tuple[str, Mapping[str, Value]]]
) -> list[Move] | Stopped:
    """Steps by their names, with their choices, as moves of the system as it is now."""
    moves: list[Move] = []
    actions = {step.name: step for step in system.actions}
    for number, (name, given) in enumerate(steps, 1):
        step = actions.get(name)
        if step is None:
            return Stopped(number, f"`{system.name}` has no step `{name}`")
        choices: dict[str, Any] = {}
        for choice in step.choices:
            value = chosen(choice, given.get(choice.name))
            if value is None:
                return Stopped(
                    number,
                    f"`{step.name}` needs a `{choice.type.__name__}` for its choice "
                    f"`{choice.name}`, not `{given.get(choice.name)}`",
                )
            choices[choice.name] = value
        extra = sorted(set(given) - set(choices))
        if extra:
            return Stopped(number, f"`{step.name}` has no choice `{extra[0]}`")
        moves.append((step, choices))
    return moves


def chosen(choice: Choice, written: object) -> bool | Enum | None:
    """The value that a file's text means for a choice; None where it means none."""
    return next((value for value in choice.values if shown(value) == written), None)


def moves_along(compiled: TransitionSystem, path: Path) -> tuple[list[Any], list[Move]]:
    """A circuit's path as a start and moves that a machine can take.

    In a circuit a step that is not enabled changes nothing, and so does one that fails its
    assertion. The first kind is left out, and so is the second, but as the last step.
    """
    start = compiled.start(path.start)
    machine, moves = Machine(compiled.system, start), list[Move]()
    for number, inputs in enumerate(path.inputs, 1):
        move = compiled.taken(inputs)
        taken = None if move is None else machine.move(move)
        if move is not None and taken is not None:
            if taken.failed is None or number == len(path.inputs):
                moves.append(move)
    return start, moves


def run_of(compiled: TransitionSystem, path: Path) -> Run:
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
    start, moves = moves_as_of(system, trace)
    if isinstance(moves, Stopped):
        return False
    return violation(system, properties, trace.property, start, moves) == trace.conjunct


def moves_as_of(system: System, trace: Trace) -> tuple[list[Any], list[Move] | Stopped]:
    """A trace of another system with the fields that start freely and the choices of this one."""
    free = {leaf.path for leaf in system.layout.leaves if not leaf.constant and not leaf.event}
    start = {f: v for f, v in trace.start.items() if f in free and system.is_arbitrary(f)}
    known = {step.name: {c.name for c in step.choices} for step in system.actions}
    moves = tuple(
        (each.step, {n: v for n, v in each.choices.items() if n in known.get(each.step, ())})
        for each in trace.steps
    )
    return moves_of_run(system, Run(start, moves))


def path_of(compiled: TransitionSystem, run: Run) -> Path | None:
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
