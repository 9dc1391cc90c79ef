"""The run that is under way, and what has stopped it, whatever the model makes of that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

E = TypeVar("E", bound=Exception)


class Run(Protocol):
    """A run on plain or symbolic values, as values, records and functions know it."""

    observing: bool
    """Whether an observer or property runs."""
    judging: bool
    """Whether a property runs."""
    stopped: Exception | None
    """What ends the running path."""

    def call(self, function: Any, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Run a model function."""


RUNNING: ContextVar[Run | None] = ContextVar("RUNNING", default=None)
"""The run that is under way."""


REFUSED: ContextVar[list[Exception] | None] = ContextVar("REFUSED", default=None)
"""What was refused while a module is loaded; None where none is."""


def stopping(error: E) -> E:
    """Note an exception that ends a path of the run that is under way; the first one counts.

    A model function that returns all the same raises it again: code that catches it, or that
    Python calls without passing on what it raises, does not go on after it.
    """
    run, refused = RUNNING.get(), REFUSED.get()
    if run is not None and run.stopped is None:
        run.stopped = error
    elif run is None and refused is not None:
        refused.append(error)
    return error


@contextmanager
def passing_on() -> Iterator[None]:
    """Raise what was refused meanwhile, though what runs has caught it."""
    refused = REFUSED.get()
    token = REFUSED.set([] if refused is None else refused)
    try:
        yield
        for error in REFUSED.get() or ():
            raise error
    finally:
        REFUSED.reset(token)


def resume(run: Run) -> None:
    """Raise again what has stopped a run and was not passed on."""
    if run.stopped is not None:
        raise run.stopped
