"""Both versions of a step: where they may differ, and what the old one did that is not done now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from verifier.circuit.aig import FALSE
from verifier.compiler.behaviour import Action, Behaviour, Variable
from verifier.compiler.transition_system import ASSERTIONS, DEADLOCK
from verifier.diff.miter import Aspect, Joint, Side
from verifier.diff.pairing import combinations, new_choices, paired_choices, same_code
from verifier.language.goals import Goal, is_claim, is_step, step_goal

Effect = Mapping[str, list[int]]
"""A step taken: each field's next value, and each goal."""


@dataclass(frozen=True)
class Inherited:
    """A new step does, with some choices, what another one did where that does nothing now."""

    by: Action
    given: Mapping[str, int]
    """The new step's choices, as its inputs."""
    region: int
    """The states and the old step's choices for which that is so."""


class StepComparison:
    """A step that both versions have, taken in each from the same states."""

    def __init__(self, joint: Joint, step: str) -> None:
        self._joint, self._step = joint, step
        self._was, self._now = was, now = joint.versions(step)
        claims = claims_in(joint.old.behaviour) & claims_in(joint.new.behaviour)
        self._fires, self._goals = step_goal(step), sorted(claims)
        self._chosen, same_choices = joint.choices(was, now)
        self._given = joint.graph.both(joint.same_state, same_choices)
        self._old = joint.effect(joint.old, was, self._chosen, [self._fires, *self._goals])
        self._new = joint.effect(joint.new, now, {}, [self._fires, *self._goals])

    def aspects(self) -> list[Aspect]:
        """Where the two versions might differ: what did not fold to the same gates."""
        found = [*self._of_enabledness(), *self._of_goals(), *self._of_fields()]
        return [one for one in found if one.differs != FALSE]

    def _aspect(self, kind: str, name: str, differs: int, old: list[int], new: list[int]) -> Aspect:
        graph, given = self._joint.graph, self._given
        if kind not in ("enabled", "disabled", "failing") and name != ASSERTIONS:
            enabled = graph.both(self._old[self._fires][0], self._new[self._fires][0])
            given = graph.both(given, enabled)
        return Aspect(self._step, kind, name, graph.both(given, differs), tuple(old), tuple(new))

    def _of_enabledness(self) -> list[Aspect]:
        joint, graph, fires = self._joint, self._joint.graph, self._fires
        old, new = self._old, self._new
        [was_able], [is_able], failing = old[fires], new[fires], FALSE
        able = graph.any(way[fires][0] for way in self._ways_now)
        lost, won = graph.both(was_able, able ^ 1), graph.both(is_able, was_able ^ 1)
        idle = self._idle
        if lost != FALSE or idle != FALSE:
            left = self._taken_over() ^ 1
            lost, idle = graph.both(lost, left), graph.both(idle, left)
        if ASSERTIONS in joint.new.behaviour.circuit.bad:  # to fail one is a violation of its own
            [fails] = joint.effect(joint.new, self._now, {}, [ASSERTIONS])[ASSERTIONS]
            failing, lost = graph.both(lost, fails), graph.both(lost, fails ^ 1)
        return [
            self._aspect("disabled", self._step, lost, old[fires], new[fires]),
            self._aspect("enabled", self._step, won, old[fires], new[fires]),
            self._aspect("failing", self._step, failing, old[fires], new[fires]),
            self._aspect("idle", self._step, idle, [idle], [idle]),
        ]

    @cached_property
    def _ways_now(self) -> list[Effect]:
        """The new version with each combination of the choices that the old one did not have."""
        joint, new = self._joint, self._new
        more = combinations(new_choices(self._was, self._now)) or [{}]
        return [joint.effect(joint.new, self._now, w, [self._fires]) if w else new for w in more]

    @cached_property
    def _idle(self) -> int:
        """That the new version is not possible, or leaves all as it is where the old one moves."""
        joint, graph, old = self._joint, self._joint.graph, self._old
        ways = ((way[self._fires][0], way) for way in self._ways_now)
        return graph.all(graph.either(able ^ 1, stopped(joint, old, way)) for able, way in ways)

    def _of_goals(self) -> list[Aspect]:
        found = []
        for goal in self._goals:
            old, new = self._old[goal], self._new[goal]
            kind = "property" if is_claim(goal) else "witness"
            differs = self._joint.graph.differ(old[0], new[0])
            found.append(self._aspect(kind, Goal.of(goal).name, differs, old, new))
        return found

    def _of_fields(self) -> list[Aspect]:
        found, joint = [], self._joint
        for was, now in joint.fields:
            if not was.bits and not now.bits:
                continue  # what neither changes may start with another value, reported apart
            old, new = self._old[f"field {was.name}"], self._new[f"field {now.name}"]
            if not was.bits and same_code(was, now):
                old = list(joint.new.bits(now))
            differs = joint.same(was, old, now, new) ^ 1
            found.append(self._aspect("field", now.name, differs, old, new))
        return found

    def undone(self) -> int:
        """That what the old step did nothing does any more: neither itself nor a new step."""
        graph = self._joint.graph
        done = graph.either(self._does_as(self._new, self._fires), self._taken_over())
        return graph.all([self._given, self._old[self._fires][0], done ^ 1])

    def unobserved(self, noted: Collection[str]) -> list[Aspect]:
        """What the step makes of what is `noted` otherwise, and what it violated and does not.

        That is so although it does the same to every field that is no ghost.
        """
        aspects, graph = self.aspects(), self._joint.graph
        ghosts = {field.name for field in self._joint.new.behaviour.fields if field.ghost}
        moved = [one for one in aspects if one.kind == "field" and one.name not in ghosts]
        same = graph.any(one.differs for one in moved) ^ 1
        known = [one for one in aspects if one.name in noted]
        found = [
            replace(one, differs=graph.all([same, one.differs, one.old[0], one.new[0] ^ 1]))
            for one in known
            if one.kind == "property"
        ]
        found += [
            replace(one, differs=graph.both(same, one.differs))
            for one in known
            if one.kind == "field"
        ]
        return [one for one in found if one.differs != FALSE]

    def _does_as(self, new: Effect, fires: str) -> int:
        """That a new step does what the old one did, and violates what that violated."""
        joint, graph, old = self._joint, self._joint.graph, self._old
        same = [
            joint.same(a, old[f"field {a.name}"], b, new[f"field {b.name}"])
            for a, b in joint.fields
        ]
        same += (graph.either(old[goal][0] ^ 1, new[goal][0]) for goal in self._goals)
        return graph.all([new[fires][0], *same])

    def inherited(self) -> Iterator[Inherited]:
        """What new steps do in its place, where it does nothing any more."""
        graph = self._joint.graph
        left = graph.all([self._given, self._old[self._fires][0], self._idle])
        for action in self._new_steps():
            for given, does in self._ways(action):
                if (region := graph.both(left, does)) != FALSE:
                    yield Inherited(action, given, region)

    def _new_steps(self) -> Iterator[Action]:
        old = self._joint.old.behaviour
        return (a for a in self._joint.new.behaviour.actions if old.action(a.name) is None)

    def _taken_over(self) -> int:
        """That a step which is new does what the old one did, and violates what that violated."""
        ways = (does for action in self._new_steps() for _, does in self._ways(action))
        return self._joint.graph.any(ways)

    def _ways(self, action: Action) -> Iterator[tuple[Mapping[str, int], int]]:
        """A new step with some choices, and that it does so what the old one did."""
        joint, fires = self._joint, step_goal(action.name)
        shared = [(a, b) for a, b in paired_choices(self._was, action) if b and same_code(a, b)]
        given = {
            there: self._chosen[here]
            for a, b in shared
            if b is not None
            for here, there in zip(a.bits, b.bits, strict=True)
        }
        left = [choice for choice in action.choices if all(choice is not b for _, b in shared)]
        for way in combinations(left):
            effect = joint.effect(joint.new, action, given | way, [fires, *self._goals])
            yield given | way, self._does_as(effect, fires)


