"""Being told to end: by Ctrl-C, or by SIGTERM as CI systems send it at a job's time limit."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED, TERMINATED = 130, 143
"""The exit codes; a shell says the same of a program that such a signal kills."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
REASON = "stopped before it was decided"


class Terminated(KeyboardInterrupt):
    """SIGTERM."""


def code_of(end: KeyboardInterrupt) -> int:
    """The exit code of a program that was told to end."""
    return TERMINATED if isinstance(end, Terminated) else INTERRUPTED


@contextmanager
def terminable() -> Iterator[None]:
    """Make SIGTERM an interruption."""

    def terminate(_: int, __: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold signals back for what takes a moment and must be whole."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
