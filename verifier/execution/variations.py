"""An execution that violates a property, tried with one of its moves changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from verifier.execution.execution import Execution
from verifier.execution.machine import ASSERTIONS, Machine, Move


class Variations:
    """An execution and its states, of which a change replaces those that come after it.

    Only these are taken again, and only until the state is what it was.
    """

    def __init__(self, execution: Execution, group: str) -> None:
        self._execution, self._group = execution, group
        self.moves, self._states = list(execution.moves), execution.states
        self._claims = execution.claims(group)

    @property
    def execution(self) -> Execution:
        """The execution with the changes that were made."""
        return replace(self._execution, moves=self.moves)

    def violate(self, number: int, move: Move) -> bool:
        """Whether the last step violates the property with this move at a place, from 0."""
        return self._after(number, move) is not None

    def adopt(self, number: int, move: Move) -> bool:
        """Make this move the execution's own if it violates the property all the same."""
        states = self._after(number, move)
        if states is None:
            return False
        self.moves[number] = move
        self._states[number + 1 : number + 1 + len(states)] = states
        return True

    def _after(self, number: int, move: Move) -> list[tuple[Any, ...]] | None:
        """The states after a changed move that are others; None where the violation is lost."""
        machine = Machine(self._execution.system, self._states[number])
        machine.run.logging = False
        states: list[tuple[Any, ...]] = []
        last, failed = len(self.moves) - 1, None
        for place in range(number, last + 1):
            taken = machine.move(move if place == number else self.moves[place])
            if taken is None or (taken.failed is not None and place < last):
                return None
            if place < last and machine.values == self._states[place + 1]:
                return states
            failed = taken.failed
            states.append(machine.values)
        asserts = self._group == ASSERTIONS
        violated = failed if asserts else machine.violated(self._group, self._claims)
        return states if violated else None
