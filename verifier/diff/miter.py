"""Two versions of a system over one graph, joined on the names of fields, steps and choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from verifier.circuit.aig import FALSE, TRUE, Graph
from verifier.circuit.circuit import Circuit, Input, Latch
from verifier.compiler.behaviour import Action, Behaviour, Variable
from verifier.compiler.selector import selecting
from verifier.diff.pairing import means, paired_choices, paired_values, recoded, same_code


@dataclass(frozen=True)
class Aspect:
    """One thing that a step may do differently: a field's next value, or a judgement."""

    step: str
    kind: str
    """`disabled`, `enabled`, `idle`, `failing` where it was not; `field`, `property`, `witness`."""
    name: str
    differs: int
    old: tuple[int, ...]
    new: tuple[int, ...]


@dataclass
class Side:
    """One version: the literals of its latches and inputs in the joint graph."""

    behaviour: Behaviour
    image: dict[str, int] = field(default_factory=dict)

    def bits(self, variable: Variable) -> tuple[int, ...]:
        """A field's literals; constants where it never changes."""
        if variable.bits or len(variable.values) == 1:
            return tuple(self.image[bit] for bit in variable.bits)
        assert variable.initial is not None, "what never changes starts with one value"
        return tuple(map(int, variable.code(variable.initial)))

    def taking(self, action: Action, chosen: Mapping[str, int]) -> dict[int, int]:
        """Literals of the version's circuit in the joint graph, where it takes a step."""
        circuit = self.behaviour.circuit
        image = {latch.literal: self.image[latch.name] for latch in circuit.latches}
        given = {**chosen, **selecting(action.code, (bit.name for bit in circuit.inputs))}
        for bit in circuit.inputs:
            image[bit.literal] = int(given.get(bit.name, self.image.get(bit.name, FALSE)))
        return image


class Joint:
    """The states of both versions, equal in every field that both have.

    `renamed` says which old field is which new one. A field of one version only is free. What the
    old version never changes it relies on, whatever the new one makes of it; `strict`
    leaves such states out.
    """

    def __init__(
        self, old: Behaviour, new: Behaviour, renamed: Mapping[str, str], strict: bool = False
    ) -> None:
        self.graph = Graph()
        self.old, self.new = Side(old), Side(new)
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
        self.same_fields = {
            was.name: self.same(was, self.old.bits(was), now, self.new.bits(now))
            for was, now in self.fields
            if was.bits or strict
        }
        """For each old field that the new version has, too, that it has the same value there."""
        self.same_state = self.graph.all(self.same_fields.values())
        self.spare = {bit.name: self.graph.variable() for bit in old.circuit.inputs}

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

    def choices(self, was: Action, now: Action) -> tuple[dict[str, int], int]:
        """The old step's choices as the new one's inputs, and that they mean the same."""
        chosen: dict[str, int] = {}
        same_choices = TRUE
        for old, new in paired_choices(was, now):
            if new is not None and same_code(old, new):
                chosen |= {a: self.new.image[b] for a, b in zip(old.bits, new.bits, strict=True)}
                continue
            bits = [self.spare[bit] for bit in old.bits]
            chosen |= zip(old.bits, bits, strict=True)
            if new is not None:
                same = self.same_choice(old, chosen, new)
                same_choices = self.graph.both(same_choices, same)
        return chosen, same_choices

    def same_choice(self, was: Variable, chosen: Mapping[str, int], now: Variable) -> int:
        """That a choice means the same as the new one's inputs; `chosen` has its literals."""
        inputs = [self.new.image[bit] for bit in now.bits]
        return self.same(was, [chosen[bit] for bit in was.bits], now, inputs)

    def effect(
        self, side: Side, action: Action, chosen: Mapping[str, int], goals: Iterable[str]
    ) -> dict[str, list[int]]:
        """One step of one version: each field's next value, and each goal."""
        circuit, image = side.behaviour.circuit, side.taking(action, chosen)
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
        inputs += [Input(f"old {name}", literal) for name, literal in self.spare.items()]
        return Circuit(graph, tuple(inputs), tuple(latches), bad)

    def _alongside(self, extra: Sequence[Latch]) -> list[Latch]:
        """Latches of the old version that follow its own steps, taken with the new one's inputs."""
        graph = self.old.behaviour.circuit.graph
        before = [self.old.image[latch.name] for latch in extra]
        following = before
        for action in self.old.behaviour.actions:
            twin = self.new.behaviour.action(action.name)
            if twin is None:
                continue
            chosen, _ = self.choices(action, twin)
            image = self.old.taking(action, chosen)
            taken = graph.copy_into(self.graph, [latch.next for latch in extra], image)
            here = self.selected(action.name)
            following = [
                self.graph.choose(here, after, stays)
                for after, stays in zip(taken, following, strict=True)
            ]
        return [
            Latch(f"old {latch.name}", now, after, latch.reset)
            for latch, now, after in zip(extra, before, following, strict=True)
        ]

    def selected(self, step: str) -> int:
        """The literal that says that the new version's inputs mean a step."""
        action = self.new.behaviour.action(step)
        assert action is not None, "a step of the new version"
        names = (bit.name for bit in self.new.behaviour.circuit.inputs)
        meant = selecting(action.code, names).items()
        return self.graph.all(self.new.image[name] ^ (not value) for name, value in meant)
