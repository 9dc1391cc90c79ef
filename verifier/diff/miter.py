"""Two versions of a system over one graph, joined on the names of fields, steps and choices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from verifier.circuit.aig import FALSE, TRUE, Graph
from verifier.circuit.circuit import Circuit, Input, Latch
from verifier.compiler.behaviour import Action, Behaviour, Variable
from verifier.compiler.selector import selecting
from verifier.compiler.transition_system import ASSERTIONS, DEADLOCK
from verifier.diff.aspects import Aspect
from verifier.diff.codes import means, recoded
from verifier.diff.pairing import (
    combinations,
    new_choices,
    paired_choices,
    paired_values,
    same_code,
)
from verifier.diff.side import Side
from verifier.language.goals import Goal, is_claim, is_step, step_goal


class Joint:
    """The states of both versions, alike in every field that both have.

    `renamed` says which old field is which new one. A field of one version only is free. What the
    old version never changes it goes by all the same, whatever the new one makes of it; `strict`
    leaves such states out.
    """

    def __init__(
        self, old: Behaviour, new: Behaviour, renamed: Mapping[str, str], strict: bool = False
    ) -> None:
        self.graph = Graph()
        self.old, self.new = Side(old), Side(new)
        self.alike = TRUE
        self.extra: list[str] = []
        """Latches of the old version that are no latches of the new one."""
        names = [bit.name for bit in new.circuit.inputs]
        for name in [*names, *(latch.name for latch in new.circuit.latches)]:
            self.new.image[name] = self.graph.variable()
        self.fields = [
            (was, now)
            for was in old.fields
            if (now := new.field(renamed.get(was.name, was.name))) is not None
        ]
        shared = {
            bit: twin
            for was, now in self.fields
            if was.bits
            for bit, twin in zip(was.bits, self._old_code(was, now), strict=True)
        }
        for latch in old.circuit.latches:
            if latch.name not in shared:
                self.extra.append(latch.name)
                shared[latch.name] = self.graph.variable()
        self.old.image |= shared
        for was, now in self.fields:
            if was.bits or strict:
                same = self.same(was, self.old.bits(was), now, self.new.bits(now))
                self.alike = self.graph.both(self.alike, same)
        self._spare = {bit.name: self.graph.variable() for bit in old.circuit.inputs}

    def _old_code(self, was: Variable, now: Variable) -> Sequence[int]:
        """A new field's value in the old one's code."""
        both = [(new, old) for old, new in paired_values(was, now)]
        return recoded(self.graph, self.new.bits(now), now, was, both)

    def recoded(self, was: Variable, bits: Sequence[int], now: Variable) -> Sequence[int]:
        """What bits of an old field mean, in the new one's code."""
        return recoded(self.graph, bits, was, now, paired_values(was, now))

    def same(self, was: Variable, old: Sequence[int], now: Variable, new: Sequence[int]) -> int:
        """The literal that says that two codes mean the same value."""
        if tuple(old) == tuple(new) and same_code(was, now):
            return TRUE
        graph = self.graph
        return graph.any(
            graph.both(means(graph, old, was, a), means(graph, new, now, b))
            for a, b in paired_values(was, now)
        )

    def versions(self, step: str) -> tuple[Action, Action]:
        """A step that both versions have."""
        was, now = self.old.behaviour.action(step), self.new.behaviour.action(step)
        assert was is not None, "the step is in both versions"
        assert now is not None, "the step is in both versions"
        return was, now

    def aspects(self, step: str) -> list[Aspect]:
        """Where the two versions of a step might differ: what did not fold to the same gates."""
        was, now = self.versions(step)
        chosen, alike = self.choices(was, now)
        goals = sorted(claims_in(self.old.behaviour) & claims_in(self.new.behaviour))
        fires = step_goal(step)
        old = self.effect(self.old, was, chosen, [fires, *goals])
        new = self.effect(self.new, now, {}, [fires, *goals])
        graph = self.graph
        given = graph.both(self.alike, alike)
        enabled = graph.both(old[fires][0], new[fires][0])

        def aspect(
            kind: str, name: str, differs: int, a: Sequence[int], b: Sequence[int]
        ) -> Aspect:
            untaken = kind in ("enabled", "disabled", "failing") or name == ASSERTIONS
            both = given if untaken else graph.both(given, enabled)
            return Aspect(step, kind, name, graph.both(both, differs), tuple(a), tuple(b))

        [was_able], [is_able], failing = old[fires], new[fires], FALSE
        more = combinations(new_choices(was, now)) or [{}]
        ways = [self.effect(self.new, now, way, [fires]) if way else new for way in more]
        able = graph.any(way[fires][0] for way in ways)
        lost, won = graph.both(was_able, able ^ 1), graph.both(is_able, was_able ^ 1)
        stopped = graph.all(graph.either(way[fires][0] ^ 1, self.stopped(old, way)) for way in ways)
        if lost != FALSE or stopped != FALSE:
            left = self._taken_over(was, chosen, old, goals) ^ 1
            lost, stopped = graph.both(lost, left), graph.both(stopped, left)
        if ASSERTIONS in self.new.behaviour.circuit.bad:  # to fail one is a violation of its own
            [fails] = self.effect(self.new, now, {}, [ASSERTIONS])[ASSERTIONS]
            failing, lost = graph.both(lost, fails), graph.both(lost, fails ^ 1)
        found = [
            aspect("disabled", step, lost, old[fires], new[fires]),
            aspect("enabled", step, won, old[fires], new[fires]),
            aspect("failing", step, failing, old[fires], new[fires]),
            aspect("idle", step, stopped, [stopped], [stopped]),
        ]
        for goal in goals:
            differs = graph.differ(old[goal][0], new[goal][0])
            kind = "property" if is_claim(goal) else "witness"
            found.append(aspect(kind, Goal.of(goal).name, differs, old[goal], new[goal]))
        for was_field, now_field in self.fields:
            if not was_field.bits and not now_field.bits:
                continue  # what neither changes may start with another value, which is told apart
            a, b = old["field " + was_field.name], new["field " + now_field.name]
            if not was_field.bits and same_code(was_field, now_field):
                a = list(self.new.bits(now_field))
            differs = self.same(was_field, a, now_field, b) ^ 1
            found.append(aspect("field", now_field.name, differs, a, b))
        return [one for one in found if one.differs != FALSE]

    def undone(self, step: str) -> int:
        """That what the old step did nothing does any more: neither itself nor a new step."""
        was, now = self.versions(step)
        chosen, alike = self.choices(was, now)
        goals = sorted(claims_in(self.old.behaviour) & claims_in(self.new.behaviour))
        fires, graph = step_goal(step), self.graph
        old = self.effect(self.old, was, chosen, [fires, *goals])
        new = self.effect(self.new, now, {}, [fires, *goals])
        itself = self._does_as(old, new, fires, goals)
        done = graph.either(itself, self._taken_over(was, chosen, old, goals))
        return graph.all([self.alike, alike, old[fires][0], done ^ 1])

    def _does_as(
        self,
        old: Mapping[str, list[int]],
        new: Mapping[str, list[int]],
        fires: str,
        goals: Sequence[str],
    ) -> int:
        """That a new step does what an old one did, and violates what that violated."""
        graph = self.graph
        same = [
            self.same(a, old[f"field {a.name}"], b, new[f"field {b.name}"]) for a, b in self.fields
        ]
        same += (graph.either(old[goal][0] ^ 1, new[goal][0]) for goal in goals)
        return graph.all([new[fires][0], *same])

    def _taken_over(
        self,
        was: Action,
        chosen: Mapping[str, int],
        old: Mapping[str, list[int]],
        goals: Sequence[str],
    ) -> int:
        """That a step which is new does what an old one did, and violates what that violated."""
        graph, found = self.graph, FALSE
        for action in self.new.behaviour.actions:
            if self.old.behaviour.action(action.name) is not None:
                continue
            shared = [(a, b) for a, b in paired_choices(was, action) if b and same_code(a, b)]
            given = {
                there: chosen[here]
                for a, b in shared
                if b is not None
                for here, there in zip(a.bits, b.bits, strict=True)
            }
            left = [choice for choice in action.choices if all(choice is not b for _, b in shared)]
            for way in combinations(left):
                fires = step_goal(action.name)
                effect = self.effect(self.new, action, given | way, [fires, *goals])
                found = graph.either(found, self._does_as(old, effect, fires, goals))
        return found

    def stopped(self, old: Mapping[str, list[int]], new: Mapping[str, list[int]]) -> int:
        """That the new version leaves every field as it is, and the old one does not.

        Where the old one sets only what is gone, or renamed, the new one sets nothing new.
        """
        graph = self.graph
        stays = graph.all(self._stays(self.new, now, new) for _, now in self.fields)
        same = [was for was, now in self.fields if was.name == now.name]
        moved = graph.any(self._stays(self.old, was, old) ^ 1 for was in same)
        [gone, come] = (
            [self._stays(side, each, effect) for each in self._unpaired(side) if not each.ghost]
            for side, effect in ((self.old, old), (self.new, new))
        )
        gone += (self._stays(self.old, was, old) for was, _ in self.fields if was not in same)
        replaced = graph.both(graph.all(come), graph.all(gone) ^ 1)
        return graph.both(stays, graph.either(moved, replaced))

    def _stays(self, side: Side, field: Variable, effect: Mapping[str, list[int]]) -> int:
        return self.same(field, side.bits(field), field, effect["field " + field.name])

    def _unpaired(self, side: Side) -> list[Variable]:
        """The fields that only one version has."""
        known = [pair[side is self.new] for pair in self.fields]
        return [each for each in side.behaviour.fields if each not in known]

    def unobserved(self, step: str, noted: Collection[str]) -> list[Aspect]:
        """What a step makes of what is `noted` otherwise, and what it violated and does not.

        That is so although it does the same to every field that is no ghost.
        """
        aspects, graph = self.aspects(step), self.graph
        ghosts = {field.name for field in self.new.behaviour.fields if field.ghost}
        moved = [one for one in aspects if one.kind == "field" and one.name not in ghosts]
        same = graph.any(one.differs for one in moved) ^ 1
        found = [
            replace(one, differs=graph.all([same, one.differs, one.old[0], one.new[0] ^ 1]))
            for one in aspects
            if one.kind == "property" and one.name in noted
        ]
        found += [
            replace(one, differs=graph.both(same, one.differs))
            for one in aspects
            if one.kind == "field" and one.name in noted
        ]
        return [one for one in found if one.differs != FALSE]

    def choices(self, was: Action, now: Action) -> tuple[dict[str, int], int]:
        """The old step's choices as the new one's inputs, and that they mean the same."""
        chosen: dict[str, int] = {}
        alike = TRUE
        for old, new in paired_choices(was, now):
            if new is not None and same_code(old, new):
                chosen |= {a: self.new.image[b] for a, b in zip(old.bits, new.bits, strict=True)}
                continue
            bits = [self._spare[bit] for bit in old.bits]
            chosen |= zip(old.bits, bits, strict=True)
            if new is not None:
                inputs = [self.new.image[bit] for bit in new.bits]
                alike = self.graph.both(alike, self.same(old, bits, new, inputs))
        return chosen, alike

    def effect(
        self, side: Side, action: Action, chosen: Mapping[str, int], goals: Iterable[str]
    ) -> dict[str, list[int]]:
        """One step of one version: each field's next value, and each goal."""
        circuit = side.behaviour.circuit
        image = {latch.literal: side.image[latch.name] for latch in circuit.latches}
        for bit in circuit.inputs:
            kind, number = bit.name.split("#")
            if kind == "step":
                image[bit.literal] = action.code >> int(number) & 1
            else:
                image[bit.literal] = chosen.get(bit.name, side.image.get(bit.name, FALSE))
        next_of = {latch.name: latch.next for latch in circuit.latches}
        wanted: list[tuple[str, list[int]]] = [(goal, [circuit.bad[goal]]) for goal in goals]
        wanted += [
            ("field " + variable.name, [next_of[bit] for bit in variable.bits])
            for variable in side.behaviour.fields
        ]
        roots = [root for _, literals in wanted for root in literals]
        copied = iter(circuit.graph.copy_into(self.graph, roots, image))
        found = {name: [next(copied) for _ in literals] for name, literals in wanted}
        for variable in side.behaviour.fields:
            if not variable.bits:
                found["field " + variable.name] = list(side.bits(variable))
        return found

    def circuit(self, goals: Mapping[str, Iterable[Aspect]]) -> Circuit:
        """The new version with the old one's state alongside; bad where an aspect differs.

        Up to the first difference that is what the old version does, too.
        """
        new, old, graph = self.new.behaviour.circuit, self.old.behaviour.circuit, self.graph
        image = {latch.literal: self.new.image[latch.name] for latch in new.latches}
        image |= {bit.literal: self.new.image[bit.name] for bit in new.inputs}
        following = new.graph.copy_into(graph, [latch.next for latch in new.latches], image)
        latches = [
            Latch(latch.name, image[latch.literal], after, latch.reset)
            for latch, after in zip(new.latches, following, strict=True)
        ]
        extra = [latch for latch in old.latches if latch.name in self.extra]
        if extra:
            latches += self._alongside(extra)
        bad = {
            name: graph.any(graph.both(self.selected(one.step), one.differs) for one in several)
            for name, several in goals.items()
        }
        inputs = [Input(bit.name, image[bit.literal]) for bit in new.inputs]
        inputs += [Input(f"old {name}", literal) for name, literal in self._spare.items()]
        return Circuit(graph, tuple(inputs), tuple(latches), bad)

    def _alongside(self, extra: Sequence[Latch]) -> list[Latch]:
        """Latches of the old version that follow its own steps, taken with the new one's inputs."""
        old = self.old.behaviour.circuit
        base = {latch.literal: self.old.image[latch.name] for latch in old.latches}
        following = [base[latch.literal] for latch in extra]
        for action in self.old.behaviour.actions:
            twin = self.new.behaviour.action(action.name)
            if twin is None:
                continue
            chosen, _ = self.choices(action, twin)
            image = dict(base)
            for bit in old.inputs:
                kind, number = bit.name.split("#")
                code = action.code >> int(number) & 1
                image[bit.literal] = code if kind == "step" else chosen.get(bit.name, FALSE)
            taken = old.graph.copy_into(self.graph, [latch.next for latch in extra], image)
            here = self.selected(action.name)
            following = [
                self.graph.choose(here, after, before)
                for after, before in zip(taken, following, strict=True)
            ]
        return [
            Latch(f"old {latch.name}", base[latch.literal], after, latch.reset)
            for latch, after in zip(extra, following, strict=True)
        ]

    def selected(self, step: str) -> int:
        """The literal that says that the new version's inputs mean a step."""
        action = self.new.behaviour.action(step)
        assert action is not None, "a step of the new version"
        names = (bit.name for bit in self.new.behaviour.circuit.inputs)
        meant = selecting(action.code, names).items()
        return self.graph.all(self.new.image[name] ^ (not value) for name, value in meant)


def claims_in(behaviour: Behaviour) -> set[str]:
    """Properties and the cases that must occur; each step says itself when it is enabled."""
    goals = {goal for goal in behaviour.circuit.bad if not is_step(goal)}
    return goals - {DEADLOCK}
