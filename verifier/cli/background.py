"""What the screen has found out for it: in processes of their own, so that keys are answered."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from verifier.catalogue import Catalogue
from verifier.cli.opening import placed
from verifier.evidence.exploring import Exploration
from verifier.evidence.runs import run_of_moves
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits
from verifier.language.errors import ModelError
from verifier.parallel import Apart, Lost
from verifier.proofs import ToolFailure
from verifier.viewer.screen.background import Found, LostWork

T = TypeVar("T")

AHEAD = Limits(depth=60, seconds=20.0)
"""What a check from a state may take."""
PATIENCE = 10
"""How much such a process gives way to the screen."""


class Aside(Generic[T]):
    """One task in a process of its own."""

    def __init__(self, name: str, task: Callable[[], T]) -> None:
        self.apart: Apart[T] = Apart({name: partial(_giving_way, task)})
        self.apart.begin(name)

    def is_ready(self) -> bool:
        """Whether there is an answer."""
        return self.apart.is_ready

    def answer(self) -> T:
        """What came out; LostWork where nothing did."""
        try:
            found = self.apart.answer()
        except (ModelError, ToolFailure) as error:
            raise LostWork(str(error)) from None
        self.apart.end()
        if isinstance(found, Lost):
            raise LostWork(found.reason)
        return found

    def stop(self) -> None:
        """Nobody is interested any more."""
        self.apart.stopped("")


def _giving_way(task: Callable[[], T]) -> T:
    os.nice(PATIENCE)
    return task()


class Background:
    """Searches and explanations in a session."""

    def __init__(self, session: Exploration, catalogue: Catalogue) -> None:
        self.session = session
        self.catalogue = catalogue

    def run(self, name: str, task: Callable[[], T]) -> Aside[T]:
        """Any task."""
        return Aside(name, task)

    def search(self, values: Sequence[Any], group: str) -> Aside[Found]:
        """Bounded model checking from a state."""
        return Aside("the search", partial(self._ahead, values, group))

    def _ahead(self, values: Sequence[Any], group: str) -> Found:
        from verifier.compiler.compile import compile_compared
        from verifier.foresight import violation_ahead

        compiled = compile_compared(self.session.system, self.session.properties)
        ahead = violation_ahead(compiled, values, group, AHEAD)
        return (None if ahead.moves is None else run_of_moves(ahead.moves)), ahead.says

    def told(self, trace: Trace) -> Trace:
        """The trace of the session's present branch with what the models tell about it."""
        return placed(trace, self.session, self.catalogue)
