"""Models that stay in one call of Python's own: nothing in their process can interrupt them.

`blaming` lets the system end such a process. Where it was then is written to a piece of memory that
all processes of a command share, and read by whoever waits for the process.
"""

from __future__ import annotations

import faulthandler
import os
import re
from collections.abc import Iterator
from functools import cache

from verifier.language.errors import RUNAWAY, ModelError, Overdue, Place, is_model_file

LARGEST = 1 << 20
"""Bytes of all that such processes have written."""

_LINE = re.compile(r'File "(.*)", line (\d+) in ')


def watch() -> None:
    """From now on this process, and those that it forks, write where they were when ended so."""
    memory = _memory()
    if memory is not None:
        faulthandler.register(RUNAWAY, memory, all_threads=False, chain=True)


@cache
def _memory() -> int | None:
    """What is shared; None where the system has no such thing, and the place is not known."""
    try:
        return os.memfd_create("nestproof-runaway", os.MFD_CLOEXEC)
    except (AttributeError, OSError):
        return None


def why(code: int) -> ModelError | None:
    """The error of a process that was ended so; None for any other exit code."""
    if code != -RUNAWAY:
        return None
    return Overdue(
        "a model timed out in one call of Python's own",
        next(_places(), None),
        "is there a loop over something endless or huge?",
    )


def _places() -> Iterator[Place]:
    """Where people's own code was, the innermost line first, in the last such process."""
    memory = _memory()
    if memory is None:
        return
    last = os.pread(memory, LARGEST, 0).decode(errors="replace")
    for name, line in _LINE.findall(last.rpartition("most recent call first")[2]):
        if is_model_file(name):
            yield Place(name, int(line))
