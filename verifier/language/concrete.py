"""Concrete runs: the same functions on plain values, with a log of what they did."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from verifier.language.errors import Disabled, refuse
from verifier.language.functions import ModelFunction
from verifier.language.layout import Leaf
from verifier.language.stores import Base, Store, wants


@dataclass(frozen=True)
class Assignment:
    """A field got a value, the one it had or another."""

    path: str
    old: Any
    new: Any
    line: int


@dataclass
class Call:
    """A model function was entered; what it did, in order, and what it returned."""

    function: ModelFunction
    line: int
    entries: list[Assignment | Call] = field(default_factory=list)
    result: Any = None


class LoggedStore(Store):
    """A system's state in a concrete run."""

    run: ConcreteRun

    def read(self, base: Base) -> Any:
        leaf = self.leaves[base]  # type: ignore[index]
        if leaf.ghost and not self.run.observing:
            raise refuse(
                f"`{leaf.path}` is ghost state and is read by a model function",
                "only properties and observers read ghosts",
            )
        return self.values[base]  # type: ignore[index]

    def write(self, base: Base, value: Any) -> None:
        leaf = self.leaves[base]  # type: ignore[index]
        if leaf.constant and value == leaf.default:
            return
        if leaf.constant or not leaf.accepts(value):
            raise refuse(f"`{value!r}` is assigned to `{leaf.path}`", wants(leaf))
        self.poke(base, value)

    def poke(self, base: Base, raw: Any) -> None:
        leaf = self.leaves[base]  # type: ignore[index]
        if self.run.observing and not leaf.ghost:
            raise refuse(
                f"`{leaf.path}` is changed by an observer", "observers change ghosts only"
            )
        old = self.values[base]  # type: ignore[index]
        self.run.log(Assignment(leaf.path, old, raw, _model_line()))
        self.values[base] = raw  # type: ignore[index]


def _model_line() -> int:
    """The line that assigns: three frames of this package lie above it."""
    frame = sys._getframe(2)
    while frame.f_back is not None and "/verifier/language/" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame.f_lineno


@dataclass(frozen=True)
class Taken:
    """A step that was enabled: the state after it, what it did, and the assertion it failed."""

    values: tuple[Any, ...]
    call: Call
    failed: str | None


class ConcreteRun:
    """Runs model functions on one state of plain values and logs them."""

    def __init__(self, leaves: tuple[Leaf, ...], values: list[Any]) -> None:
        self.store = LoggedStore(leaves, values)
        self.store.run = self
        self.observing = False
        self._open: list[Call] = []

    def log(self, entry: Assignment | Call) -> None:
        if self._open:
            self._open[-1].entries.append(entry)

    def call(
        self, function: ModelFunction, given: tuple[Any, ...], named: Mapping[str, Any]
    ) -> Any:
        made = Call(function, _model_line())
        self.log(made)
        self._open.append(made)
        before = self.observing
        self.observing = before or function.kind in ("observer", "always", "sometimes")
        try:
            made.result = function.body(*given, **named)
        except AssertionError as failure:
            if not failure.args:
                failure.args = (function.name,)
            raise
        finally:
            self.observing = before
            self._open.pop()
        return made.result

    def take(
        self, step: ModelFunction, state: Any, choices: Mapping[str, Any]
    ) -> Taken | None:
        """Run a step; None, and nothing changed, where it is not enabled.

        A failed assertion stops the machine: the state stays as it was before the step.
        """
        before = list(self.store.values)
        self._reset_events()
        call = Call(step, step.body.__code__.co_firstlineno)
        self._open = [call]
        failed = None
        try:
            step.body(state, **choices)
        except Disabled:
            self.store.values = before
            return None
        except AssertionError as failure:
            failed = str(failure) or step.name
            self.store.values = before
            self._reset_events()
        finally:
            self._open = []
        return Taken(tuple(self.store.values), call, failed)

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Allow ghosts to be read, as properties do."""
        before, self.observing = self.observing, True
        try:
            yield
        finally:
            self.observing = before

    def _reset_events(self) -> None:
        for place, leaf in enumerate(self.store.leaves):
            if leaf.event:
                self.store.values[place] = leaf.default
