"""Forked processes that end with their parent, however that ends."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from traceback import print_exc
from typing import NoReturn

from verifier.processes.signals import acknowledge, blocked, forget, unblock

LOOK = 0.5
"""Seconds between two looks whether the parent is alive, where the system does not report it."""
_DIES_WITH_PARENT = 1
_ADOPTS = 36
"""Of Linux's prctl."""

_open: set[int] = set()
"""Descriptors that lead to other processes: none of them is a new process's business."""
_children: set[int] = set()


def fork(body: Callable[[], object]) -> int:
    """The id of a new process that does `body` and ends; signals are its parent's business.

    It has everything that is loaded here. Raises OSError where there can be no further process.
    """
    _prctl()  # found before the fork, once
    parent = os.getpid()
    flush()
    before = blocked()
    try:
        child = os.fork()
        if not child:
            _be(body, parent)
        _children.add(child)
    finally:
        unblock(before)
    return child


def pipe() -> tuple[int, int]:
    """A pipe whose ends no later fork inherits."""
    ends = os.pipe()
    _open.update(ends)
    return ends


def close(descriptor: int) -> None:
    """Close an end of such a pipe, if that has not been done."""
    if descriptor in _open:
        _open.discard(descriptor)
        os.close(descriptor)


def close_all_but(*descriptors: int) -> None:
    """Close all ends of such pipes but those that this new process uses."""
    for descriptor in _open - set(descriptors):
        os.close(descriptor)
    _open.intersection_update(descriptors)


def end(process: int) -> int:
    """End a child that may be ending by itself: its exit code, negative that of a signal."""
    if process not in _children:
        return 0
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    return ended(process)


def end_all() -> int:
    """End all children that there still are, after an interruption; returns its exit code.

    Whoever catches an interruption calls this first: nothing interrupts it any more, and no worker
    is left that was being made, handed over or ended when the signal came.
    """
    code = acknowledge()
    for process in [*_children]:
        end(process)
    for descriptor in [*_open]:
        close(descriptor)
    return code


def ended(process: int) -> int:
    """Wait for the end of a child: its exit code, negative that of a signal."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except ChildProcessError:  # somebody else has waited for it
        return 0
    finally:
        _children.discard(process)


def end_with(parent: int) -> None:
    """End this process at once when its parent ends, even if that is killed."""
    prctl = _prctl()
    if prctl is not None and prctl(_DIES_WITH_PARENT, signal.SIGKILL) == 0:
        if os.getppid() != parent:  # it has ended meanwhile
            os._exit(1)
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def adopt() -> None:
    """Become the parent of descendants whose parent ends, where the system can do that."""
    prctl = _prctl()
    if prctl is not None:
        prctl(_ADOPTS, 1)


@cache
def _prctl() -> Callable[[int, int], int] | None:
    if sys.platform != "linux":
        return None
    import ctypes

    function = getattr(ctypes.CDLL(None), "prctl", None)
    return None if function is None else lambda what, value: int(function(what, value, 0, 0, 0))


def _be(body: Callable[[], object], parent: int) -> NoReturn:
    """Do what this new process is for; nothing of its parent's goes on here."""
    code = 1
    try:
        forget()
        end_with(parent)
        _children.clear()
        body()
        code = 0
    except BrokenPipeError:
        pass  # the parent has ended
    except BaseException:
        print_exc()
    finally:
        flush()
        os._exit(code)


def flush() -> None:
    """Leave nothing for two processes to print; what cannot be printed is reported elsewhere."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
