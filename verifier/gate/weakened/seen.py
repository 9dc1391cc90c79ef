"""What steps note and assert less than at the base, whatever else they do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from verifier.circuit.aig import FALSE, Graph
from verifier.circuit.circuit import Circuit
from verifier.compiler.behaviour import Action, Variable
from verifier.compiler.cut_circuit import FAILS, LATE, LEAVES, LOOKS, NOTES, SEES, Cut
from verifier.compiler.digest import everything, said
from verifier.diff.miter import Joint
from verifier.gate.weakened.states import States
from verifier.gate.weakened.weakening import digest_of
from verifier.language.goals import step_goal
from verifier.language.plain_values import Value

SeenKind = Literal["noted", "observed", "asserted", "demanded"]
"""Notes that are others; what observers, or assertions, see before it is as it is left; and what an
assertion demanded."""


LOOKED: tuple[SeenKind, ...] = ("observed", "asserted")


@dataclass(frozen=True)
class SeenLess:
    """A step of which, in some state that observers and assertions may see, less is noted.

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
    """Whether a literal holds anywhere; then something is seen less."""

    step: str
    kind: SeenKind
    name: str
    literal: int


def seen_less(
    old: Cut, new: Cut, steps: Mapping[str, str], fields: Mapping[str, str]
) -> Iterator[SeenLess]:
    """Compare two versions of a system; `steps` and `fields` are those with other names now."""
    if not (steps or fields) and _shape(old) == _shape(new):
        return
    old = replace(old, behaviour=old.behaviour.with_steps(steps))
    comparison = _Comparison(old, new, fields)
    states, groups = States(comparison.joint), dict[tuple[str, ...], list[_Question]]()
    for each in comparison.questions():
        apart = (each.name,) if each.kind == "demanded" else ()
        groups.setdefault((each.step, each.kind, *apart), []).append(each)
    asked = [each for group in groups.values() for each in group]
    if not asked or states.where([comparison.any_of(asked)]) is None:
        return
    for group in groups.values():
        step, kind, first = group[0].step, group[0].kind, group[0].name
        action = new.behaviour.action(step)
        example = states.where([comparison.any_of(group)], action.choices if action else ())
        if example is not None:
            names = tuple(each.name for each in group if states.has(each.literal))
            digests = digest_seen(old, step, kind, first), digest_seen(new, step, kind)
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
        prefixes = ("", SEES, NOTES, LEAVES)
        names = {f"{p}{was}": f"{p}{now}" for was, now in fields.items() for p in prefixes}
        self.joint = Joint(old.behaviour, new.behaviour, names)

    def any_of(self, questions: Collection[_Question]) -> int:
        return self.joint.graph.any(each.literal for each in questions)

    def questions(self) -> Iterator[_Question]:
        """What may be seen less in a step that both have: what did not fold to the same gates."""
        for action in self.new.behaviour.actions:
            if self.old.behaviour.action(action.name) is not None:
                for each in self._of(action.name):
                    if each.literal != FALSE:
                        yield each

    def _of(self, step: str) -> Iterator[_Question]:
        joint, graph = self.joint, self.joint.graph
        was, now = joint.versions(step)
        chosen, alike = joint.choices(was, now)
        fires, given = step_goal(step), graph.both(joint.alike, alike)
        then = joint.effect(joint.old, was, chosen, _goals(self.old, fires))
        here = joint.effect(joint.new, now, {}, _goals(self.new, fires))
        taken = graph.both(given, here[fires][0])
        both = graph.both(taken, then[fires][0])
        for before, after in joint.fields:
            if self._is_compared(before, after):
                a, b = then[f"field {before.name}"], here[f"field {after.name}"]
                differs = joint.same(before, a, after, b) ^ 1
                name = after.name.removeprefix(NOTES).removeprefix(LEAVES)
                yield _Question(step, "noted", name, graph.both(taken, differs))
        for kind in LOOKED:
            for name, literal in self._late(LOOKS[kind], then, here):
                yield _Question(step, kind, name, graph.both(both, literal))
        fails = graph.any(literals[0] for _, literals in _named(here, FAILS))
        for name, literals in _named(then, FAILS):
            lost = graph.all([taken, literals[0], fails ^ 1])
            yield _Question(step, "demanded", name, lost)

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

    def _late(
        self, look: str, then: Mapping[str, list[int]], here: Mapping[str, list[int]]
    ) -> Iterator[tuple[str, int]]:
        """Fields that were seen as they were left, and are not, but for what observers write."""
        for path, literals in _named(then, look):
            now = self.fields.get(path, path)
            if now not in self.old.noted | self.new.noted:
                [late] = here.get(f"{LATE}{look}{now}", [FALSE])
                yield now, self.joint.graph.both(literals[0], late)


def _named(effect: Mapping[str, list[int]], kind: str) -> Iterator[tuple[str, list[int]]]:
    """The outputs of a kind, by the rest of their names."""
    return ((n.removeprefix(kind), bits) for n, bits in effect.items() if n.startswith(kind))


def _goals(cut: Cut, fires: str) -> list[str]:
    """The outputs about one step."""
    prefixes = (FAILS, LATE, *LOOKS.values())
    return [fires, *(name for name in cut.behaviour.circuit.bad if name.startswith(prefixes))]


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
        return digest_of(said(replace(alone, bad={"one": one, "all": total}), ["one", "all"]))
    if kind == "noted":
        noted = [p + path for p in (NOTES, LEAVES) for path in sorted(cut.noted)]
        bits = (bit for name in noted for bit in _bits(cut, name))
        return said(alone, [step_goal(step), *bits])
    look = LOOKS[kind]
    return said(alone, [name for name in alone.bad if name.startswith((look, LATE + look))])


def _bits(cut: Cut, name: str) -> tuple[str, ...]:
    variable = cut.behaviour.field(name)
    return () if variable is None else variable.bits


def _alone(cut: Cut, action: Action) -> Circuit:
    """One step, with all that it leaves as outputs."""
    circuit, graph = cut.behaviour.circuit, Graph()
    image = {latch.literal: graph.variable() for latch in circuit.latches}
    for bit in circuit.inputs:
        kind, _, number = bit.name.partition("#")
        chosen = kind == "step"
        image[bit.literal] = action.code >> int(number) & 1 if chosen else graph.variable()
    roots = {latch.name: latch.next for latch in circuit.latches} | circuit.bad
    copied = circuit.graph.copy_into(graph, roots.values(), image)
    latches = tuple(replace(x, literal=image[x.literal]) for x in circuit.latches)
    free = (bit for bit in circuit.inputs if not bit.name.startswith("step#"))
    inputs = tuple(replace(bit, literal=image[bit.literal]) for bit in free)
    return Circuit(
        graph,
        inputs,
        tuple(replace(latch, next=latch.literal) for latch in latches),
        dict(zip(roots, copied, strict=True)),
    )
