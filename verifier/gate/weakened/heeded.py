"""Choices of which a value leads nowhere any more where the others do not lead, too.

A step may go on to take a choice and make nothing of it. A value is heeded in a state if only that
value leads on to where it leads: the state after it is another one than after any other value.
Where a state is reached in which a value was heeded and is not, what can happen is less than it
was; and where one was heeded in some state and is in none that is reached.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from verifier.engines.auto import auto
from verifier.evidence.traces import Value
from verifier.evidence.verdicts import Limits, Unknown, Violated, Watch, silent
from verifier.gate.behaviour import Action, Behaviour, Variable
from verifier.gate.differences import Difference
from verifier.gate.digests import done
from verifier.gate.joint import Joint, Side
from verifier.gate.pairing import as_bits, counterpart, paired_choices
from verifier.gate.weakened.states import States

Effect = dict[str, list[int]]
"""Of a step: each field's next value, and whether it is possible."""

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
    """A value, and literals: that it was heeded here and is not, and that it is."""

    step: str
    choice: Variable
    value: Value
    lost: int
    now: int
    example: Mapping[str, Value]


def unheeded(
    old: Behaviour,
    new: Behaviour,
    change: Difference,
    limits: Limits,
    watch: Watch = silent,
) -> Iterator[Unheeded | str]:
    """The values that were heeded and are not; a text says what is not known."""
    old = old.with_steps(dict(change.renamed_steps))
    joint = Joint(old, new, change.joined_fields)
    steps = {each.step for each in change.changes}
    asked = list(_lost_somewhere(joint, steps))
    for action in new.actions:
        for large in action.choices if action.name in steps else ():
            if len(large.values) > MANY:
                what = f"`{large.name}` of `{action.name}` in {new.system}"
                yield f"it is not asked whether {what} is heeded: it has more than {MANY} values"
    if not asked:
        return
    lost: dict[tuple[str, str], list[_Asked]] = {}
    for each, is_lost in _reached(joint, asked, limits, watch):
        if isinstance(is_lost, str):
            what = f"{new.system} still heeds `{each.choice.name}` {each.value} of `{each.step}`"
            yield f"it is not known whether {what}: {is_lost}"
        elif is_lost:
            lost.setdefault((each.step, each.choice.name), []).append(each)
    for (step, choice), several in lost.items():
        fires = f"fires:{step}"
        digests = done(old.circuit, fires), done(new.circuit, fires)
        values = tuple(each.value for each in several)
        yield Unheeded(step, choice, values, several[0].example, digests)


def _reached(
    joint: Joint, asked: Sequence[_Asked], limits: Limits, watch: Watch
) -> Iterator[tuple[_Asked, bool | str]]:
    """For each value whether it is heeded less in what is reached; a text if that is not known."""
    selected = {each.step: joint.selected(each.step) for each in asked}
    bad = {
        f"{number} {kind}": joint.graph.both(selected[each.step], literal)
        for number, each in enumerate(asked)
        for kind, literal in (("lost", each.lost), ("now", each.now))
    }
    found = auto(replace(joint.circuit({}), bad=bad), list(bad), limits, watch, jobs=1)
    for number, each in enumerate(asked):
        lost, now = found[f"{number} lost"], found[f"{number} now"]
        unknown = next((v.reason for v in (lost, now) if isinstance(v, Unknown)), "")
        is_lost = isinstance(lost, Violated) or not isinstance(now, Violated | Unknown)
        yield each, is_lost or unknown or False


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
            went = _effects(joint, joint.old, was, old, chosen)
            goes = _effects(joint, joint.new, now, new, {})
            before, after = _alone(joint, joint.old, was, went), _alone(joint, joint.new, now, goes)
            for value in old.values:
                left = counterpart(value, old, new)
                if left is None:
                    continue  # which is said of the choice
                [taken], stops = (
                    goes[left][f"fires:{now.name}"],
                    joint.stopped(went[value], goes[left]),
                )
                moves = joint.graph.both(taken, stops ^ 1)  # else that is said of the step
                lost = [joint.alike, alike, moves, before[value], after[left] ^ 1]
                example = states.where(lost, now.choices)
                if example is not None:
                    example = {**example, new.name: left}
                    literal = joint.graph.all(lost)
                    yield _Asked(now.name, new, left, literal, after[left], example)


def _effects(
    joint: Joint, side: Side, action: Action, choice: Variable, chosen: Mapping[str, int]
) -> dict[Value, Effect]:
    """What a step does for each value; `chosen` are its other choices, else its inputs."""
    return {
        value: joint.effect(
            side, action, {**chosen, **dict(as_bits(choice, value))}, [f"fires:{action.name}"]
        )
        for value in choice.values
    }


def _alone(
    joint: Joint, side: Side, action: Action, effects: Mapping[Value, Effect]
) -> dict[Value, int]:
    """For each value the literal that says that no other one leads to the same state."""
    graph, fires = joint.graph, f"fires:{action.name}"
    shared = {id(pair[side is joint.new]) for pair in joint.fields}
    fields = [f for f in side.behaviour.fields if id(f) in shared and f.bits and not f.ghost]

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
                for other in effects
                if other != value
            )
            ^ 1,
        )
        for value in effects
    }
