"""Long work while keys are answered: in small pieces, or in other processes."""

from __future__ import annotations

import os
from asyncio import sleep
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import perf_counter
from typing import Any, Generic, TypeVar

import msgspec

from verifier.evidence.traces import Stride, Trace
from verifier.language.errors import ModelError, ToolFailure
from verifier.processes.signals import shielded
from verifier.processes.worker import Lost, Send, Worker, wait

T = TypeVar("T")

NICE = 10
"""How much a worker yields to the screen."""
PAUSE = 0.02
"""Seconds between two looks whether there is an answer."""
SLICE = 0.004
"""Seconds of work after which the screen gets its turn."""


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


async def in_slices(work: Iterable[object]) -> None:
    """Run work that yields often."""
    until = perf_counter() + SLICE
    for _ in work:
        if perf_counter() > until:
            await sleep(0.002)
            until = perf_counter() + SLICE


def parts(trace: Trace) -> Iterator[bytes]:
    """The trace without its steps, then each step."""
    yield msgspec.msgpack.encode(msgspec.structs.replace(trace, steps=()))
    for stride in trace.steps:
        yield msgspec.msgpack.encode(stride)


class Joining:
    """Parts put together again: `trace` is whole once all is gone through."""

    def __init__(self, given: Sequence[bytes]) -> None:
        self.given = given
        self.trace = msgspec.msgpack.decode(given[0], type=Trace)

    def __iter__(self) -> Iterator[None]:
        steps = []
        for part in self.given[1:]:
            steps.append(msgspec.msgpack.decode(part, type=Stride))
            yield
        self.trace = msgspec.structs.replace(self.trace, steps=tuple(steps))
