"""Values that a change adds: what the old version says without looking, it says of them, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from verifier.circuit.aig import FALSE, TRUE
from verifier.compiler.behaviour import Action
from verifier.diff.miter import Joint
from verifier.diff.pairing import added_values, paired_choices, widened
from verifier.gate.weakened.alignment import Apart
from verifier.gate.weakened.seen_digests import SeenKind

CHOICE = "choice "
"""How the names of choices begin here, beside those of fields."""


@dataclass(frozen=True)
class Said:
    """Something that the old version of a step notes or demands."""

    kind: SeenKind
    name: str
    by: tuple[int, ...]
    """The literals that say it."""
    anything: int
    """That it is said at all."""
    less: int
    """That the new version says otherwise."""


class NewValues:
    """The fields of two versions that have new values, or rows beside them, and choices of a step.

    They go by their old names.
    """

    def __init__(
        self,
        joint: Joint,
        versions: tuple[Action, Action] | None = None,
        chosen: Mapping[str, int] = {},
        apart: Iterable[Apart] = (),
    ) -> None:
        """Of a step also what is read of its choices, and of fields once they are written.

        `chosen` are the literals of the old version's choices.
        """
        self._graph, self.apart = joint.graph, tuple(apart)
        names = [field.name for field in joint.new.behaviour.fields]
        pairs = widened(joint.fields, names)
        self._read = {was.name: _nodes(joint.new.bits(now)) for was, now in pairs}
        """What the old version reads of them, as literals of variables."""
        self._added = {was.name for was, now in pairs if added_values(was, now)}
        self._same = dict(joint.same_fields)
        self.names = {was.name: now.name for was, now in pairs}
        """The new names of the fields."""
        for old, new in paired_choices(*versions) if versions else ():
            if new is not None:
                self._same[CHOICE + old.name] = joint.same_choice(old, chosen, new)
                if added_values(old, new):
                    self._add(CHOICE + old.name, (chosen[bit] for bit in old.bits))
        for each in self.apart:
            if added_values(each.field.old[0], each.field.new[0]):
                self._add(each.field.was, chain(*each.was.values))
            elif each.field.was in self._read:
                self._read[each.field.was] |= _nodes(chain(*each.was.values))

    def __bool__(self) -> bool:
        return bool(self._read)

    def _add(self, name: str, bits: Iterable[int]) -> None:
        self._added.add(name)
        self._read[name] = self._read.get(name, set()) | _nodes(bits)

    def read_by(self, literals: Iterable[int]) -> set[str]:
        """Those that some literals of the old version depend on."""
        below = {2 * node for node in self._graph.cone(list(literals))}
        return {name for name, bits in self._read.items() if not bits.isdisjoint(below)}

    def unread(self, read: Iterable[str]) -> set[str]:
        """Those with new values of which the old version says all that it says of others."""
        return self._added.difference(read)

    def given(self, unread: Iterable[str]) -> int:
        """That some have a new value, and all else is the same in both versions."""
        graph, left = self._graph, {*unread}
        if not left:
            return FALSE
        same = graph.all(literal for name, literal in self._same.items() if name not in left)
        others = graph.all(self._same.get(name, TRUE) for name in sorted(left))
        return graph.both(same, others ^ 1)


def _nodes(bits: Iterable[int]) -> set[int]:
    return {bit & ~1 for bit in bits}
