"""Tasks side by side on the cores there are, each in a worker."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from errno import EAGAIN
from functools import partial
from os import strerror
from time import monotonic
from typing import Any, Generic, TypeVar

from verifier.evidence.verdicts import Progress, Watch, silent
from verifier.language.errors import ModelError
from verifier.processes.signals import shielded
from verifier.processes.worker import Lost, Send, Task, Worker, wait

T = TypeVar("T")

SOON = 1.0
"""Seconds of work after which a process may have grown too large for another task."""
SCARCE = "end other programs, use fewer `--jobs`, or raise `ulimit -u` and `ulimit -n`"
"""What helps where there is no further process or descriptor."""
LOOK = 0.2
"""Seconds between two looks at the clock."""
REPORTS = 0.1
"""Seconds between two pieces of progress that a worker reports."""


def side_by_side(
    tasks: Mapping[str, Callable[[], T]],
    jobs: int,
    watch: Watch = silent,
    seconds: float | None = None,
    shared: bool = False,
    in_order: bool = True,
) -> Generator[tuple[str, T | Lost], None, None]:
    """The tasks' answers in their order, each from a process of its own, so many at a time.

    With `shared`, for tasks that leave a process as they found it, one that was done soon goes on
    with another. Without `in_order` each answer comes when it is there. A task that takes longer
    than `seconds` is ended. Raises the error that a task ends with.
    """
    quiet = {name: partial(_alone, task) for name, task in tasks.items()}
    yield from reporting(quiet, jobs, watch, seconds, shared, in_order)


def reporting(
    tasks: Mapping[str, Callable[[Watch], T]],
    jobs: int,
    watch: Watch = silent,
    seconds: float | None = None,
    shared: bool = False,
    in_order: bool = True,
) -> Generator[tuple[str, T | Lost], None, None]:
    """The same for tasks that report their progress, which is seen here."""
    pool = _Pool({name: partial(_heard, task) for name, task in tasks.items()}, jobs, shared)
    parts: dict[str, Progress] = {}
    order = list(tasks)
    finished: dict[str, T | Lost] = {}

    def report() -> None:
        watch(Progress("checking", 0, ", ".join(pool.running), parts=dict(parts)))

    def take(name: str, progress: Progress) -> None:
        parts[name] = progress
        report()

    try:
        while pool.is_busy:
            pool.start()
            parts = {name: parts[name] for name in pool.running if name in parts}
            report()
            finished |= pool.results(LOOK, take)
            finished |= pool.overdue(seconds)
            while ready := [name for name in order[: 1 if in_order else None] if name in finished]:
                order.remove(ready[0])
                yield ready[0], finished.pop(ready[0])
    finally:
        pool.end()


def apart(name: str, task: Callable[[Watch], T], watch: Watch) -> T | Lost:
    """The answer of a task in a process of its own, whose progress is seen here."""
    pool = _Pool({name: partial(_heard, task)}, 1, False)
    try:
        pool.start()
        while pool.is_busy:
            for answer in pool.results(LOOK, lambda _, progress: watch(progress)).values():
                return answer
    finally:
        pool.end()
    raise AssertionError("a task that is neither running nor ended")


def within(
    seconds: float | None, name: str, task: Callable[[], T], watch: Watch = silent
) -> T | Lost:
    """The answer of a task in a process of its own, which ends in time whatever it does."""
    [(_, answer)] = side_by_side({name: task}, 1, watch, seconds)
    return answer


Message = tuple[str, Any]
"""A message of the task of that name; Lost where its process has died."""


def messages(tasks: Mapping[str, Task[None]], seconds: float) -> Generator[Message | None]:
    """The messages of tasks, as they come; all side by side until they have ended.

    After so many seconds without a message there is None. Raises NoProcess where they cannot run
    side by side.
    """
    pool = _Pool(tasks, len(tasks), False)
    left: list[Message] = []

    def take(name: str, message: object) -> None:
        left.append((name, message))

    try:
        pool.start()
        if pool.waiting:
            raise NoProcess(OSError(EAGAIN, strerror(EAGAIN)))
        while pool.running:
            ended = pool.results(seconds, take)
            left.extend((name, end) for name, end in ended.items() if isinstance(end, Lost))
            if not left and not ended:
                yield None
            while left:
                yield left.pop(0)
    finally:
        pool.end()


class _Pool(Generic[T]):
    """Workers for some tasks, of which none is outside these lists for a signal to miss."""

    def __init__(self, tasks: Mapping[str, Task[T]], jobs: int, shared: bool) -> None:
        self.tasks = tasks
        self.jobs = jobs
        self.shared = shared
        self.waiting = list(tasks)
        self.running: dict[str, Worker[T]] = {}
        self.idle: list[Worker[T]] = []

    @property
    def is_busy(self) -> bool:
        """Whether there is a task that has not ended."""
        return bool(self.waiting or self.running)

    def start(self) -> None:
        """Begin as many tasks as there may be.

        Where there can be no further process those that there are do the work.
        """
        while self.waiting and len(self.running) < self.jobs:
            with shielded():
                name = self.waiting[0]
                if self.idle:
                    worker = self.idle.pop()
                    worker.begin(name)
                else:
                    try:
                        several = self.shared and len(self.waiting) > 1
                        more = self.tasks.__getitem__ if several else None
                        worker = Worker(self.tasks[name], more)
                    except OSError as error:
                        if not self.running:
                            raise NoProcess(error) from None
                        self.jobs = len(self.running)
                        return
                self.running[name] = worker
                del self.waiting[0]

    def results(
        self, seconds: float, take: Callable[[str, Any], object] = lambda *_: None
    ) -> dict[str, T | Lost]:
        """The answers that are there after some seconds, soon if there is one.

        Their messages are taken first.
        """
        ready = wait(list(self.running.values()), seconds)
        left: list[tuple[str, Any]] = []
        with shielded():
            results: dict[str, T | Lost] = {}
            for name, worker in list(self.running.items()):
                if worker in ready:
                    done = worker.is_done()
                    left += [(name, each) for each in worker.reported]
                    worker.reported.clear()
                    if done:
                        results[name] = self._result(name, worker)
        for name, each in left:
            take(name, each)
        return results

    def _result(self, name: str, worker: Worker[T]) -> T | Lost:
        del self.running[name]
        soon = monotonic() - worker.began < SOON
        try:
            result = worker.result(name)
        except BaseException:
            worker.end()
            raise
        wanted = len(self.idle) < len(self.waiting)
        if worker.may_go_on and soon and wanted and not isinstance(result, Lost):
            self.idle.append(worker)
        else:
            worker.end()
        return result

    def overdue(self, seconds: float | None) -> dict[str, T | Lost]:
        """End the tasks that take too long."""
        late: dict[str, T | Lost] = {}
        with shielded():
            for name, worker in list(self.running.items()):
                if seconds is not None and monotonic() - worker.began > seconds:
                    del self.running[name]
                    worker.end()
                    late[name] = Lost(f"timed out after {seconds:g} s")
        return late

    def end(self) -> None:
        """Leave no process."""
        with shielded():
            for worker in (*self.running.values(), *self.idle):
                worker.end()
            self.running.clear()
            self.idle.clear()


class NoProcess(ModelError):
    """There can be no further process."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"a process cannot be started: {error.strerror or error}", help=SCARCE)


def _alone(task: Callable[[], T], _: Watch) -> T:
    """A task that reports nothing."""
    return task()


def _heard(task: Callable[[Watch], T], send: Send) -> T:
    """A task whose progress is reported to the process that has begun it."""
    return task(_now_and_then(send))


def _now_and_then(send: Send) -> Watch:
    """Progress, but not more often than somebody can read it; what is found at once."""
    last = 0.0

    def watch(progress: Progress) -> None:
        nonlocal last
        if progress.found is not None or monotonic() - last >= REPORTS:
            last = monotonic()
            send(progress)

    return watch
