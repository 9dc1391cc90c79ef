"""Whether what was claimed of a system's states is still claimed, decided by Z3 over all states.

Why so: docs/decisions/0026-weaker-is-decided-over-all-states.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from verifier.compiler.behaviour import Behaviour
from verifier.diff.miter import Joint
from verifier.diff.pairing import widened
from verifier.gate.weakened.claim_names import group_of, is_claimed, of_property
from verifier.gate.weakened.states import States
from verifier.language.goals import case_goal
from verifier.language.plain_values import Value


@dataclass(frozen=True)
class Less:
    """A property function that allows a state which it used to exclude, or finds more cases.

    `gone` says that its property has no claims any more, or no cases.
    """

    function: str
    """As KIND:GROUP/NAME."""
    example: Mapping[str, Value]
    gone: bool


class Implied:
    """The claims of two versions of a system, on states that are equal in what both have."""

    def __init__(self, old: Behaviour, new: Behaviour, renamed: Mapping[str, str]) -> None:
        self._joint = Joint(old, new, renamed)
        self._old = _copied(self._joint, old, self._joint.old.image)
        self._new = _copied(self._joint, new, self._joint.new.image)
        self._states = States(self._joint)

    def less(self) -> list[Less]:
        """The functions whose property excludes less than they did; of each an example."""
        found = []
        for name, literal in self._old.items():
            now = self._now(group_of(name), is_claimed(name))
            example = self._example(name, literal, now)
            if example is not None:
                found.append(Less(name, example, not now))
        return found

    def unclear(self) -> dict[str, tuple[str, ...]]:
        """The functions that look at fields with new values, or rows beside them, and these."""
        joint, found = self._joint, dict[str, tuple[str, ...]]()
        names = [field.name for field in joint.new.behaviour.fields]
        wider = {
            now.name: {bit & ~1 for bit in joint.new.bits(now)}
            for _, now in widened(joint.fields, names)
        }
        for name, literal in self._old.items() if wider else ():
            below = {2 * node for node in joint.graph.cone([literal])}
            fields = tuple(field for field, bits in wider.items() if bits & below)
            found |= {name: fields} if fields else {}
        return found

    def renamed(self, gone: Iterable[str]) -> dict[str, str]:
        """Properties that are gone with their first heirs, and the cases that are theirs now."""
        found: dict[str, str] = {}
        for group in sorted(gone):
            for heir in self.heirs(group)[:1]:
                found[group] = heir
                found |= self._renamed_cases(group, heir)
        return found

    def _renamed_cases(self, group: str, heir: str) -> dict[str, str]:
        """The cases of a property, as goals, with those of its heir that demand as much."""
        found: dict[str, str] = {}
        for name in of_property(self._old, group, claimed=False):
            for other, now in self._now(heir, claimed=False).items():
                if self._states.where([now, self._old[name] ^ 1]) is None:
                    found[_case(name)] = _case(other)
                    break
        return {was: now for was, now in found.items() if was != now}

    def heirs(self, group: str) -> list[str]:
        """The properties that exclude and find all that a property which is gone did."""
        mine = {name: literal for name, literal in self._old.items() if group_of(name) == group}
        others = {group_of(name) for name in self._new} - {group_of(name) for name in self._old}
        return [other for other in sorted(others) if self._inherits(mine, other)]

    def _inherits(self, mine: Mapping[str, int], heir: str) -> bool:
        return all(
            self._example(name, literal, self._now(heir, is_claimed(name))) is None
            for name, literal in mine.items()
        )

    def _now(self, group: str, claimed: bool) -> dict[str, int]:
        """The claims of a property as it is now, or its cases."""
        return {name: self._new[name] for name in of_property(self._new, group, claimed)}

    def _example(
        self, name: str, literal: int, now: Mapping[str, int]
    ) -> Mapping[str, Value] | None:
        """A state of which a function says more than those that there are now; None if none is."""
        if is_claimed(name):
            return self._state_excluded(literal, now)
        return self._state_added(name, literal, now)

    def _state_excluded(self, literal: int, now: Mapping[str, int]) -> Mapping[str, Value] | None:
        """A state that a claim excluded, and none of those that there are now does."""
        graph = self._joint.graph
        return self._states.where([literal, graph.any(now.values()) ^ 1])

    def _state_added(
        self, name: str, literal: int, now: Mapping[str, int]
    ) -> Mapping[str, Value] | None:
        """A state that counts as a case now and did not; None where some case demands as much."""
        first: Mapping[str, Value] | None = {} if not now else None
        for each in sorted(now, key=lambda other: other != name):
            example = self._states.where([now[each], literal ^ 1])
            if example is None:
                return None
            first = example if first is None else first
        return first


def _case(name: str) -> str:
    """The goal that is a function's, whose name has no group."""
    return case_goal(name.rpartition("/")[2])


def _copied(joint: Joint, behaviour: Behaviour, image: Mapping[str, int]) -> dict[str, int]:
    circuit = behaviour.circuit
    known = {latch.literal: image[latch.name] for latch in circuit.latches}
    copied = circuit.graph.copy_into(joint.graph, circuit.bad.values(), known)
    return dict(zip(circuit.bad, copied, strict=True))
