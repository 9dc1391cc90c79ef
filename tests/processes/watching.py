"""Waiting for what another process does; how busy the machine is changes no outcome."""

import os
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 300.0
"""Seconds after which what is waited for does not come at all."""


def eventually(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"{what} is not so after {PATIENCE:.0f} s"
        time.sleep(0.01)


def children(process: int) -> list[int]:
    """The processes that it has forked, zombies included."""
    try:
        listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in listed.split()]


def workers(supervisor: int) -> list[int]:
    """The processes that work for a command."""
    return [worker for command in children(supervisor) for worker in children(command)]


def used(process: int) -> float:
    """Seconds that it has computed, which a busy machine does not change."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_zombie(process: int) -> bool:
    """Whether it has ended, and nobody has waited for it."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def is_gone(group: int) -> bool:
    """Whether no process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
