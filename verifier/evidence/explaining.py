"""Why a violation happened: its causes step by step, and the nearest execution without it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec

from verifier.evidence.causes import Causes, assigned, causes, others
from verifier.evidence.recording import branched
from verifier.evidence.replay import ASSERTIONS, Machine, Move
from verifier.evidence.traces import Branched, Otherwise, Trace, Value, shown
from verifier.language.branches import Branch, watched
from verifier.language.concrete import Call
from verifier.language.functions import ModelFunction
from verifier.language.system import Step, System

UNFOLLOWED, LEFT_OUT = 10_000, 1_000_000
"""What a step that cannot be taken any more, and one that is left out, count as differences."""
WEIGHED = 16
"""Ways to avoid a violation among which one is looked for that says why."""
TAKEN = 20_000
"""Steps that are taken again in search of the nearest execution, the last ones first."""
LISTED = 8
"""Further ways to avoid a violation that are kept."""


def explained(
    system: System,
    properties: Sequence[ModelFunction],
    trace: Trace,
    start: Sequence[Any],
    moves: Sequence[Move],
    changing: Collection[str] | None = None,
) -> Trace:
    """The trace with the causes of its violation, found by replaying it with changes."""
    decisive = _decisive(system, properties, trace, start, moves)
    found = sliced(system, start, moves, decisive or tuple(trace.seen), changing)
    strides = tuple(
        msgspec.structs.replace(stride, because=cause.because, needs=cause.needs)
        for stride, cause in zip(trace.steps, found, strict=True)
    )
    return msgspec.structs.replace(
        trace,
        steps=strides,
        decisive=decisive,
        otherwise=nearest(system, properties, trace, start, moves),
    )


def _decisive(
    system: System,
    properties: Sequence[ModelFunction],
    trace: Trace,
    start: Sequence[Any],
    moves: Sequence[Move],
) -> tuple[str, ...]:
    """What the failing conjunct looks at that alone, with another value, would make it hold."""
    conjunct = next((f for f in properties if f.name == trace.conjunct), None)
    if conjunct is None:
        return ()
    machine = Machine(system, start)
    for move in moves:
        machine.move(move)
    values = machine.run.store.values
    places = {leaf.path: place for place, leaf in enumerate(system.layout.leaves)}
    found = []
    for field in trace.seen:
        place, value = places[field], values[places[field]]
        for other in others(value) if not system.layout.leaves[place].constant else ():
            values[place] = other
            if field not in found and not machine.failing([conjunct]):
                found.append(field)
        values[place] = value
    return tuple(found)


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


def nearest(
    system: System,
    properties: Sequence[ModelFunction],
    trace: Trace,
    start: Sequence[Any],
    moves: Sequence[Move],
) -> Otherwise | None:
    """The execution without the violation that differs least: in one choice, or by a step less.

    Best is one in which all the other steps are taken; else one that comes as far as it can. But
    one in which the code at fault decides otherwise says more than a nearer one.
    """
    claims = [f for f in properties if f.group == trace.property and f.kind == "always"]
    here = _states(system, claims, trace, start, moves, violates=True)
    assert here is not None, "the trace was followed before"
    found: list[tuple[int, Otherwise]] = []
    left = TAKEN
    for number, name, value, changed in _changed(moves):
        left -= len(changed) - number
        if left < 0:
            break
        rest = _states(system, claims, trace, here[number], changed[number:], violates=False)
        if rest is None or len(rest) < 2:
            continue
        there = [*here[:number], *rest]
        missing = len(changed) + 1 - len(there)
        if missing and not name:
            continue
        aligned = there[number + 1 :] if name else [there[number], *there[number + 1 :]]
        differs = tuple(
            _differences(system, a, b) for a, b in zip(here[number + 1 :], aligned, strict=False)
        )
        cost = sum(map(len, differs)) + missing * UNFOLLOWED + (0 if name else LEFT_OUT)
        was = shown(moves[number][1][name]) if name else True
        instead = shown(value) if name else False
        stops = len(there) if missing else 0
        found.append((cost, Otherwise(number + 1, name, was, instead, differs, stops=stops)))
    if not found:
        return None
    found.sort(key=lambda pair: pair[0])
    best = _telling(system, here, moves, [other for _, other in found])
    also: dict[tuple[int, str], Value] = {}
    for _, other in found:
        if other.choice and (other.number, other.choice) != (best.number, best.choice):
            also.setdefault((other.number, other.choice), other.instead)
    listed = tuple((number, name, value) for (number, name), value in also.items())[:LISTED]
    return msgspec.structs.replace(best, also=listed)


def _telling(
    system: System,
    states: Sequence[Sequence[Any]],
    moves: Sequence[Move],
    found: Sequence[Otherwise],
) -> Otherwise:
    """The first in which the step that violates decides otherwise, now or when it ran before.

    Where there is none, the first in which any step does; where there is none either, the first.
    """
    culprit = moves[-1][0]
    second: Otherwise | None = None
    for other in [other for other in found[:WEIGHED] if other.choice]:
        turns = list(_turns(system, states, moves, other))
        for step, turn in turns:
            if step is culprit:
                return turn
        second = second or (turns[0][1] if turns else None)
    return second or found[0]


def _differences(
    system: System, here: Sequence[Any], there: Sequence[Any]
) -> dict[str, tuple[Value, Value]]:
    return {
        leaf.path: (shown(one), shown(other))
        for leaf, one, other in zip(system.layout.leaves, here, there, strict=True)
        if not leaf.constant and one != other
    }


def _changed(moves: Sequence[Move]) -> Iterator[tuple[int, str, Any, list[Move]]]:
    """The moves with one choice changed or one step left out, the last steps first."""
    for number in reversed(range(len(moves))):
        step, choices = moves[number]
        for name, value in choices.items():
            for other in others(value):
                move = (step, {**choices, name: other})
                yield number, name, other, [*moves[:number], move, *moves[number + 1 :]]
    for number in reversed(range(len(moves) - 1)):
        yield number, "", None, [*moves[:number], *moves[number + 1 :]]


def _states(
    system: System,
    claims: Sequence[ModelFunction],
    trace: Trace,
    start: Sequence[Any],
    moves: Sequence[Move],
    violates: bool,
) -> list[tuple[Any, ...]] | None:
    """The states along moves as far as they can be taken; None where they violate on the way."""
    machine = Machine(system, start)
    states = [machine.values]
    for number, move in enumerate(moves):
        taken = machine.move(move)
        if taken is None:
            return None if violates else states
        last = number == len(moves) - 1
        failed = taken.failed is not None
        if trace.property != ASSERTIONS and not failed:
            failed = bool(machine.failing(claims))
        if failed and not (violates and last):
            return None
        states.append(taken.values)
    return states


def _turns(
    system: System,
    states: Sequence[Sequence[Any]],
    moves: Sequence[Move],
    found: Otherwise,
) -> Iterator[tuple[Step, Otherwise]]:
    """For each step in which a condition goes the other way, the same with the first of them."""
    first = found.number - 1
    step, choices = moves[first]
    others_of = next(choice for choice in step.choices if choice.name == found.choice)
    value = next(value for value in others_of.values if shown(value) == found.instead)
    a, b = Machine(system, states[first]), Machine(system, states[first])
    last = found.stops - 1 if found.stops else len(moves)
    for number in range(first, last):
        instead = (step, {**choices, found.choice: value}) if number == first else moves[number]
        with watched(a.run):
            one = a.move(moves[number])
        with watched(b.run):
            two = b.move(instead)
        assert one is not None, "it was taken before"
        assert two is not None, "it was taken before"
        turn = _first_turn(one.call, two.call)
        if turn is not None:
            branch, function = turn
            changed = msgspec.structs.replace(found, turn=branch, turn_in=function)
            yield moves[number][0], changed


def _first_turn(a: Call, b: Call) -> tuple[Branched, str] | None:
    """The first condition in which two runs of a function part; observers decide nothing."""
    for one, two in zip(_deciding(a), _deciding(b), strict=False):
        if isinstance(one, Branch) and isinstance(two, Branch):
            if (one.test, one.line) == (two.test, two.line) and one.taken != two.taken:
                return branched(one), a.function.name
        elif isinstance(one, Call) and isinstance(two, Call):
            if one.function != two.function:
                return None
            inner = _first_turn(one, two)
            if inner is not None:
                return inner
    return None


def _deciding(call: Call) -> Iterator[Branch | Call]:
    for entry in call.entries:
        if isinstance(entry, Branch) or (isinstance(entry, Call) and not entry.function.observes):
            yield entry
