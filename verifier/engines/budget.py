"""What a search may still use."""

import sys
import time

from verifier.evidence.verdicts import Limits

_QUERIES_BETWEEN_LOOKS_AT_MEMORY = 512


class Exhausted(Exception):
    """A limit is reached; the search unwinds and answers unknown with this reason."""


class Paused(Exception):
    """The goal has had its turn; other goals are waiting."""


class Budget:
    """Counts solver queries and watches the clock and the process's memory."""

    def __init__(self, limits: Limits) -> None:
        self.started = time.monotonic()
        self.limits = limits
        self.queries = 0
        self._pause_at: int | None = None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def give(self, queries: int | None) -> None:
        """Let the next goal ask so many queries; None for as many as it needs."""
        self._pause_at = None if queries is None else self.queries + queries

    def spend(self) -> None:
        """One query. Raises Exhausted or Paused when nothing is left."""
        self.queries += 1
        self.look_at_clock()
        if self.limits.memory is not None and not self.queries % _QUERIES_BETWEEN_LOOKS_AT_MEMORY:
            self.look_at_memory()
        if self._pause_at is not None and self.queries > self._pause_at:
            raise Paused

    def look_at_clock(self) -> None:
        """Raises Exhausted when the time is over."""
        allowed = self.limits.seconds
        if allowed is not None and self.seconds > allowed:
            raise Exhausted(f"time limit of {allowed:g} s")

    def look_at_memory(self) -> None:
        limit = self.limits.memory
        if limit is not None and memory() > limit:
            raise Exhausted(f"memory limit of {limit / 2**20:g} MB")


def memory() -> int:
    """Bytes this process has in memory, or its peak where the system does not report it."""
    import resource

    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
