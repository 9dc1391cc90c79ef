"""What two versions of a step read of what they write: the same before as many writes to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, count, takewhile, zip_longest
from typing import NamedTuple

from verifier.circuit.aig import FALSE
from verifier.compiler.behaviour import Action, Behaviour, Variable
from verifier.compiler.cut_circuit import after_write, write
from verifier.diff.miter import Joint, Side
from verifier.diff.pairing import same_code
from verifier.diff.step_comparison import Effect
from verifier.gate.weakened.states import States


@dataclass(frozen=True)
class WrittenField:
    """A field that some step writes: what is read before the step, and after each write."""

    was: str
    now: str
    old: tuple[Variable, ...]
    new: tuple[Variable, ...]

    @property
    def has_same_codes(self) -> bool:
        """Whether one value can be read by both."""
        return all(map(same_code, self.old[1:], self.new[1:]))


class Aligned(NamedTuple):
    """A step of both versions, and the fields of which they need not read the same."""

    then: Effect
    here: Effect
    apart: tuple[Apart, ...]


class Apart(NamedTuple):
    """What each version reads of a field, before the step and after each write, and the writes."""

    field: WrittenField
    was: Read
    now: Read


class Read(NamedTuple):
    values: list[tuple[int, ...]]
    writes: list[int]
    """For each number, from one on, that there are as many."""


class Alignment:
    """What both versions read of the fields that some step writes; `joint` leaves that open."""

    def __init__(self, joint: Joint, fields: Mapping[str, str], states: States) -> None:
        self._joint, self._states = joint, states
        self._spare = dict[str, int]()
        self._written = tuple(_written(joint.old.behaviour, joint.new.behaviour, fields))

    def taken(
        self,
        versions: tuple[Action, Action],
        chosen: Mapping[str, int],
        goals: tuple[list[str], list[str]],
        given: Mapping[str, int] = {},
    ) -> Aligned:
        """A step of both, with one value for what both write as often for the same reasons.

        `chosen` are the old one's choices, `given` the new one's where they are not its inputs.
        """
        joint, (was, now), (before, after) = self._joint, versions, goals
        here = joint.effect(joint.new, now, given, after)
        shared = [each for each in self._written if each.has_same_codes]
        while True:
            names = {each.was for each in shared}
            apart = [each for each in self._written if each.was not in names]
            old = self._reading(shared, apart)
            then = joint.effect(old, was, chosen, before)
            still = [each for each in shared if self._as_often(each, then, here)]
            if len(still) == len(shared):
                break
            shared = still
        read = (
            Apart(
                each,
                Read([old.bits(value) for value in each.old], _writes(then, each.was)),
                Read([joint.new.bits(value) for value in each.new], _writes(here, each.now)),
            )
            for each in apart
            if each.old and each.new
        )
        return Aligned(then, here, tuple(read))

    def matched(self, apart: Iterable[Apart], asked: Iterable[int]) -> tuple[int, ...]:
        """That both read the same of what decides some literals, in either way."""
        graph, waiting, found = self._joint.graph, [*apart], list[Apart]()
        asked = [*asked]
        while asked:
            below = {2 * node for node in graph.cone(asked)}
            read = [each for each in waiting if not below.isdisjoint(chain(*_values(each)))]
            waiting = [each for each in waiting if each not in read]
            asked = [literal for each in read for literal in (*each.was.writes, *each.now.writes)]
            found += read
        ways = (map(partial(self._same_reads, at_start=way), found) for way in (True, False))
        return tuple(dict.fromkeys(map(graph.all, ways)))

    def _as_often(self, field: WrittenField, then: Effect, here: Effect) -> bool:
        """Whether both write a field as often, whatever they read."""
        was, now = _writes(then, field.was), _writes(here, field.now)
        both = zip_longest(was, now, fillvalue=FALSE)
        differ = [self._joint.graph.differ(*each) for each in both]
        return not any(differ) or not self._states.has_any(differ)

    def _reading(self, shared: Iterable[WrittenField], apart: Iterable[WrittenField]) -> Side:
        """The old version, which reads the new one's values of some fields after each write.

        Of others it reads values of its own, before the step, too.
        """
        joint, image = self._joint, dict(self._joint.old.image)
        for each in shared:
            for was, now in zip(each.old[1:], each.new[1:], strict=False):
                image |= zip(was.bits, joint.new.bits(now), strict=True)
        for each in apart:
            for bit in each.old[0].bits if each.old else ():
                image[bit] = self._spare.setdefault(bit, joint.graph.variable())
        return replace(joint.old, image=image)

    def _same_reads(self, apart: Apart, at_start: bool) -> int:
        """That the same is read of a field before the same number of writes still to come.

        Where only one version writes it, what is read before the step has no such partner: there
        the other one reads what this one reads before the step, or what it leaves.
        """
        field, was, now = apart
        graph = self._joint.graph
        first = self._same(field, was.values[0], now.values[0])
        if was.values[0] and now.values[0] and not at_start:
            by_one = graph.differ(
                *(each.writes[0] if each.writes else FALSE for each in (was, now))
            )
            left = self._same(field, self._before_last(0, was), self._before_last(0, now))
            first = graph.choose(by_one, left, first)
        matched = [first]
        for number, both in enumerate(zip(was.writes, now.writes, strict=False)):
            same = self._same(field, self._before_last(number, was), self._before_last(number, now))
            matched.append(graph.any([same, *(each ^ 1 for each in both)]))
        return graph.all(matched)

    def _same(self, field: WrittenField, old: Sequence[int], new: Sequence[int]) -> int:
        """That both versions read the same; one code is enough of those that mean it."""
        joint, (was, now) = self._joint, (field.old[0], field.new[0])
        if not same_code(was, now):
            return joint.same(was, old, now, new)
        return joint.graph.all(joint.graph.differ(*bits) ^ 1 for bits in zip(old, new, strict=True))

    def _before_last(self, number: int, read: Read) -> Sequence[int]:
        """What is read with some number of writes still to come, if there are as many."""
        found, choose = read.values[0], self._joint.graph.choose
        for value, more in zip(read.values[1:], read.writes[number:], strict=False):
            found = tuple(choose(more, *bits) for bits in zip(value, found, strict=True))
        return found


def _values(apart: Apart) -> Iterator[tuple[int, ...]]:
    yield from (*apart.was.values, *apart.now.values)


def _writes(effect: Effect, name: str) -> list[int]:
    """For each number, from one on, that a step writes a field as often."""
    outputs = (effect.get(write(number, name)) for number in count(1))
    return [bits[0] for bits in takewhile(bool, outputs) if bits and bits[0] != FALSE]


def _written(old: Behaviour, new: Behaviour, fields: Mapping[str, str]) -> Iterator[WrittenField]:
    """The fields that some step writes; `fields` has those with other names now."""
    first = after_write(1, "")
    before = {now: was for was, now in fields.items()}
    names = [f.name.removeprefix(first) for f in old.fields if f.name.startswith(first)]
    others = (f.name.removeprefix(first) for f in new.fields if f.name.startswith(first))
    names += [name for each in others if (name := before.get(each, each)) not in names]
    for was in names:
        now = fields.get(was, was)
        yield WrittenField(was, now, _read(old, was), _read(new, now))


def _read(version: Behaviour, name: str) -> tuple[Variable, ...]:
    names = chain([name], (after_write(number, name) for number in count(1)))
    return tuple(field for field in takewhile(bool, map(version.field, names)) if field)
