"""Whether what was claimed of a system's states is still claimed, decided by Z3 over all states.

Why so: docs/decisions/0026-weaker-is-decided-over-all-states.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from verifier.compiler.behaviour import Behaviour
from verifier.diff.miter import Joint
from verifier.gate.weakened.states import States
from verifier.language.plain_values import Value

ALWAYS, SOMETIMES = "always:", "sometimes:"


@dataclass(frozen=True)
class Less:
    """A property function that allows a state which it used to exclude, or finds more cases.

    `gone` says that nothing with its kind is left in its property.
    """

    function: str
    """As `always:GROUP/NAME`."""
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
            group = group_of(name)
            if name.startswith(ALWAYS):
                now = self._in(ALWAYS, group)
                example = self._state_excluded(literal, now)
            else:
                now = self._in(SOMETIMES, group)
                example = self._state_added(name, literal, now)
            if example is not None:
                found.append(Less(name, example, not now))
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
        for name, literal in self._old.items():
            if not name.startswith(f"{SOMETIMES}{group}/"):
                continue
            for other, now in self._in(SOMETIMES, heir).items():
                if self._states.where([now, literal ^ 1]) is None:
                    found[_case(name)] = _case(other)
                    break
        return {was: now for was, now in found.items() if was != now}

    def heirs(self, group: str) -> list[str]:
        """The properties that exclude and find all that a property which is gone did."""
        mine = {name: literal for name, literal in self._old.items() if group_of(name) == group}
        others = {group_of(name) for name in self._new} - {group_of(name) for name in self._old}
        return [other for other in sorted(others) if self._inherits(mine, other)]

    def _inherits(self, mine: Mapping[str, int], heir: str) -> bool:
        for name, literal in mine.items():
            if name.startswith(ALWAYS):
                left = self._state_excluded(literal, self._in(ALWAYS, heir))
            else:
                left = self._state_added(name, literal, self._in(SOMETIMES, heir))
            if left is not None:
                return False
        return True

    def _in(self, kind: str, group: str) -> dict[str, int]:
        return {n: x for n, x in self._new.items() if n.startswith(f"{kind}{group}/")}

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
    """The goal of `sometimes:GROUP/NAME`, which has no group."""
    return f"{SOMETIMES}{name.rpartition('/')[2]}"


def group_of(name: str) -> str:
    """The property of `always:GROUP/NAME`; a property's name has no slash."""
    return name.partition(":")[2].partition("/")[0]


def _copied(joint: Joint, behaviour: Behaviour, image: Mapping[str, int]) -> dict[str, int]:
    circuit = behaviour.circuit
    known = {latch.literal: image[latch.name] for latch in circuit.latches}
    copied = circuit.graph.copy_into(joint.graph, circuit.bad.values(), known)
    return dict(zip(circuit.bad, copied, strict=True))
