"""The nearest execution without a violation: one choice is another, or a step is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from verifier.evidence.calls import Branched
from verifier.evidence.explanation import Otherwise
from verifier.evidence.traces import Trace
from verifier.execution.execution import Execution, taken_along
from verifier.execution.machine import Machine, Move
from verifier.execution.recorder import differences
from verifier.explain.causes import others
from verifier.explain.counterfactual_branches import first_turn
from verifier.language.functions import ModelFunction
from verifier.language.plain_values import Value, shown
from verifier.language.system import Step

UNFOLLOWED, LEFT_OUT = 10_000, 1_000_000
"""What a step that cannot be taken any more, and one that is left out, count as differences."""
WEIGHED = 24
"""Ways to avoid a violation of which it is found out whether they say why."""
WEIGHING = 2_000
"""Steps that are taken again to find that out; the nearest way is always weighed."""
TAKEN = 5_000
"""Steps that are taken again in search of the nearest execution, the last ones first."""


@dataclass(frozen=True)
class _Way:
    """An execution that avoids the violation: its first other move, its states from there on."""

    cost: int
    move: Move
    states: Sequence[Sequence[Any]]
    variation: Otherwise


def nearest(trace: Trace, execution: Execution) -> Otherwise | None:
    """The execution without the violation that differs least: in one choice, or by a step less.

    Best is one in which the step that violates decides otherwise, now or when it ran before: only
    such a one says anything about the code. Then, one in which all the other steps are taken; else
    one that comes as far as it can.
    """
    ways = sorted(_ways(execution, trace.property), key=lambda way: way.cost)
    if not ways:
        return None
    last = execution.moves[-1][0]
    deciding: list[Otherwise] = []
    rest: list[Otherwise] = []
    left = WEIGHING
    for way in ways[:WEIGHED]:
        if left <= 0:
            break
        left -= len(way.states)
        turns = dict(_turns(execution, way)) if way.variation.choice else {}
        turn = turns.get(last) or next(iter(turns.values()), {})
        variation = msgspec.structs.replace(way.variation, **turn)
        (deciding if last in turns else rest).append(variation)
    best = (deciding or [each for each in rest if each.turn] or rest)[0]
    harmless = [each for each in rest if not each.stops]
    elsewhere = [each for each in rest if each.stops]
    return msgspec.structs.replace(
        best,
        also=_listed(deciding, best),
        harmless=_listed(harmless, best, *deciding),
        elsewhere=_listed(elsewhere, best, *deciding, *harmless),
    )


def _listed(found: Sequence[Otherwise], *listed: Otherwise) -> tuple[tuple[int, str, Value], ...]:
    """Choices, each once, that are not listed already."""
    known = {(other.number, other.choice) for other in listed}
    also: dict[tuple[int, str], Value] = {}
    for other in found:
        if other.choice and (other.number, other.choice) not in known:
            also.setdefault((other.number, other.choice), other.instead)
    return tuple((number, name, value) for (number, name), value in also.items())


def _ways(execution: Execution, group: str) -> Iterator[_Way]:
    """All ways that avoid the violation, as far as there is time to look for them."""
    left, system = TAKEN, execution.system
    here, moves, claims = execution.states, execution.moves, execution.claims(group)
    for number, name, value, changed in _changed(moves):
        left -= len(changed) - number
        if left < 0:
            return
        there = _followed(Machine(system, here[number]), group, claims, changed[number:])
        if there is None or len(there) < 2:
            continue
        missing = len(changed) + 1 - number - len(there)
        if missing and not name:
            continue
        aligned = there[1:] if name else there
        differs = tuple(
            differences(system, a, b) for a, b in zip(here[number + 1 :], aligned, strict=False)
        )
        variation = Otherwise(
            number + 1,
            name,
            was=shown(moves[number][1][name]) if name else True,
            instead=shown(value) if name else False,
            differs=differs,
            stops=number + len(there) if missing else 0,
        )
        cost = sum(map(len, differs)) + missing * UNFOLLOWED + (0 if name else LEFT_OUT)
        yield _Way(cost, changed[number], there, variation)


def _changed(moves: Sequence[Move]) -> Iterator[tuple[int, str, Any, list[Move]]]:
    """The moves with one choice changed or one step left out, the last steps first.

    Of equal steps in a row the last one is left out, which leaves the same moves as any of them.
    """
    for number in reversed(range(len(moves))):
        step, choices = moves[number]
        for name, value in choices.items():
            for other in others(value):
                move = (step, {**choices, name: other})
                yield number, name, other, [*moves[:number], move, *moves[number + 1 :]]
    for number in reversed(range(len(moves) - 1)):
        if moves[number] != moves[number + 1]:
            yield number, "", None, [*moves[:number], *moves[number + 1 :]]


def _followed(
    machine: Machine, group: str, claims: Sequence[ModelFunction], moves: Sequence[Move]
) -> list[tuple[Any, ...]] | None:
    """The states along moves as far as they can be taken; None where they violate on the way."""
    machine.run.logging = False
    states = [machine.values]
    for taken in taken_along(machine, moves):
        if taken.failed is not None or machine.violated(group, claims):
            return None
        states.append(taken.values)
    return states


def _turns(execution: Execution, way: _Way) -> Iterator[tuple[Step, dict[str, Any]]]:
    """The steps in which a decision goes the other way, each with the last such decision."""
    first, here, moves = way.variation.number - 1, execution.states, execution.moves
    for place, there in enumerate(way.states[:-1]):
        move = moves[first + place]
        turn = first_turn(
            execution.system, here[first + place], there, (move, move if place else way.move)
        )
        if turn is not None:
            branch = Branched(turn.test, turn.taken, turn.line, {})
            fields = {"turn": branch, "turn_in": turn.function.name, "turn_given": turn.given}
            yield move[0], fields
