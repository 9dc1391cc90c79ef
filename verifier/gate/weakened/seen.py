"""What steps note and assert less than at the base, whatever else they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from verifier.circuit.aig import FALSE, TRUE
from verifier.compiler.behaviour import Variable
from verifier.compiler.cut_circuit import FAILS, LEAVES, NOTES, SEES, Cut, write
from verifier.compiler.digest import everything
from verifier.compiler.reached_text import is_as_before
from verifier.diff.miter import Joint
from verifier.diff.step_comparison import Effect
from verifier.gate.weakened.alignment import Alignment, Apart
from verifier.gate.weakened.inheritance import Inheritance
from verifier.gate.weakened.new_values import NewValues, Said
from verifier.gate.weakened.seen_digests import SeenKind, digest_seen
from verifier.gate.weakened.seen_outputs import goals_of, is_reached, named, plain
from verifier.gate.weakened.states import States
from verifier.language.goals import step_goal
from verifier.language.plain_values import Value

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

    def in_way(self, number: int) -> int:
        """The literal of one way of two; where both are the same, there is one."""
        return self.literals[number % len(self.literals)]


def seen_less(
    old: Cut,
    new: Cut,
    steps: Mapping[str, str],
    fields: Mapping[str, str],
    never_changed: Mapping[str, Value] | None = None,
    real: Joint | None = None,
) -> Iterator[SeenLess]:
    """Compare two versions of a system; `steps` and `fields` are those with other names now.

    Fields that are `never_changed` have these values in all executions of both versions. `real` are
    the versions as they are, which say what new steps do in the place of others.
    """
    if not (steps or fields) and _shape(old) == _shape(new):
        return
    words = {steps.get(step, step): words for step, words in old.words.items()}
    old = replace(old, behaviour=old.behaviour.with_steps(steps), words=words)
    comparison = _Comparison(old, new, fields, never_changed or {}, real)
    states, groups = comparison.states.anywhere(), dict[tuple[str, ...], list[_Question]]()
    for each in comparison.questions():
        apart = (each.name,) if each.kind == "demanded" else ()
        groups.setdefault((each.step, each.kind, *apart), []).append(each)
    for group in groups.values():
        step, kind, first = group[0].step, group[0].kind, group[0].name
        action = new.behaviour.action(step)
        less = group
        for way in range(max(len(each.literals) for each in group)):
            holding = states.which(each.in_way(way) for each in less)
            less = [each for each in less if each.in_way(way) in holding]
        if less:
            literal = comparison.joint.graph.any(each.literals[0] for each in less)
            example = states.where([literal], action.choices if action else ()) or {}
            digests = digest_seen(old, step, kind, first), digest_seen(new, step, kind)
            names = tuple(dict.fromkeys(each.name for each in less))
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

    def __init__(
        self,
        old: Cut,
        new: Cut,
        fields: Mapping[str, str],
        never_changed: Mapping[str, Value],
        real: Joint | None,
    ) -> None:
        self.old, self.new, self.fields = old, new, fields
        prefixes = ("", NOTES, LEAVES)
        names = {f"{p}{was}": f"{p}{now}" for was, now in fields.items() for p in prefixes}
        names |= {each.name: "" for each in old.behaviour.fields if each.name.startswith(SEES)}
        self.joint = Joint(old.behaviour, new.behaviour, names)
        self.states = States(self.joint)
        self._alignment = Alignment(self.joint, fields, self.states)
        self._inherited = Inheritance(self.joint, real)
        constants = {
            f: never_changed[f.name] for f in new.behaviour.fields if f.name in never_changed
        }
        self._constants = {
            literal: int(bit)
            for field, value in constants.items()
            for literal, bit in zip(self.joint.new.bits(field), field.code(value), strict=True)
        }

    def questions(self) -> Iterator[_Question]:
        """What may be seen less in a step that both have: what did not fold to the same gates."""
        for action in self.new.behaviour.actions:
            if self.old.behaviour.action(action.name) is not None:
                for each in (*self._of(action.name), *self._taken_over(action.name)):
                    if FALSE not in each.literals:
                        yield each

    def _of(self, step: str) -> Iterator[_Question]:
        joint, graph = self.joint, self.joint.graph
        was, now = joint.versions(step)
        chosen, same_choices = joint.choices(was, now)
        fires, elsewhere = step_goal(step), (each.region for each in self._inherited.of(step))
        same = graph.all([joint.same_state, same_choices, graph.any(elsewhere) ^ 1])
        goals = goals_of(self.old, fires), goals_of(self.new, fires)
        then, here, apart = self._alignment.taken((was, now), chosen, goals)
        [enabled] = here[fires]
        [was_enabled] = then[fires]
        possible = graph.both(was_enabled, self._possible(enabled))
        fails, failed = (graph.any(b[0] for _, b in named(x, FAILS)) for x in (here, then))
        still_fails = graph.both(fails, failed)
        is_narrower = graph.both(was_enabled, self._possible(self._usually(enabled)) ^ 1)
        is_other = (enabled, fails) != (was_enabled, failed)
        if is_other and not self.states.has_any([graph.both(enabled, fails ^ 1)]):
            possible, fails, is_narrower = was_enabled, FALSE, FALSE  # nothing would be compared
        neither = graph.both(was_enabled ^ 1, enabled ^ 1)
        found = list[tuple[SeenKind, str, int]]()
        for before, after in joint.fields:
            name, was_name = plain(after.name), plain(before.name)
            [wrote] = then.get(write(1, was_name), [FALSE])
            if self._is_compared(before, after):
                a, b = then[f"field {before.name}"], here[f"field {after.name}"]
                differs = joint.same(before, a, after, b) ^ 1
                hidden = graph.all([possible, enabled ^ 1, still_fails ^ 1, wrote])
                reached = graph.both(neither, is_reached(then, was_name))
                compared = graph.either(enabled, reached)
                less = graph.either(graph.both(compared, differs), hidden)
                found.append(("noted", name, less))
            if was_name in self.old.noted and name in self.new.written - self.new.noted:
                found.append(("noted", name, graph.both(possible, wrote)))
        for name, [literal] in named(then, FAILS):
            found.append(("demanded", name, graph.all([is_narrower ^ 1, literal, fails ^ 1])))
        yield from self._asked(step, found, apart, same)
        if not is_as_before(self.old.words[step], self.new.words[step]):
            grown = NewValues(joint, (was, now), chosen, apart)
            for each in self._said((then, here), enabled, fails) if grown else ():
                yield from self._of_new_values(step, each, grown, same)

    def _of_new_values(
        self, step: str, said: Said, grown: NewValues, same: int
    ) -> Iterator[_Question]:
        """What a step with another text says less beside new values that it did not read.

        Of those that it read nothing was said, and all that it said is in question.
        """
        read = grown.read_by(said.by)
        if any(not name.startswith((NOTES, LEAVES)) for name in read):
            yield from self._asked(step, [(said.kind, said.name, said.anything)], grown.apart, same)
        unread = grown.unread(read)
        if unread:
            apart = [each for each in grown.apart if each.field.was not in unread]
            found = [(said.kind, said.name, said.less)]
            yield from self._asked(step, found, apart, grown.given(unread))

    def _said(self, both: tuple[Effect, Effect], enabled: int, fails: int) -> Iterator[Said]:
        """What the old version of a step says, wherever the new one is possible."""
        graph, (then, here) = self.joint.graph, both
        for name, [literal] in named(then, FAILS):
            yield Said("demanded", name, (literal,), literal, graph.both(literal, fails ^ 1))
        for before, after in self.joint.fields:
            if self._is_compared(before, after):
                was, now = plain(before.name), plain(after.name)
                a, b = then[f"field {before.name}"], here[f"field {after.name}"]
                differs = self.joint.same(before, a, after, b) ^ 1
                [wrote], reached = then.get(write(1, was), [FALSE]), is_reached(then, was)
                noted = graph.both(wrote, reached)
                hidden = graph.all([noted, enabled ^ 1, is_reached(here, now) ^ 1])
                less = graph.both(graph.either(enabled, noted), differs)
                by = (*a, wrote, reached)
                yield Said("noted", now, by, noted, graph.either(less, hidden))

    def _taken_over(self, step: str) -> Iterator[_Question]:
        """What new steps note and assert less where they do what a step did and does not any more.

        Where nobody does so, the step is reported as narrowed.
        """
        joint, graph = self.joint, self.joint.graph
        was, still = joint.versions(step)
        chosen, _ = joint.choices(was, still)
        for each in self._inherited.of(step):
            goals = goals_of(self.old, step_goal(step)), goals_of(self.new, step_goal(each.by.name))
            then, here, apart = self._alignment.taken((was, each.by), chosen, goals, each.given)
            fails = graph.any(bits[0] for _, bits in named(here, FAILS))
            found: list[tuple[SeenKind, str, int]] = [
                ("demanded", name, graph.both(literal, fails ^ 1))
                for name, [literal] in named(then, FAILS)
            ]
            for before, after in joint.fields:
                if self._is_compared(before, after):
                    a, b = then[f"field {before.name}"], here[f"field {after.name}"]
                    found.append(("noted", plain(after.name), joint.same(before, a, after, b) ^ 1))
            same = graph.both(joint.same_state, each.region)
            yield from self._asked(step, found, apart, same)

    def _asked(
        self,
        step: str,
        found: Sequence[tuple[SeenKind, str, int]],
        apart: Iterable[Apart],
        given: int,
    ) -> Iterator[_Question]:
        """The questions, where both versions read the same of what decides them."""
        graph = self.joint.graph
        matched = self._alignment.matched(apart, (less for _, _, less in found))
        for kind, name, less in found:
            literals = tuple(graph.all([given, each, less]) for each in matched)
            yield _Question(step, kind, name, literals)

    def _usually(self, literal: int) -> int:
        """A literal where the fields that no execution changes have their values."""
        graph = self.joint.graph
        leaves = {2 * node for node in graph.cone([literal]) if not graph.is_gate(2 * node)}
        image = {leaf: self._constants.get(leaf, leaf) for leaf in leaves}
        return graph.copy_into(graph, [literal], image)[0]

    def _is_compared(self, before: Variable, after: Variable) -> bool:
        """Whether a field is what is noted in an event, or in a ghost that observers write.

        What others wrote to such a ghost, too, is a part of what the steps do.
        """
        was, now = plain(before.name), plain(after.name)
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
