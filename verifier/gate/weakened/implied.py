"""Whether what was claimed of a system's states is still claimed, decided by Z3 over all states.

Why so: docs/decisions/0026-weaker-is-decided-over-all-states.md
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from verifier.circuit.aig import FALSE, TRUE
from verifier.compiler.behaviour import Behaviour
from verifier.diff.miter import Joint
from verifier.gate.weakened.claim_names import group_of, is_claimed, of_property
from verifier.gate.weakened.new_values import NewValues
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
        self._anywhere = self._states.anywhere()
        self._grown = NewValues(self._joint)

    def less(self) -> list[Less]:
        """The functions whose property excludes less than they did; of each an example."""
        return list(self._less(self._old, self._states))

    def less_of_new(self) -> list[Less]:
        """Those that do so where fields that they did not look at have new values.

        They said the same whatever the values were.
        """
        return list(self._less(self._old, self._anywhere))

    def _less(self, names: Iterable[str], states: States, heir: str = "") -> Iterator[Less]:
        """Functions that say less in some states, or than an heir does."""
        for name in names:
            literal = self._old[name]
            given = TRUE if states is self._states else self._beyond(literal)
            now = self._now(heir or group_of(name), is_claimed(name))
            example = self._example(name, now, states, given) if given != FALSE else None
            if example is not None:
                yield Less(name, example, not now)

    def _beyond(self, literal: int) -> int:
        """That fields have new values that an old function does not look at."""
        return self._grown.given(self._grown.unread(self._grown.read_by([literal])))

    def unclear(self) -> dict[str, tuple[str, ...]]:
        """The functions that look at fields with new values, or rows beside them, and these."""
        found, grown = dict[str, tuple[str, ...]](), self._grown
        for name, literal in self._old.items() if grown else ():
            read = grown.read_by([literal])
            fields = tuple(now for was, now in grown.names.items() if was in read)
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
        mine = [name for name in self._old if group_of(name) == group]
        others = {group_of(name) for name in self._new} - {group_of(name) for name in self._old}
        return [other for other in sorted(others) if self._inherits(mine, other)]

    def _inherits(self, mine: Collection[str], heir: str) -> bool:
        both = (self._less(mine, states, heir) for states in (self._states, self._anywhere))
        return next(chain.from_iterable(both), None) is None

    def _now(self, group: str, claimed: bool) -> dict[str, int]:
        """The claims of a property as it is now, or its cases."""
        return {name: self._new[name] for name in of_property(self._new, group, claimed)}

    def _example(
        self, name: str, now: Mapping[str, int], states: States, given: int
    ) -> Mapping[str, Value] | None:
        """A state of which a function says more than those that there are now; None if none is."""
        literal = self._old[name]
        if is_claimed(name):  # a state that it excluded, and none of those that there are now does
            return states.where([given, literal, self._joint.graph.any(now.values()) ^ 1])
        first: Mapping[str, Value] | None = {} if not now else None
        for each in sorted(now, key=lambda other: other != name):
            example = states.where([given, now[each], literal ^ 1])  # it counts as a case, too
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
