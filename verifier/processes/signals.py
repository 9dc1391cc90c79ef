"""Ctrl-C and SIGTERM: recorded when they come, raised where nothing is half made.

A signal that is raised inside a destructor, a fork hook or an import may be swallowed there, so
the supervisor sends it again and again until the program has acknowledged it.
"""

from __future__ import annotations

import math
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

INTERRUPTED, TERMINATED = 130, 143
"""The exit codes; a shell reports the same of a program that such a signal kills."""
ENDING = (signal.SIGINT, signal.SIGTERM)
CTRL_C = signal.SIGUSR1
"""Stands for Ctrl-C below the supervisor: Z3 and SAT solvers take SIGINT for themselves."""
ALL = (*ENDING, CTRL_C)
REASON = "interrupted before it was decided"
AGAIN = 1.0
"""Seconds after which a signal that had no effect is raised again."""
WORDS = {INTERRUPTED: "interrupted", TERMINATED: "terminated"}


class Interrupted(KeyboardInterrupt):
    """A signal has come that ends the program."""


class _State:
    """What has come, and whether it may be raised now."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing has come."""
        self.came, self.shields, self.raised = 0, 0, -math.inf
        self.over = self.loading = False
        self.acknowledged: Callable[[], None] | None = None


_state = _State()


def listen(acknowledged: Callable[[], None] | None = None, instead: int = signal.SIGINT) -> None:
    """Let the signals be recorded, and raised from `release` on.

    `acknowledged` is called when they had an effect.

    Below a supervisor another signal comes `instead` of SIGINT. What a caller ignores stays
    ignored.
    """
    _state.reset()
    _state.acknowledged, _state.loading = acknowledged, True
    sys.unraisablehook = _unraisable
    for number in (instead, signal.SIGTERM):
        if number == CTRL_C or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _record)


def _record(number: int, _: FrameType | None) -> None:
    if _state.came != signal.SIGTERM:
        _state.came = signal.SIGTERM if number == signal.SIGTERM else signal.SIGINT
    if time.monotonic() - _state.raised > AGAIN:
        _interrupt()


def _interrupt() -> None:
    if not (_state.over or _state.loading or _state.shields):
        _state.raised = time.monotonic()
        raise Interrupted


def release() -> None:
    """Raise signals from now on, and here the one that has come while the command was loaded."""
    _state.loading = False
    if _state.came:
        _interrupt()


def _unraisable(lost: sys.UnraisableHookArgs) -> None:
    """Silent where a signal was swallowed, which comes again, and on what it left half made."""
    if not _state.came:
        sys.__unraisablehook__(lost)


def came() -> int:
    """The exit code of the signal that has come; 0 where none has."""
    return 128 + _state.came if _state.came else 0


def acknowledge() -> int:
    """The exit code of an interruption that was caught; from now on nothing is interrupted."""
    _state.over = True
    if _state.acknowledged is not None:
        with suppress(OSError):
            _state.acknowledged()
    return came() or INTERRUPTED


def forget() -> None:
    """Be a process for which signals are its parent's business."""
    _state.reset()
    blocked()


def blocked() -> set[signal.Signals]:
    """Block the signals in this thread and what it forks; returns what was blocked before."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ALL)
    return {number for number in before if isinstance(number, signal.Signals)}


def unblock(before: set[signal.Signals]) -> None:
    """Block only what was blocked before."""
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


class shielded:
    """What is done within is done whole; a signal that has come meanwhile is raised at its end."""

    def __enter__(self) -> None:
        _state.shields += 1

    def __exit__(self, kind: type[BaseException] | None, *details: object) -> None:
        _state.shields = max(0, _state.shields - 1)
        if _state.came and kind is None:
            _interrupt()
