"""Why a violation happened: its causes step by step, and what would have avoided it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.traces import Trace
from verifier.execution.machine import ASSERTIONS, Machine, Move
from verifier.explain.causes import Causes, assigned, causes
from verifier.explain.counterfactual_branches import turned
from verifier.explain.nearest_passing import nearest
from verifier.explain.violated_claim import Failing
from verifier.language.system import System


def explained(
    compiled: TransitionSystem, trace: Trace, start: Sequence[Any], moves: Sequence[Move]
) -> Trace:
    """The trace with the causes of its violation, found by replaying it with changes."""
    system, properties = compiled.system, compiled.properties
    failing = Failing(system, properties, trace.property, trace.conjunct, start, moves)
    decisive = failing.decisive(trace.seen)
    found = _causes(system, trace, start, moves, decisive or tuple(trace.seen), compiled.changing)
    strides = tuple(
        msgspec.structs.replace(stride, because=cause.because, needs=cause.needs)
        for stride, cause in zip(trace.steps, found, strict=True)
    )
    trace = msgspec.structs.replace(trace, steps=strides, decisive=decisive)
    states = _states(system, start, moves)
    return _without_detours(
        msgspec.structs.replace(
            trace,
            turned=turned(system, properties, trace, states, moves),
            otherwise=nearest(system, properties, trace, states, moves),
        )
    )


def _causes(
    system: System,
    trace: Trace,
    start: Sequence[Any],
    moves: Sequence[Move],
    fields: Collection[str],
    changing: Collection[str] | None,
) -> list[Causes]:
    """Each step's causes; a step that fails its assertion changes nothing, and has none."""
    if trace.property != ASSERTIONS:
        return sliced(system, start, moves, fields, changing)
    return [*sliced(system, start, moves[:-1], fields, changing), Causes({}, ())]


def _without_detours(trace: Trace) -> Trace:
    """The trace where a choice does not matter that was not made, and would only lead elsewhere."""
    other = trace.otherwise
    detours = {(number, name) for number, name, _ in other.elsewhere} if other else set()
    strides = tuple(
        msgspec.structs.replace(
            stride,
            matters=tuple(
                name
                for name in stride.matters
                if stride.choices[name] is not False or (number, name) not in detours
            ),
        )
        for number, stride in enumerate(trace.steps, 1)
    )
    return msgspec.structs.replace(trace, steps=strides)


def _states(system: System, start: Sequence[Any], moves: Sequence[Move]) -> list[tuple[Any, ...]]:
    """The state at the start and after each move."""
    machine = Machine(system, start)
    states = [machine.values]
    for move in moves:
        machine.move(move)
        states.append(machine.values)
    return states


def sliced(
    system: System,
    start: Sequence[Any],
    moves: Sequence[Move],
    fields: Collection[str],
    changing: Collection[str] | None = None,
) -> list[Causes]:
    """Each step's causes of what the fields after the last step hang on.

    From the last step backwards: a step that writes a wanted field is asked for its causes, which
    are wanted in their turn; so is what the step needs to be possible.
    """
    machine = Machine(system, start)
    states = [machine.values]
    written = []
    for move in moves:
        taken = machine.move(move)
        assert taken is not None, "the moves were followed before"
        states.append(taken.values)
        written.append(assigned(taken.call))
    wanted, found = set(fields), [Causes({}, ())] * len(moves)
    for number in reversed(range(len(moves))):
        relevant = sorted(wanted & written[number])
        if relevant:
            cause = causes(machine, states[number], moves[number], relevant, changing)
            found[number] = cause
            wanted -= set(relevant)
            wanted |= {name for names in cause.because.values() for name in names}
            wanted |= set(cause.needs)
    return found
