"""Runs a system on plain values: the simulator, and the judge of every counterexample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from verifier.compiler.transition_system import DEADLOCK
from verifier.evidence.traces import ASSERTIONS as ASSERTIONS
from verifier.execution.presenter import Presenter
from verifier.language.concrete_execution import ConcreteRun, Taken
from verifier.language.enabled import Obstacle, obstacles
from verifier.language.errors import blaming
from verifier.language.functions import ModelFunction
from verifier.language.system import Step, System, bindings

GOES_ON = "some_step_is_enabled"
"""The claim of `deadlock`."""
SECONDS = 20.0

Move = tuple[Step, Mapping[str, Any]]
"""A step with a value for each of its choices."""


class Machine:
    """A system in one state, moved by steps."""

    def __init__(self, system: System, values: Sequence[Any] | None = None) -> None:
        self.system = system
        start = system.initial_values if values is None else values
        self.run = ConcreteRun(system.layout.leaves, list(start))
        self.state = system.state(self.run.store)
        self.presenter = Presenter(system)

    @property
    def values(self) -> tuple[Any, ...]:
        """The value of each leaf now."""
        return tuple(self.run.store.values)

    def move(self, move: Move) -> Taken | None:
        """Take a step; None, and nothing changed, where it is not enabled."""
        step, choices = move
        with blaming(f"step `{step.name}` of `{self.system.name}`", SECONDS):
            return self.run.take(step.function, self.state, choices)

    def level(self) -> str:
        """Who runs now, by the system's own account; empty where it gives none."""
        if self.system.level is None:
            return self.presenter.lane(self.run)
        with blaming(f"the level of `{self.system.name}`", SECONDS), self.run.observed():
            return self.system.level(self.state)

    def failing(self, properties: Sequence[ModelFunction]) -> list[ModelFunction]:
        """The `always` functions that do not hold now, and the `sometimes` that are found.

        Now, or once the machine stands still, as it can after any step: its events are blank then.
        """
        found = self._failing(properties)
        left = [function for function in properties if function not in found]
        if left and self._has_events:
            with self._standing():
                found += self._failing(left)
        return [function for function in properties if function in found]

    def _failing(self, properties: Sequence[ModelFunction]) -> list[ModelFunction]:
        found = []
        for function in properties:
            with blaming(f"property `{function.name}`", SECONDS):
                holds = [bool(b.holds(self.run.store)) for b in bindings(self.system, function)]
            if any(holds) if function.kind == "sometimes" else not all(holds):
                found.append(function)
        return found

    @property
    def _has_events(self) -> bool:
        """Whether anything happened in the last step."""
        return any(
            leaf.event and value != leaf.default
            for leaf, value in zip(self.run.store.leaves, self.run.store.values, strict=True)
        )

    @contextmanager
    def _standing(self) -> Iterator[None]:
        """After a step that changes nothing, for a while."""
        before = list(self.run.store.values)
        self.run.stand()
        try:
            yield
        finally:
            self.run.store.values[:] = before

    def obstacles(self) -> list[Obstacle] | None:
        """What keeps each step from being taken now; None where some step is enabled."""
        return obstacles(self.system, self.run)

    def violated(self, group: str, claims: Sequence[ModelFunction]) -> str | None:
        """Which claim of a property does not hold now; an assertion fails in a step, not here."""
        if group == ASSERTIONS:
            return None
        if group == DEADLOCK:
            stuck = not self.system.may_end and self.obstacles() is not None
            return GOES_ON if stuck else None
        return next((function.name for function in self.failing(claims)), None)

    def read_by(self, function: ModelFunction) -> dict[str, Any]:
        """What a property function looks at now, in order, where it fails; see `failing`."""
        found = self._read_by(function)
        if found is None:
            with self._standing():
                found = self._read_by(function)
        return found or {}

    def fails_standing(self, function: ModelFunction) -> bool:
        """Whether a property function holds now, and not once the machine stands still."""
        return function in self.failing([function]) and not self._failing([function])

    def _read_by(self, function: ModelFunction) -> dict[str, Any] | None:
        for binding in bindings(self.system, function):
            self.run.reads = {}
            holds = bool(binding.holds(self.run.store))
            reads, self.run.reads = self.run.reads, None
            if not holds:
                return reads
        return None


@dataclass(frozen=True)
class Stopped:
    """Where moves cannot be followed: the number of the move, from 1, and why."""

    at: int
    reason: str


def violation(
    system: System,
    properties: Sequence[ModelFunction],
    group: str,
    start: Sequence[Any],
    moves: Sequence[Move],
) -> str | Stopped:
    """The conjunct of `group` that fails after the last move, and only there if it is shortest."""
    machine = Machine(system, start)
    wanted = [f for f in properties if f.group == group and f.kind == "always"]
    taken: Taken | None = None
    for number, move in enumerate(moves, 1):
        taken = machine.move(move)
        if taken is None:
            return Stopped(number, f"`{move[0].name}` is not enabled")
        if taken.failed is not None and number < len(moves):
            return Stopped(number, f"the assertion `{taken.failed}` fails before the last step")
    if group == ASSERTIONS:
        failed = taken.failed if taken is not None else None
        return failed or Stopped(len(moves), "no assertion fails")
    return machine.violated(group, wanted) or Stopped(len(moves), f"`{group}` is not violated")


def before_violation(
    system: System,
    properties: Sequence[ModelFunction],
    group: str,
    start: Sequence[Any],
    moves: Sequence[Move],
) -> Sequence[Move]:
    """The moves up to the first violation of a property; all where there is none before the end."""
    machine = Machine(system, start)
    wanted = [f for f in properties if f.group == group and f.kind == "always"]
    for number, move in enumerate(moves):
        if machine.violated(group, wanted):
            return moves[:number]
        taken = machine.move(move)
        if taken is None or taken.failed is not None:
            break
    return moves


class Variations:
    """An execution that violates a property, tried with one of its moves changed.

    Its states are kept: only what comes after the change is taken again, and only until the state
    is what it was.
    """

    def __init__(
        self,
        system: System,
        properties: Sequence[ModelFunction],
        group: str,
        start: Sequence[Any],
        moves: Sequence[Move],
    ) -> None:
        self.moves = list(moves)
        self._system, self._group = system, group
        self._claims = [f for f in properties if f.group == group and f.kind == "always"]
        machine = Machine(system, start)
        self._states = [machine.values]
        for move in moves:
            machine.move(move)
            self._states.append(machine.values)

    def violate(self, number: int, move: Move) -> bool:
        """Whether the last step violates the property with this move at a place, from 0."""
        return self._after(number, move) is not None

    def keep(self, number: int, move: Move) -> bool:
        """Make this move the execution's own if it violates the property all the same."""
        states = self._after(number, move)
        if states is None:
            return False
        self.moves[number] = move
        self._states[number + 1 : number + 1 + len(states)] = states
        return True

    def _after(self, number: int, move: Move) -> list[tuple[Any, ...]] | None:
        """The states after a changed move that are others; None where the violation is lost."""
        machine = Machine(self._system, self._states[number])
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
