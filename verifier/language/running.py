"""The run that is under way, and what has stopped it, whatever the model makes of that."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from verifier.language.concrete import ConcreteRun
    from verifier.language.explorer import SymbolicRun

E = TypeVar("E", bound=Exception)

RUNNING: ContextVar[ConcreteRun | SymbolicRun | None] = ContextVar("RUNNING", default=None)
"""The run that is under way."""


def stopping(error: E) -> E:
    """Note an exception that ends a path of the run that is under way; the first one counts.

    A model function that returns all the same raises it again: code that catches it, or that
    Python calls without passing on what it raises, does not go on after it.
    """
    run = RUNNING.get()
    if run is not None and run.stopped is None:
        run.stopped = error
    return error


def resume(run: ConcreteRun | SymbolicRun) -> None:
    """Raise again what has stopped a run and was not passed on."""
    if run.stopped is not None:
        raise run.stopped
