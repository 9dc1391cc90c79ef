"""What steps note and assert less than at the base, whatever else they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from verifier.circuit.aig import FALSE, TRUE, Graph
from verifier.circuit.circuit import Circuit
from verifier.compiler.behaviour import Action, Variable
from verifier.compiler.cut_circuit import (
    FAILS,
    LEAVES,
    NOTES,
    SEES,
    WRITES,
    Cut,
    write,
)
from verifier.compiler.digest import everything, outputs_digest
from verifier.compiler.selector import selecting
from verifier.diff.miter import Joint
from verifier.gate.weakened.alignment import Alignment
from verifier.gate.weakened.states import States
from verifier.gate.weakened.weakening import digest_of
from verifier.language.goals import step_goal
from verifier.language.plain_values import Value

SeenKind = Literal["noted", "demanded"]
"""Notes that are others, and what an assertion demanded."""


MOST = 12
"""Bits of values for which it is asked whether some enable a step."""


@dataclass(frozen=True)
class SeenLess:
    """A step of which, for some values that may be read in it, less is noted or demanded.

    `names` are ghosts, fields, or the FILE:LINE:FUNCTION of the assertion with the `text`.
    """

    step: str
    kind: SeenKind
    names: tuple[str, ...]
    example: Mapping[str, Value] = field(default_factory=dict)
    digests: tuple[str, str] = ("", "")
    text: str = ""


@dataclass(frozen=True)
class _Question:
    """Something that is seen less if each of some literals holds somewhere."""

    step: str
    kind: SeenKind
    name: str
    literals: tuple[int, ...]


def seen_less(
    old: Cut, new: Cut, steps: Mapping[str, str], fields: Mapping[str, str]
) -> Iterator[SeenLess]:
    """Compare two versions of a system; `steps` and `fields` are those with other names now."""
    if not (steps or fields) and _shape(old) == _shape(new):
        return
    old = replace(old, behaviour=old.behaviour.with_steps(steps))
    comparison = _Comparison(old, new, fields)
    states, groups = comparison.states, dict[tuple[str, ...], list[_Question]]()
    for each in comparison.questions():
        apart = (each.name,) if each.kind == "demanded" else ()
        groups.setdefault((each.step, each.kind, *apart), []).append(each)
    for group in groups.values():
        step, kind, first = group[0].step, group[0].kind, group[0].name
        action = new.behaviour.action(step)
        less = group
        for way in range(len(group[0].literals)):
            holding = states.which(each.literals[way] for each in less)
            less = [each for each in less if each.literals[way] in holding]
        if less:
            literal = comparison.joint.graph.any(each.literals[0] for each in less)
            example = states.where([literal], action.choices if action else ()) or {}
            digests = digest_seen(old, step, kind, first), digest_seen(new, step, kind)
            names = tuple(each.name for each in less)
            yield SeenLess(step, kind, names, example, digests, old.asserted.get(first, ""))


def _shape(cut: Cut) -> tuple[object, ...]:
    """All that is compared, but for where assertions are; equal ones need no question."""
    circuit, of = cut.behaviour.circuit, cut.behaviour
    fails = [literal for name, literal in circuit.bad.items() if name.startswith(FAILS)]
    others = {n: literal for n, literal in circuit.bad.items() if not n.startswith(FAILS)}
    whole = replace(circuit, bad={**others, FAILS: circuit.graph.any(fails)})
    steps = [(action.name, action.code, action.choices) for action in of.actions]
    return everything(whole), of.fields, steps, cut.noted, cut.written


class _Comparison:
    """Both versions in one graph, with the same state, choices and state that is seen."""

    def __init__(self, old: Cut, new: Cut, fields: Mapping[str, str]) -> None:
        self.old, self.new, self.fields = old, new, fields
        prefixes = ("", NOTES, LEAVES)
        names = {f"{p}{was}": f"{p}{now}" for was, now in fields.items() for p in prefixes}
        names |= {each.name: "" for each in old.behaviour.fields if each.name.startswith(SEES)}
        self.joint = Joint(old.behaviour, new.behaviour, names)
        self._alignment = Alignment(self.joint, fields)
        self.states = States(self.joint)

    def questions(self) -> Iterator[_Question]:
        """What may be seen less in a step that both have: what did not fold to the same gates."""
        for action in self.new.behaviour.actions:
            if self.old.behaviour.action(action.name) is not None:
                for each in self._of(action.name):
                    if FALSE not in each.literals:
                        yield each

    def _of(self, step: str) -> Iterator[_Question]:
        joint, graph = self.joint, self.joint.graph
        was, now = joint.versions(step)
        chosen, same_choices = joint.choices(was, now)
        fires, same = step_goal(step), graph.both(joint.same_state, same_choices)
        goals = _goals(self.old, fires), _goals(self.new, fires)
        then, here, apart = self._alignment.taken((was, now), chosen, goals)
        [enabled] = here[fires]
        possible = graph.both(then[fires][0], self._possible(enabled))
        fails = graph.both(enabled, graph.any(bits[0] for _, bits in _named(here, FAILS)))
        failed = graph.any(bits[0] for _, bits in _named(then, FAILS))
        is_other = (enabled, fails) != (then[fires][0], graph.both(then[fires][0], failed))
        if is_other and not self.states.has_any([graph.both(enabled, fails ^ 1)]):
            possible, fails = then[fires][0], FALSE  # nothing of it would be compared
        found = list[tuple[SeenKind, str, int]]()
        for before, after in joint.fields:
            names = after.name, before.name
            name, was_name = (n.removeprefix(NOTES).removeprefix(LEAVES) for n in names)
            [wrote] = then.get(write(1, was_name), [FALSE])
            if self._is_compared(before, after):
                a, b = then[f"field {before.name}"], here[f"field {after.name}"]
                differs = joint.same(before, a, after, b) ^ 1
                hidden = graph.all([possible, enabled ^ 1, wrote])
                less = graph.either(graph.both(enabled, differs), hidden)
                found.append(("noted", name, less))
            if was_name in self.old.noted and name in self.new.written - self.new.noted:
                found.append(("noted", name, graph.both(possible, wrote)))
        for name, literals in _named(then, FAILS):
            found.append(("demanded", name, graph.all([possible, literals[0], fails ^ 1])))
        matched = self._alignment.matched(apart, (less for _, _, less in found))
        given = [graph.both(same, each) for each in matched]
        for kind, name, less in found:
            yield _Question(step, kind, name, tuple(graph.both(each, less) for each in given))

    def _is_compared(self, before: Variable, after: Variable) -> bool:
        """Whether a field is what is noted in an event, or in a ghost that observers write.

        What others wrote to such a ghost, too, is a part of what the steps do.
        """
        was = before.name.removeprefix(NOTES).removeprefix(LEAVES)
        now = after.name.removeprefix(NOTES).removeprefix(LEAVES)
        if was not in self.old.noted and now not in self.new.noted:
            return False
        events = self.old.events | self.new.events
        apart = was in self.old.written or not events.isdisjoint((was, now))
        return before.name.startswith(NOTES if apart else LEAVES)

    def _possible(self, enabled: int) -> int:
        """That a step is enabled with some of the values that are read once they are written."""
        after = [f for f in self.new.behaviour.fields if f.name.startswith(SEES)]
        bits = {bit for field in after for bit in self.joint.new.bits(field)}
        asked = bits.intersection(2 * node for node in self.joint.graph.cone([enabled]))
        return self.joint.graph.exists(enabled, asked) if len(asked) <= MOST else TRUE


def _named(effect: Mapping[str, list[int]], kind: str) -> Iterator[tuple[str, list[int]]]:
    """The outputs of a kind, by the rest of their names."""
    return ((n.removeprefix(kind), bits) for n, bits in effect.items() if n.startswith(kind))


def _goals(cut: Cut, fires: str) -> list[str]:
    """The outputs about one step."""
    outputs = cut.behaviour.circuit.bad
    return [fires, *(name for name in outputs if name.startswith((FAILS, WRITES)))]


def digest_seen(cut: Cut, step: str, kind: SeenKind, assertion: str = "") -> str:
    """A digest of what a step notes, what is looked at, or what one and all assertions demand."""
    action = cut.behaviour.action(step)
    if action is None:
        return ""
    alone = _alone(cut, action)
    fails = [name for name in alone.bad if name.startswith(FAILS)]
    if kind == "demanded":
        total = alone.graph.any(alone.bad[name] for name in fails)
        one = alone.bad.get(FAILS + assertion, FALSE)
        return digest_of(
            outputs_digest(replace(alone, bad={"one": one, "all": total}), ["one", "all"])
        )
    noted = [p + path for p in (NOTES, LEAVES) for path in sorted(cut.noted)]
    bits = (bit for name in noted for bit in _bits(cut, name))
    return outputs_digest(alone, [step_goal(step), *bits])


def _bits(cut: Cut, name: str) -> tuple[str, ...]:
    variable = cut.behaviour.field(name)
    return () if variable is None else variable.bits


def _alone(cut: Cut, action: Action) -> Circuit:
    """One step, with all that it leaves as outputs."""
    circuit, graph = cut.behaviour.circuit, Graph()
    image = {latch.literal: graph.variable() for latch in circuit.latches}
    selected = selecting(action.code, (bit.name for bit in circuit.inputs))
    for bit in circuit.inputs:
        is_fixed = bit.name in selected
        image[bit.literal] = int(selected[bit.name]) if is_fixed else graph.variable()
    roots = {latch.name: latch.next for latch in circuit.latches} | circuit.bad
    copied = circuit.graph.copy_into(graph, roots.values(), image)
    latches = tuple(replace(x, literal=image[x.literal]) for x in circuit.latches)
    free = (bit for bit in circuit.inputs if bit.name not in selected)
    inputs = tuple(replace(bit, literal=image[bit.literal]) for bit in free)
    return Circuit(
        graph,
        inputs,
        tuple(replace(latch, next=latch.literal) for latch in latches),
        dict(zip(roots, copied, strict=True)),
    )
