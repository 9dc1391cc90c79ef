"""Long work in small pieces, between which keys are answered."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Iterable
from time import perf_counter

SLICE = 0.004
"""Seconds of work after which the screen gets its turn."""


async def in_slices(work: Iterable[object]) -> None:
    """Run work that yields often."""
    until = perf_counter() + SLICE
    for _ in work:
        if perf_counter() > until:
            await sleep(0.002)
            until = perf_counter() + SLICE
