"""Executions in other forms: a circuit's path, a file's steps, those of another system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.bundle import Run
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Path
from verifier.execution.execution import Execution, Stopped
from verifier.execution.machine import Machine, Move
from verifier.language.encoding import bits_of
from verifier.language.functions import ModelFunction
from verifier.language.plain_values import Value, shown
from verifier.language.system import Choice, System

Steps = Iterable[tuple[str, Mapping[str, Value]]]
"""Steps by their names, with their choices."""


def execution_along(compiled: TransitionSystem, path: Path) -> Execution:
    """The execution that a circuit's path stands for.

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
    return Execution(compiled.system, compiled.properties, start, moves)


def execution_of_run(
    system: System, properties: Sequence[ModelFunction], run: Run
) -> Execution | Stopped:
    """Stored moves of the system as it is now; a field without a start has the system's own."""
    return _execution(system, properties, run.start, run.moves, whole=False)


def execution_of_trace(
    system: System, properties: Sequence[ModelFunction], trace: Trace | SavedTrace
) -> Execution | Stopped:
    """A trace's steps as moves of the system as it is now; its start names every field."""
    return _execution(system, properties, trace.start, _steps(trace), whole=True)


def same_steps(
    system: System, properties: Sequence[ModelFunction], trace: Trace | SavedTrace
) -> Execution | Stopped:
    """The steps of another system's trace, with the free fields and the choices of this one."""
    free = _free(system)
    start = {f: v for f, v in trace.start.items() if f in free and system.is_arbitrary(f)}
    known = {step.name: {c.name for c in step.choices} for step in system.actions}
    steps = [
        (step, {name: value for name, value in choices.items() if name in known.get(step, ())})
        for step, choices in _steps(trace)
    ]
    return _execution(system, properties, start, steps, whole=False)


def _execution(
    system: System,
    properties: Sequence[ModelFunction],
    start: Mapping[str, Value],
    steps: Steps,
    whole: bool,
) -> Execution | Stopped:
    values = _start(system, start, whole)
    if isinstance(values, Stopped):
        return values
    moves = _moves(system, steps)
    if isinstance(moves, Stopped):
        return moves
    return Execution(system, properties, values, moves)


def _steps(trace: Trace | SavedTrace) -> Steps:
    return ((each.step, each.choices) for each in trace.steps)


def _free(system: System) -> set[str]:
    """The fields that an execution's start may name."""
    return {leaf.path for leaf in system.layout.leaves if not leaf.constant and not leaf.event}


def _start(system: System, given: Mapping[str, Value], whole: bool) -> list[Any] | Stopped:
    """The initial values that fields of a start mean; with `whole` it has to name all of them."""
    free, values = _free(system), list[Any]()
    unknown = sorted(given.keys() - free)
    if unknown:
        return Stopped(0, f"`{system.name}` has no field `{unknown[0]}`")
    for leaf, initial in zip(system.layout.leaves, system.initial_values, strict=True):
        if leaf.path not in free or not (whole or leaf.path in given):
            values.append(initial)
            continue
        written = given.get(leaf.path)
        value = chosen(Choice(leaf.path, leaf.type), written)
        if value is None:
            return Stopped(0, f"the start has `{written}` for `{leaf.path}`")
        if value != initial and not system.is_arbitrary(leaf.path):
            return Stopped(0, f"`{leaf.path}` starts as `{shown(initial)}`, not `{written}`")
        values.append(value)
    return values


def _moves(system: System, steps: Steps) -> list[Move] | Stopped:
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


def run_of(execution: Execution) -> Run:
    """What is stored of an execution: the free fields' start, and the steps with their choices."""
    system = execution.system
    start = {
        leaf.path: shown(value)
        for leaf, value in zip(system.layout.leaves, execution.start, strict=True)
        if not leaf.constant and not leaf.event and system.is_arbitrary(leaf.path)
    }
    steps = ((s.name, {n: shown(v) for n, v in given.items()}) for s, given in execution.moves)
    return Run(start, tuple(steps))


def run_of_trace(system: System, trace: Trace) -> Run:
    """What is stored of a trace of this system."""
    start = {field: value for field, value in trace.start.items() if system.is_arbitrary(field)}
    return Run(start, tuple((step, dict(choices)) for step, choices in _steps(trace)))


def path_of(compiled: TransitionSystem, run: Run) -> Path | None:
    """A run as a path of the system as it is now; None where it does not fit.

    What is so without any step is so after one that changes nothing.
    """
    execution = execution_of_run(compiled.system, compiled.properties, run)
    if isinstance(execution, Stopped):
        return None
    start = {latch.name: bool(latch.reset) for latch in compiled.circuit.latches}
    rows = zip(compiled.leaves, compiled.latch_names, execution.start, strict=True)
    for leaf, names, value in rows:
        if names and not leaf.event:
            start |= zip(names, bits_of(value), strict=True)
    blank = {bit.name: False for bit in compiled.circuit.inputs}
    inputs = [blank | compiled.inputs_of(step, choices) for step, choices in execution.moves]
    return Path(start, tuple(inputs or [blank]))
