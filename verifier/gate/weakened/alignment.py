"""What two versions of a step read of what they write: the same before as many writes to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, pairwise, product, takewhile
from typing import NamedTuple

from verifier.circuit.aig import FALSE, TRUE
from verifier.compiler.behaviour import Action, Behaviour, Variable
from verifier.compiler.cut_circuit import after_write, write
from verifier.diff.miter import Joint, Side
from verifier.diff.pairing import same_code
from verifier.diff.step_comparison import Effect


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
    """A step of both versions, and that they read the same, in either way."""

    then: Effect
    here: Effect
    matched: tuple[int, int]


class Alignment:
    """What both versions read of the fields that some step writes; `joint` leaves that open."""

    def __init__(self, joint: Joint, fields: Mapping[str, str]) -> None:
        self._joint = joint
        self._spare = dict[str, int]()
        self._written = tuple(_written(joint.old.behaviour, joint.new.behaviour, fields))

    def taken(
        self,
        versions: tuple[Action, Action],
        chosen: Mapping[str, int],
        goals: tuple[list[str], list[str]],
    ) -> Aligned:
        """A step of both, with one value for what both write as often for the same reasons."""
        joint, (was, now), (before, after) = self._joint, versions, goals
        here = joint.effect(joint.new, now, {}, after)
        shared = [each for each in self._written if each.has_same_codes]
        while True:
            names = {each.was for each in shared}
            apart = [each for each in self._written if each.was not in names]
            old = self._reading(shared, apart)
            then = joint.effect(old, was, chosen, before)
            still = [each for each in shared if _writes(then, each.was) == _writes(here, each.now)]
            if len(still) == len(shared):
                break
            shared = still
        from_start, from_end = (
            joint.graph.all(self._same_reads(old, each, then, here, at_start) for each in apart)
            for at_start in (True, False)
        )
        return Aligned(then, here, (from_start, from_end))

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

    def _same_reads(
        self, old: Side, field: WrittenField, then: Effect, here: Effect, at_start: bool
    ) -> int:
        """That the same is read of a field before the same number of writes still to come.

        Where only one version writes it, what is read before the step has no such partner: there
        the other one reads what this one reads before the step, or what it leaves.
        """
        graph, matched = self._joint.graph, TRUE
        if not (field.old and field.new):
            return TRUE
        reads = [(each, old.bits(each)) for each in field.old]
        now = [(each, self._joint.new.bits(each)) for each in field.new]
        at_start = at_start or not (field.old[0].bits and field.new[0].bits)
        ends = product(self._ends(_writes(then, field.was)), self._ends(_writes(here, field.now)))
        for (i, one), (j, other) in ends:
            pairs = [(i - k, j - k) for k in range(min(i, j))]
            pairs.append((i, j) if bool(i) != bool(j) and not at_start else (0, 0))
            same = graph.all(self._joint.same(*reads[a], *now[b]) for a, b in pairs)
            matched = graph.both(matched, graph.any([one ^ 1, other ^ 1, same]))
        return matched

    def _ends(self, writes: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Each number of writes, with that there are just as many."""
        at_least = TRUE, *writes, FALSE
        for number, (some, more) in enumerate(pairwise(at_least)):
            yield number, self._joint.graph.both(some, more ^ 1)


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
