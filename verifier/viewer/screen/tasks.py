"""What is worked on in other processes while keys are answered."""

from __future__ import annotations

import os
from asyncio import sleep
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from verifier.language.errors import ModelError, ToolFailure
from verifier.processes.signals import shielded
from verifier.processes.worker import Lost, Send, Worker, wait

T = TypeVar("T")

NICE = 10
"""How much a worker yields to the screen."""
PAUSE = 0.02
"""Seconds between two looks whether there is an answer."""


class LostWork(Exception):
    """A process that ended without an answer, and why."""


class Aside(Generic[T]):
    """A task in a worker, which yields to the screen."""

    def __init__(self, name: str, task: Callable[[], T]) -> None:
        def work(_: Send) -> T:
            os.nice(NICE)
            return task()

        self.name = name
        try:
            with shielded():
                self.worker: Worker[T] | None = Worker(work)
        except OSError as error:
            self.worker, self.reason = None, f"it cannot be started: {error.strerror}"

    def is_ready(self) -> bool:
        """Whether there is an answer."""
        with shielded():
            return self.worker is None or self.worker.is_done()

    def answer(self) -> T:
        """What came out; LostWork where nothing did."""
        if self.worker is None:
            raise LostWork(self.reason)
        while not self.worker.is_done():
            wait([self.worker], PAUSE)
        try:
            found = self.worker.result(self.name)
        except (ModelError, ToolFailure, OSError) as error:
            raise LostWork(str(error)) from None
        finally:
            self.stop()
        if isinstance(found, Lost):
            raise LostWork(found.reason)
        return found

    def stop(self) -> None:
        """End it, whatever it does."""
        if self.worker is not None:
            with shielded():
                self.worker.end()


async def finished(running: Aside[T], stops: bool = True) -> T:
    """The answer once it is there; a cancelled wait ends the task, unless `stops` is false."""
    ended = False
    try:
        while not running.is_ready():
            await sleep(PAUSE)
        ended = True
        return running.answer()
    finally:
        if not ended and stops:
            running.stop()
        elif not ended:
            _unfinished.append(running)


_unfinished: list[Aside[Any]] = []
"""Tasks that must be finished although nothing waits for them."""


def finish() -> Iterator[str]:
    """Wait for what must be done although the screen has been left; what was lost, in words."""
    while _unfinished:
        try:
            _unfinished.pop().answer()
        except LostWork as lost:
            yield str(lost)
