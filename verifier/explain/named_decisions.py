"""The decisions that are named to people, each with what it read and what it would have changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from verifier.evidence.explanation import Turned
from verifier.execution.execution import Execution
from verifier.execution.machine import Machine
from verifier.explain.counterfactual_branches import Effect, best_of_places
from verifier.explain.slicing import MOST_READS, Slice, changed
from verifier.explain.stale_fields import Reads
from verifier.language.errors import within_project
from verifier.language.plain_values import shown
from verifier.language.presentation import Seen
from verifier.language.tracing.decisions import Decision, turning

MOST_DECISIONS = 6
"""Decisions that are shown, the most informative first."""


def named(
    execution: Execution, effects: Sequence[Effect], slice: Slice, reads: Reads
) -> tuple[Turned, ...]:
    """Decisions that avoid a violation, for people."""
    return tuple(_turned(execution, effect, slice, reads) for effect in effects)


def shown_first(effects: Sequence[Effect]) -> list[Effect]:
    """The most informative ones of different places."""
    return best_of_places(effects)[:MOST_DECISIONS]


def _turned(execution: Execution, effect: Effect, slice: Slice, reads: Reads) -> Turned:
    one, number = effect.decision, effect.number
    stale = [each.stale for each in reads.stale_of(effect)]
    counts = one.reads if len(one.reads) <= MOST_READS else {each.field for each in stale}
    same = [each for each in effect.same if each.place != one.place]
    return Turned(
        number=number + 1,
        function=one.function.name,
        source=str(one.function.citation or ""),
        file=within_project(one.function.place.file),
        line=one.line,
        test=one.test,
        given=one.given,
        was=one.taken,
        returned=one.returned,
        fails=effect.fails,
        stops=effect.stops,
        explains=effect.explains,
        seen=_seen(execution, effect),
        reads={name: shown(value) for name, value in one.reads.items() if name in counts},
        kind=_kind(effect),
        every=effect.every,
        changes={
            name: (shown(one), shown(other))
            for name, (one, other) in changed(execution, effect).items()
            if name in slice.wanted[number]
        },
        stale=next(iter(stale), None),
        same=tuple(dict.fromkeys(_place(each) for each in same)),
    )


def _kind(effect: Effect) -> Literal["code", "hardware", "choice"]:
    one = effect.decision
    if one.of_choice or one.guards:
        return "choice"
    return "hardware" if one.is_of_hardware else "code"


def _place(decision: Decision) -> tuple[str, str, int]:
    function = decision.function
    return function.name, within_project(function.place.file), decision.line


def _seen(execution: Execution, effect: Effect) -> Seen | None:
    """What somebody sees of the step with the decision turned, by the system's presentation."""
    before, move = execution.states[effect.number], execution.moves[effect.number]
    machine = Machine(execution.system, before)
    with turning(machine.run) as decisions:
        decisions.since(effect.decision.place if effect.every else effect.order)
        taken = machine.move(move)
    return None if taken is None else machine.presenter.act(before, move, taken, machine.run).seen
