"""What a violated claim looks at, and what of it alone decides: found by judging it again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any

from verifier.compiler.transition_system import DEADLOCK
from verifier.evidence.explanation import Asserted, Blocked, FailingPart, Failure
from verifier.execution.execution import Execution
from verifier.execution.machine import ASSERTIONS, Machine
from verifier.explain.causes import others
from verifier.explain.failing_parts import JudgedPart, failing_parts
from verifier.language.errors import ModelError, Place, within_project
from verifier.language.plain_values import shown
from verifier.language.tracing.quotation import assertion, assumption


class Failing:
    """The state in which a claim fails: the last one, which a step that asserts leaves as it was.

    `reads` are the fields that the claim looks at, with their values there: for an assertion those
    that its step reads, for `deadlock` those that the steps read which are not enabled.
    `standing` says that the claim holds there, and fails once nothing happens.
    """

    def __init__(self, execution: Execution, group: str, claim: str) -> None:
        self._system, self._group = execution.system, group
        self._claims = [f for f in execution.claims(group) if f.name == claim]
        self._last = execution.moves[-1] if group == ASSERTIONS else None
        machine = execution.machine()
        self._values = machine.values
        self._failed_at: Place | None = None
        self.obstacles = machine.obstacles() or [] if group == DEADLOCK else []
        self.standing = any(map(machine.fails_standing, self._claims))
        self.reads = self._reads(machine)

    def _reads(self, machine: Machine) -> dict[str, Any]:
        if self._claims:
            return machine.read_by(self._claims[0])
        found = {field for each in self.obstacles for field in each.reads}
        if self._last is not None:
            machine.run.reads = {}
            taken = machine.move(self._last)
            self._failed_at = None if taken is None else taken.failed_at
            found = set(machine.run.reads)
        pairs = zip(self._system.layout.leaves, self._values, strict=True)
        return {leaf.path: v for leaf, v in pairs if leaf.path in found and not leaf.event}

    def failure(self) -> Failure:
        """How the claim fails, for people: of what it reads the fields that can change."""
        constant = {leaf.path for leaf in self._system.layout.leaves if leaf.constant}
        return Failure(
            seen={f: shown(v) for f, v in (self.reads | self._seen).items() if f not in constant},
            arbitrary=tuple(filter(self._system.is_arbitrary, self.reads)),
            standing=self.standing,
            blocked=self._blocked(),
            asserted=self._asserted(),
            parts=tuple(
                FailingPart(
                    part.text,
                    {f: shown(value) for f, value in part.seen.items() if f not in constant},
                    self._deciding(part.seen, part.holds),
                )
                for part in self._parts
            ),
        )

    @property
    def _seen(self) -> dict[str, Any]:
        """What the parts that fail look at."""
        return {field: value for part in self._parts for field, value in part.seen.items()}

    @cached_property
    def _parts(self) -> list[JudgedPart]:
        """The parts that fail, where there are several or one that compares records."""
        if not self._claims:
            return []
        found = failing_parts(Machine(self._system, self._values), self._claims[0])
        return found if len(found) > 1 or any(part.compares for part in found) else []

    def _asserted(self) -> Asserted | None:
        place = self._failed_at
        if place is None:
            return None
        code, says = assertion(place)
        return Asserted(code, within_project(place.file), place.line, says)

    def _blocked(self) -> tuple[Blocked, ...]:
        """Each step of a deadlock with the assumption that keeps it from being taken."""
        places = {leaf.path: leaf for leaf in self._system.layout.leaves}
        return tuple(
            Blocked(
                step=each.step.name,
                test=assumption(each.place) if each.place else "",
                file=within_project(each.place.file) if each.place else "",
                line=each.place.line if each.place else 0,
                reads={
                    field: shown(value)
                    for field, value in each.reads.items()
                    if not places[field].constant and not places[field].event
                },
                choices={name: shown(value) for name, value in each.choices.items()},
            )
            for each in self.obstacles
        )

    def decisive(self, fields: Collection[str]) -> tuple[str, ...]:
        """The fields of which another value, alone, would make the claim hold."""
        return self._deciding(fields, self._holds)

    def _deciding(
        self, fields: Collection[str], holds: Callable[[Machine], bool]
    ) -> tuple[str, ...]:
        found = []
        for place, leaf in enumerate(self._system.layout.leaves):
            if leaf.path not in fields or leaf.constant:
                continue
            for other in others(self._values[place]):
                values = [*self._values[:place], other, *self._values[place + 1 :]]
                if holds(Machine(self._system, values)):
                    found.append(leaf.path)
                    break
        return tuple(field for field in fields if field in found)

    def _holds(self, machine: Machine) -> bool:
        if self._claims:
            return not machine.failing(self._claims)
        try:
            if self._last is None:
                return machine.obstacles() is None
            taken = machine.move(self._last)
        except ModelError:  # a state that never occurs: no model need make sense of it
            return False
        return taken is not None and taken.failed is None
