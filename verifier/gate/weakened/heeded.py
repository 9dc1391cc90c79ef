"""Values of choices that made a difference and make none any more.

A step may still have a choice and no longer use it. A value is heeded in a state if it leads to a
state to which no other value leads. Less can happen than before where a state is reached in which
a value was heeded and is not now, and where a value was heeded in some state and is heeded in no
state that is reached.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from verifier.compiler.behaviour import Action, Behaviour, Variable
from verifier.compiler.digest import done
from verifier.diff.compare import Difference
from verifier.diff.miter import Joint, Side
from verifier.diff.pairing import as_bits, counterpart, paired_choices
from verifier.diff.step_comparison import stopped
from verifier.engines.contract import Query
from verifier.evidence.verdicts import Unknown, Violated
from verifier.gate.weakened.states import States
from verifier.language.goals import is_step, step_goal
from verifier.language.plain_values import Value

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
    query: Query,
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
                yield f"not checked whether {what} still matters: it has more than {MANY} values"
    if not asked:
        return
    lost: dict[tuple[str, str], list[_Asked]] = {}
    for each, is_lost in _reached(joint, asked, query):
        if isinstance(is_lost, str):
            what = f"`{each.choice.name}` {each.value} of `{each.step}` matters in {new.system}"
            yield f"not known whether {what}: {is_lost}"
        elif is_lost:
            lost.setdefault((each.step, each.choice.name), []).append(each)
    for (step, choice), several in lost.items():
        fires = step_goal(step)
        digests = done(old.circuit, fires), done(new.circuit, fires)
        values = tuple(each.value for each in several)
        yield Unheeded(step, choice, values, several[0].example, digests)


def _reached(
    joint: Joint, asked: Sequence[_Asked], query: Query
) -> Iterator[tuple[_Asked, bool | str]]:
    """For each value whether it is heeded less in what is reached; a text if that is not known."""
    selected = {each.step: joint.selected(each.step) for each in asked}
    bad = {
        f"{number} {kind}": joint.graph.both(selected[each.step], literal)
        for number, each in enumerate(asked)
        for kind, literal in (("lost", each.lost), ("now", each.now))
    }
    found = query(replace(joint.circuit({}), bad=bad), list(bad))
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
        for old, new in paired_choices(was, now):
            if new is None or not 1 < len(old.values) <= MANY or len(new.values) > MANY:
                continue
            yield from _Choice(joint, states, was, now, old, new).lost()


@dataclass(frozen=True)
class _Choice:
    """A choice of a step, in both versions."""

    joint: Joint
    states: States
    was: Action
    now: Action
    old: Variable
    new: Variable

    def lost(self) -> Iterator[_Asked]:
        """Its values that were heeded in some state and are not; ghosts alone may heed one."""
        joint, graph, fires = self.joint, self.joint.graph, step_goal(self.now.name)
        chosen, same_choices = joint.choices(self.was, self.now)
        went = _effects(joint, joint.old, self.was, self.old, chosen)
        goes = _effects(joint, joint.new, self.now, self.new, {})
        for value in self.old.values:
            left = counterpart(value, self.old, self.new)
            if left is None:
                continue  # which is said of the choice
            stops = stopped(joint, went[value], goes[left])  # which is said of the step
            moves = [joint.same_state, same_choices, goes[left][fires][0], stops ^ 1]
            for ghosts in (False, True):
                before = _alone(joint, joint.old, went, value, ghosts)
                after = _alone(joint, joint.new, goes, left, ghosts)
                literal = graph.all([*moves, before, after ^ 1])
                example = self.states.where([literal], self.now.choices)
                if example is not None:
                    example = {**example, self.new.name: left}
                    yield _Asked(self.now.name, self.new, left, literal, after, example)
                    break


def _effects(
    joint: Joint, side: Side, action: Action, choice: Variable, chosen: Mapping[str, int]
) -> dict[Value, Effect]:
    """What a step does for each value; `chosen` are its other choices, else its inputs."""
    return {
        value: joint.effect(
            side, action, {**chosen, **dict(as_bits(choice, value))}, [step_goal(action.name)]
        )
        for value in choice.values
    }


def _alone(
    joint: Joint, side: Side, effects: Mapping[Value, Effect], value: Value, ghosts: bool
) -> int:
    """The literal that says that no other value leads to the same state, ghosts included or not."""
    graph = joint.graph
    shared = {id(pair[side is joint.new]) for pair in joint.fields}
    fields = [f for f in side.behaviour.fields if id(f) in shared and f.bits]
    fields = [field for field in fields if ghosts or not field.ghost]

    def as_well(other: Value) -> int:
        """That another value is possible, and leads there."""
        same_choices = (
            joint.same(field, effects[value][name], field, effects[other][name])
            for field in fields
            for name in [f"field {field.name}"]
        )
        return graph.all([*_fires(effects[other]), *same_choices])

    others = graph.any(as_well(other) for other in effects if other != value)
    return graph.all([*_fires(effects[value]), others ^ 1])


def _fires(effect: Effect) -> list[int]:
    return next(bits for name, bits in effect.items() if is_step(name))
