"""What goes on in other processes while keys are answered."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from verifier.evidence.kept import Run
from verifier.evidence.traces import Trace

T = TypeVar("T")
Answer = TypeVar("Answer", covariant=True)

PAUSE = 0.02
"""Seconds between two looks whether there is an answer."""

Found = tuple[Run | None, str]
"""Steps to a violation, if there are any, and what to say."""


class LostWork(Exception):
    """A process that ended without an answer, and why."""


class Running(Protocol[Answer]):
    """A task in a process of its own."""

    def is_ready(self) -> bool:
        """Whether there is an answer."""

    def answer(self) -> Answer:
        """What came out; LostWork where nothing did."""

    def stop(self) -> None:
        """Nobody is interested any more."""


class Background(Protocol):
    """Who runs tasks for the screen, and knows the engines and the other systems."""

    def run(self, name: str, task: Callable[[], T]) -> Running[T]:
        """Any task."""

    def search(self, values: Sequence[Any], group: str) -> Running[Found]:
        """Look for a violation from a state on."""

    def told(self, trace: Trace) -> Trace:
        """The trace of the present branch with what the models tell about it."""


class AtOnce(Generic[T]):
    """A task that is done when somebody asks for it, where there is no other process."""

    def __init__(self, task: Callable[[], T]) -> None:
        self.task = task

    def is_ready(self) -> bool:
        """It can always be done."""
        return True

    def answer(self) -> T:
        """What comes out."""
        return self.task()

    def stop(self) -> None:
        """There is nothing to stop."""


class Alone:
    """A background without engines or processes."""

    def run(self, name: str, task: Callable[[], T]) -> AtOnce[T]:
        """Any task."""
        return AtOnce(task)

    def search(self, values: Sequence[Any], group: str) -> AtOnce[Found]:
        """There is nobody to search."""
        return AtOnce(lambda: (None, "there is no engine here to check with"))

    def told(self, trace: Trace) -> Trace:
        """Nothing more is known."""
        return trace


async def finished(running: Running[T], stops: bool = True) -> T:
    """The answer once it is there; who waits no more stops the task, unless told otherwise."""
    ended = False
    try:
        while not running.is_ready():
            await sleep(PAUSE)
        ended = True
        return running.answer()
    finally:
        if stops and not ended:
            running.stop()