def stopped(joint: Joint, old: Effect, new: Effect) -> int:
    """That the new version leaves every field as it is, and the old one does not.

    Where the old one sets only what is gone, or renamed, the new one sets nothing new.
    """
    graph = joint.graph
    stays = graph.all(_stays(joint, joint.new, now, new) for _, now in joint.fields)
    same = [was for was, now in joint.fields if was.name == now.name]
    moved = graph.any(_stays(joint, joint.old, was, old) ^ 1 for was in same)
    [gone, come] = (
        [_stays(joint, side, each, effect) for each in _unpaired(joint, side) if not each.ghost]
        for side, effect in ((joint.old, old), (joint.new, new))
    )
    renamed = (was for was, now in joint.fields if was.name != now.name)
    gone += (_stays(joint, joint.old, was, old) for was in renamed)
    replaced = graph.both(graph.all(come), graph.all(gone) ^ 1)
    return graph.both(stays, graph.either(moved, replaced))


def _stays(joint: Joint, side: Side, field: Variable, effect: Effect) -> int:
    return joint.same(field, side.bits(field), field, effect[f"field {field.name}"])


def _unpaired(joint: Joint, side: Side) -> list[Variable]:
    """The fields that only one version has."""
    known = {pair[side is joint.new].name for pair in joint.fields}
    return [each for each in side.behaviour.fields if each.name not in known]


def claims_in(behaviour: Behaviour) -> set[str]:
    """Properties and the cases that must occur; each step says itself when it is enabled."""
    goals = {goal for goal in behaviour.circuit.bad if not is_step(goal)}
    return goals - {DEADLOCK}
