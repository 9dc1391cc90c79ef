"""Searches and explanations for the screen, in other processes: keys are answered meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits
from verifier.execution.conversions import run_of
from verifier.execution.execution import Execution
from verifier.explain.annotate import placed
from verifier.explain.session import Exploration
from verifier.project.catalogue import Catalogue
from verifier.viewer.screen.tasks import Aside, Found

T = TypeVar("T")

AHEAD = Limits(depth=60, seconds=20.0)
"""What a check from a state may take."""


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
        from verifier.explain.point_of_no_return import violation_ahead

        compiled = compile_compared(self.session.system, self.session.properties)
        ahead = violation_ahead(compiled, values, group, AHEAD)
        if ahead.moves is None:
            return None, ahead.says
        return run_of(Execution(self.session.system, (), values, ahead.moves)), ahead.says

    def annotated(self, trace: Trace) -> Trace:
        """The trace of the session's present branch, annotated from the models."""
        return placed(trace, self.session, self.catalogue)
