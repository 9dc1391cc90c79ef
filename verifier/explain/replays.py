"""An execution taken again from one of its states, changed: does it still violate its property?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verifier.compiler.transition_system import DEADLOCK
from verifier.execution.execution import Execution
from verifier.execution.machine import ASSERTIONS, Machine
from verifier.language.concrete_execution import Taken
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Rest:
    """The rest of an execution from another state, as far as it can be taken.

    `stops` is the first of its steps, from 1, that cannot be taken; 0 where all can.
    """

    violates: bool
    stops: int = 0


class Replays:
    """Replays of the same moves from other states; `left` is how many steps may still be taken."""

    def __init__(self, execution: Execution, group: str, budget: int) -> None:
        self.execution, self.group, self.left = execution, group, budget
        self.states = [tuple(values) for values in execution.states]
        self.moves = execution.moves
        self.machine = Machine(execution.system)
        self.machine.run.logging = False
        self.claims = execution.claims(group)
        self._known: dict[tuple[int, Values], Rest] = {}
        self._live = self._looked_at()

    def _looked_at(self) -> list[frozenset[int]]:
        """For each state the places of the values that steps or claims look at from there on."""
        leaves = self.execution.system.layout.leaves
        places = {leaf.path: place for place, leaf in enumerate(leaves)}
        events = {place for place, leaf in enumerate(leaves) if leaf.event}
        if self.group == DEADLOCK:
            return [frozenset(range(len(leaves)))] * len(self.states)
        live, found = frozenset[int](), []
        for number in reversed(range(len(self.moves) + 1)):
            read = self._read_by_step(number) if number < len(self.moves) else set()
            live = frozenset((live | {places[path] for path in read}) - events)
            live |= {places[path] for path in self.read_by_claims(number)}
            found.append(live)
        return found[::-1]

    def _read_by_step(self, number: int) -> set[str]:
        run = self.machine.run
        run.store.values, run.reads = list(self.states[number]), {}
        self.machine.move(self.moves[number])
        read, run.reads = set(run.reads), None
        return read

    def read_by_claims(self, number: int) -> set[str]:
        """What the claims look at in a state of the execution."""
        run = self.machine.run
        run.store.values, run.reads = list(self.states[min(number, len(self.states) - 1)]), {}
        self.machine.failing(self.claims)
        read, run.reads = set(run.reads), None
        return read

    def is_same(self, number: int, values: Values) -> bool:
        """Whether nothing that is looked at from a state on differs from what it was."""
        before = self.states[number]
        return all(values[place] == before[place] for place in self._live[number])

    def take(self, number: int, values: Values) -> Taken | None:
        """Take one of the moves in another state; None where it cannot be taken."""
        self.left -= 1
        self.machine.run.store.values = list(values)
        return self.machine.move(self.moves[number])

    def rest(self, number: int, values: Values) -> Rest:
        """What the moves from a number on, from 0, come to in another state."""
        passed: list[tuple[int, Values]] = []
        found: Rest | None = None
        while found is None:
            key = number, values
            found = self._known.get(key)
            if found is not None:
                break
            passed.append(key)
            found, values = self._next(number, values)
            number += 1
        for key in passed:
            self._known[key] = found
        return found

    def _next(self, number: int, values: Values) -> tuple[Rest | None, Values]:
        """What is known of a state, or else the state after the next move."""
        if number == len(self.moves):
            return Rest(self._is_bad(values)), values
        if self.is_same(number, values) or self._is_bad(values):
            return Rest(True), values
        try:
            taken = self.take(number, values)
        except ModelError:  # a state that never occurs: no model need make sense of it
            return Rest(True), values
        if taken is None:
            return Rest(False, number + 1), values
        if taken.failed is not None:
            return Rest(self.group == ASSERTIONS, number + 1), values
        return None, taken.values

    def _is_bad(self, values: Values) -> bool:
        self.machine.run.store.values = list(values)
        return self.machine.violated(self.group, self.claims) is not None

    def failing_in(self, values: Values, claims: Sequence[ModelFunction]) -> list[str]:
        """The claims that do not hold in a state."""
        self.machine.run.store.values = list(values)
        return [claim.name for claim in self.machine.failing(claims)]

    def failing(
        self, number: int, values: Values, claims: Sequence[ModelFunction]
    ) -> dict[str, None]:
        """The claims that do not hold in a state or later, as far as the moves can be taken."""
        found: dict[str, None] = {}
        while True:
            found |= dict.fromkeys(self.failing_in(values, claims))
            taken = self.take(number, values) if number < len(self.moves) else None
            if taken is None:
                return found
            if taken.failed is not None:
                return found | {taken.failed: None}
            number, values = number + 1, taken.values
