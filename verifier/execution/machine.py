"""Runs a system on plain values, one step at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from verifier.compiler.transition_system import DEADLOCK
from verifier.evidence.traces import ASSERTIONS as ASSERTIONS
from verifier.evidence.traces import Running
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

    def running(self) -> Running:
        """Who runs now, by the system's own account; nobody where it gives none."""
        if self.system.level is None:
            return self.presenter.running(self.run)
        with blaming(f"the level of `{self.system.name}`", SECONDS), self.run.observed():
            level = self.system.level(self.state)
        return Running((level,) if level else ())

    def failing(self, properties: Sequence[ModelFunction]) -> list[ModelFunction]:
        """The claims that are violated now, and the cases that occur.

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
            if function.sought in holds:
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
            if holds is function.sought:
                return reads
        return None
