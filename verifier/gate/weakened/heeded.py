"""Choices of which a value leads nowhere any more where the others do not lead, too.

A step may go on to take a choice and make nothing of it. So for each value the search asks for an
execution that only this value goes on with: the state after it is another one than after any other
value. Where there was one and is none, what can happen is less than it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from verifier.circuit.graph import FALSE
from verifier.engines.auto import auto
from verifier.evidence.traces import Value
from verifier.evidence.verdicts import Limits, Unknown, Violated, Watch, silent
from verifier.gate.behaviour import Action, Behaviour, Variable
from verifier.gate.differences import Difference
from verifier.gate.digests import done
from verifier.gate.joint import Joint, Side
from verifier.gate.pairing import as_bits, counterpart, paired_choices
from verifier.gate.weakened.states import States

MANY = 64
"""Values of a choice up to which each is asked about."""


@dataclass(frozen=True)
class Unheeded:
    """Values of a step's choice that lead to no state any more to which only one leads."""

    step: str
    choice: str
    values: tuple[Value, ...]
    example: Mapping[str, Value]
    digests: tuple[str, str]
    """Of what the steps did, and do."""


@dataclass(frozen=True)
class _Asked:
    """A value, and the literal that says that only it leads where it leads now."""

    step: str
    choice: Variable
    value: Value
    now: int
    example: Mapping[str, Value]


def unheeded(
    old: Behaviour,
    new: Behaviour,
    change: Difference,
    limits: Limits,
    watch: Watch = silent,
) -> Iterator[Unheeded | str]:
    """The values that were heeded and are in no execution; a text says what is not known."""
    old = old.with_steps(dict(change.renamed_steps))
    joint = Joint(old, new, dict(change.renamed_fields))
    steps = {each.step for each in change.changes}
    asked = list(_lost_somewhere(joint, steps))
    for action in new.actions:
        for large in action.choices if action.name in steps else ():
            if len(large.values) > MANY:
                what = f"`{large.name}` of `{action.name}` in {new.system}"
                yield f"it is not asked whether {what} is heeded: it has more than {MANY} values"
    if not asked:
        return
    nows = {_goal(each): each for each in asked}
    whole = joint.circuit({})
    bad = {goal: joint.graph.both(joint.selected(e.step), e.now) for goal, e in nows.items()}
    now = auto(replace(whole, bad=bad), list(bad), limits, watch, jobs=1)
    lost: dict[tuple[str, str], list[_Asked]] = {}
    for goal, verdict in now.items():
        if isinstance(verdict, Unknown):
            yield f"it is not known whether {new.system} still heeds {goal}: {verdict.reason}"
        elif not isinstance(verdict, Violated):
            lost.setdefault((nows[goal].step, nows[goal].choice.name), []).append(nows[goal])
    for (step, choice), several in lost.items():
        fires = f"fires:{step}"
        digests = done(old.circuit, fires), done(new.circuit, fires)
        values = tuple(each.value for each in several)
        yield Unheeded(step, choice, values, several[0].example, digests)


def _goal(asked: _Asked) -> str:
    return f"`{asked.choice.name}` {asked.value} of `{asked.step}`"


def _lost_somewhere(joint: Joint, steps: Collection[str]) -> Iterator[_Asked]:
    """Values that were heeded in some state, reachable or not, in which they are not any more."""
    states = States(joint)
    for now in joint.new.behaviour.actions:
        was = joint.old.behaviour.action(now.name)
        if was is None or now.name not in steps:
            continue
        chosen, alike = joint.choices(was, now)
        for old, new in paired_choices(was, now):
            if new is None or not 1 < len(old.values) <= MANY or len(new.values) > MANY:
                continue
            before = _alone(joint, joint.old, was, old, chosen)
            after = _alone(joint, joint.new, now, new, {})
            for value in old.values:
                left = counterpart(value, old, new)
                if left is None:
                    continue  # which is said of the choice
                lost = joint.graph.all([alike, before[value], after[left] ^ 1])
                example = None if lost == FALSE else states.where([lost], now.choices)
                if example is not None:
                    example = {**example, new.name: left}
                    yield _Asked(now.name, new, left, after[left], example)


def _alone(
    joint: Joint, side: Side, action: Action, choice: Variable, chosen: Mapping[str, int]
) -> dict[Value, int]:
    """For each value the literal that says that no other one leads to the same state.

    `chosen` are the literals of the step's other choices, else its inputs.
    """
    graph, fires = joint.graph, f"fires:{action.name}"
    shared = {id(pair[side is joint.new]) for pair in joint.fields}
    fields = [f for f in side.behaviour.fields if id(f) in shared and f.bits and not f.ghost]
    effects = {
        value: joint.effect(side, action, {**chosen, **dict(as_bits(choice, value))}, [fires])
        for value in choice.values
    }

    def same(a: Value, b: Value) -> int:
        return graph.all(
            joint.same(field, effects[a][f"field {field.name}"], field, there)
            for field in fields
            for there in [effects[b][f"field {field.name}"]]
        )

    return {
        value: graph.both(
            effects[value][fires][0],
            graph.any(
                graph.both(effects[other][fires][0], same(value, other))
                for other in choice.values
                if other != value
            )
            ^ 1,
        )
        for value in choice.values
    }
