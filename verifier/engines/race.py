"""Searches side by side, each in a process of its own."""

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

from verifier.evidence.verdicts import Progress, Verdict


@dataclass(frozen=True)
class Report:
    """What a search tells on its way: progress, verdicts, or why its process ended early."""

    progress: Progress | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    failure: str | None = None


HEARTBEAT = 1.0
"""Seconds without a report after which there is an empty one."""

Tell = Callable[[Report], None]
Contender = Callable[[Tell], None]


def race(contenders: Mapping[str, Contender]) -> Generator[Report]:
    """The reports of all contenders as they come, until all have ended.

    Their processes end when the caller loses interest, is interrupted, or dies.
    """
    context = get_context("fork")
    running: dict[Connection, tuple[str, ForkProcess]] = {}
    try:
        for name, contender in contenders.items():
            reports, end = context.Pipe(duplex=False)
            process = context.Process(target=_run, args=(contender, end, os.getpid()), daemon=True)
            with deaf_to_ctrl_c():
                process.start()
            end.close()
            running[reports] = name, process
        while running:
            spoken = wait(list(running), HEARTBEAT)
            if not spoken:
                yield Report()
            for ready in spoken:
                assert isinstance(ready, Connection), "only connections are waited for"
                try:
                    yield ready.recv()
                except EOFError:
                    yield from _ended(*running.pop(ready))
    finally:
        for _, process in running.values():
            process.kill()
            process.join()


def _ended(name: str, process: ForkProcess) -> Iterator[Report]:
    """Say that a process was killed. Raises RuntimeError if it failed by itself."""
    process.join()
    code = process.exitcode or 0
    if code > 0:
        raise RuntimeError(f"the process of {name} ended with {code}")
    if code < 0:
        yield Report(failure=f"the process of {name} was killed by signal {-code}")


def _run(contender: Contender, end: Connection, parent: int) -> None:
    end_with(parent)
    contender(end.send)


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Fork here a process for which Ctrl-C is the parent's business, from its first moment on."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with(parent: int) -> None:
    """End this process, soon, when its parent is no more, and at once when it is told to end."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
