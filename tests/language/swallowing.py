"""Constants whose methods go on after what they call has raised, and what raises.

In a file of its own because pytest changes assertions in tests.
"""

import contextlib
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from verifier.language import abstracts, assume, record, step


@abstracts("a function that assumes something")
def needs_a(s: Any) -> None:
    assume(s.a)


@abstracts("a function that claims something")
def claims_a(s: Any) -> None:
    assert s.a


@abstracts("a function that fails")
def fails(_: Any) -> None:
    raise ValueError("no")


def counts(s: Any) -> None:
    assert s.a + s.late < 3


@dataclass(frozen=True)
class Era:
    """A constant of a system whose methods go on after what they call has raised."""

    action: Callable[[Any], object] = needs_a

    def act(self, s: Any) -> None:
        self.action(s)


class Catching(Era):
    def act(self, s: Any) -> None:
        try:
            self.action(s)
        except Exception:
            s.late = True


class Returning(Era):
    def act(self, s: Any) -> None:
        try:
            self.action(s)
        finally:
            s.late = True
            return  # noqa: B012


class Suppressing(Era):
    def act(self, s: Any) -> None:
        with contextlib.suppress(Exception):
            self.action(s)
        s.late = True


class Leaving(Era):
    def act(self, s: Any) -> None:
        with contextlib.ExitStack() as stack:
            stack.push(lambda *_: True)
            self.action(s)
        s.late = True


class Closing(Era):
    def act(self, s: Any) -> None:
        def acting() -> Iterator[int]:
            try:
                yield 1
            finally:
                self.action(s)

        running = acting()
        next(running)
        del running
        s.late = True


class Ending(Era):
    def act(self, s: Any) -> None:
        action = self.action

        class Thing:
            def __del__(self) -> None:
                action(s)

        Thing()
        s.late = True


class Collected(Era):
    def act(self, s: Any) -> None:
        action = self.action

        class Thing:
            def __init__(self) -> None:
                self.itself = self

            def __del__(self) -> None:
                action(s)

        Thing()
        gc.collect()
        s.late = True


WAYS = (Catching, Returning, Suppressing, Leaving, Closing, Ending, Collected)
OF_PYTHON = (Closing, Ending, Collected)
"""Where Python itself ignores what is raised."""


def looks(s: Any) -> None:
    """An assumption that fails whichever value the choice in `a` has."""
    if s.a:
        assume(s.late)
    else:
        assume(s.late)


@record
class State:
    a: bool = False
    late: bool = False
    era: Era = Era()


@step
def act(s: State) -> None:
    s.era.act(s)


@step
def choosing(s: State, b: bool) -> None:
    s.a = b
    s.era.act(s)
