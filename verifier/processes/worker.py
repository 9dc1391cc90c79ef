"""The one kind of process that works for another."""

from __future__ import annotations

import itertools
import os
import pickle
import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar, cast

from verifier.language.errors import ModelError, ToolFailure
from verifier.processes import lifetime, runaway

T = TypeVar("T")

Send = Callable[[Any], None]
Task = Callable[[Send], T]
"""Some work; its messages come before its answer."""

_LENGTH = 8
_PIECE = 1 << 20
_MESSAGE, _ANSWER, _RAISED = range(3)


@dataclass(frozen=True)
class Lost:
    """A task whose process died, ran out of memory or of time; and which of them.

    The `error` is of the model, where that is to blame.
    """

    reason: str
    error: ModelError | None = None


class Worker(Generic[T]):
    """A forked process for one task at a time: it has what is loaded here.

    Nothing here waits for it but `end` and `result` after `is_done`; it ends with this process.
    """

    def __init__(self, task: Task[T], more: Callable[[str], Task[T]] | None = None) -> None:
        """Begin; where there may be `more` tasks, they are asked for by name."""
        self.began = monotonic()
        self.reported: list[Any] = []
        self._received = bytearray()
        self._outcome: tuple[int, Any] | None = None
        self._code: int | None = None
        pipes: list[tuple[int, int]] = []
        try:
            pipes.append(lifetime.pipe())
            if more is not None:
                pipes.append(lifetime.pipe())
            self._answers, answers = pipes[0]
            asked, self._ask = pipes[1] if more is not None else (-1, -1)
            self._process = lifetime.fork(lambda: _work(task, more, answers, asked))
        except OSError:
            for descriptor in itertools.chain(*pipes):
                lifetime.close(descriptor)
            raise
        lifetime.close(answers)
        if asked >= 0:
            lifetime.close(asked)
        os.set_blocking(self._answers, False)

    def fileno(self) -> int:
        """A descriptor that is readable once there is a message or result."""
        return self._answers

    @property
    def process(self) -> int:
        """Its id."""
        return self._process

    def begin(self, name: str) -> None:
        """Start another task."""
        assert self._ask >= 0, "it was made for more tasks than one"
        self.began, self._outcome = monotonic(), None
        with suppress(BrokenPipeError):  # the process is gone, as its answer will show
            _write(self._ask, name.encode())

    def is_done(self) -> bool:
        """Whether there is a result; takes in what has come, and waits for nothing."""
        while self._outcome is None and self._code is None:
            try:
                piece = os.read(self._answers, _PIECE)
            except BlockingIOError:
                return False
            if not piece:
                self._code = lifetime.ended(self._process)
            self._received += piece
            self._take()
        return True

    def _take(self) -> None:
        while len(self._received) >= _LENGTH:
            end = _LENGTH + int.from_bytes(self._received[:_LENGTH], "big")
            if len(self._received) < end:
                return
            kind, value = pickle.loads(bytes(self._received[_LENGTH:end]))
            del self._received[:end]
            if kind == _MESSAGE:
                self.reported.append(value)
            else:
                self._outcome = kind, value

    def result(self, name: str) -> T | Lost:
        """The task's result. Raises the error that it has ended with."""
        if self._outcome is not None:
            kind, value = self._outcome
            if kind == _RAISED:
                raise value
            return cast("T | Lost", value)
        assert self._code is not None, "there is a result"
        if self._code >= 0:
            raise ToolFailure(f"the process of `{name}` ended with {self._code}")
        overdue = runaway.why(self._code)
        if overdue is not None:
            return Lost(overdue.message, overdue)
        return Lost(f"its process was killed by signal {-self._code}")

    @property
    def may_go_on(self) -> bool:
        """Whether it can be given another task."""
        return self._ask >= 0 and self._code is None

    def end(self) -> None:
        """End it, whatever it does; nothing of it is left."""
        if self._code is None:
            self._code = lifetime.end(self._process)
        for descriptor in (self._answers, self._ask):
            if descriptor >= 0:
                lifetime.close(descriptor)
        self._answers = self._ask = -1


def wait(workers: Sequence[Worker[Any]], seconds: float) -> list[Worker[Any]]:
    """The workers with a message or result, after at most some seconds."""
    poll = select.poll()
    by_number = {worker.fileno(): worker for worker in workers}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(seconds * 1000)]


def _work(
    task: Task[Any], more: Callable[[str], Task[Any]] | None, answers: int, asked: int
) -> None:
    """What the process does."""
    lifetime.close_all_but(answers, asked)

    def send(payload: object) -> None:
        _write(answers, _packed(_MESSAGE, payload))

    _write(answers, _outcome_of(task, send))
    if more is not None:
        for name in _read(asked):
            _write(answers, _outcome_of(more(name), send))


def _outcome_of(task: Task[Any], send: Send) -> bytes:
    try:
        answer = _packed(_ANSWER, task(send))
    except (ModelError, ToolFailure, OSError) as error:
        return _packed(_RAISED, error)
    except MemoryError:
        answer = _packed(_ANSWER, Lost("it ran out of memory"))
    lifetime.flush()
    return answer


def _packed(kind: int, value: object) -> bytes:
    return pickle.dumps((kind, value), pickle.HIGHEST_PROTOCOL)


def _write(descriptor: int, content: bytes) -> None:
    left = memoryview(len(content).to_bytes(_LENGTH, "big") + content)
    while left:
        left = left[os.write(descriptor, left) :]


def _read(descriptor: int) -> Iterator[str]:
    """The names that come, until there can be no more."""
    while length := os.read(descriptor, _LENGTH):
        yield os.read(descriptor, int.from_bytes(length, "big")).decode()
