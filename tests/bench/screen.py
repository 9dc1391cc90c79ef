"""How long the viewer's screen takes to answer each key, on a long trace of many fields."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from statistics import median
from time import perf_counter, process_time

from verifier.catalogue import bundled_root, load
from verifier.evidence.exploring import Exploration
from verifier.viewer.screen.app import Screen

SYSTEM = "kvm-nvmx/v4.20-repaired"
STEPS = 1_000
SIZES = ((80, 24), (200, 60))
IDLE = "z"
"""A key that does nothing: what the harness itself takes."""
KEYS = (
    IDLE,
    *("up", "down", "home", "end", "pageup", "pagedown", "left", "right"),
    *("1", "2", "3", "4", "5", "6", "1", "f", "f", "v", "v", "v", "v", "v", "v"),
    *("tab", "down", "down", "n", "p", "enter", "escape", "tab"),
)
"""Every key that redraws something; `f` unfolds all fields."""


def long_session() -> Exploration:
    """A random execution, taken with another seed where a property ends it."""
    catalogue = load(bundled_root())
    system = catalogue.systems[SYSTEM]
    session = Exploration(system, ())
    session.run(0, STEPS, seed=1)
    session.properties = catalogue.properties_of(system)
    return session


def answered(session: Exploration, size: tuple[int, int]) -> dict[str, list[float]]:
    """Milliseconds of work from each key until the screen is at rest, the harness's included."""
    found: dict[str, list[float]] = {}

    async def run() -> None:
        screen = Screen(session.now.trace, session)
        async with screen.run_test(size=size) as pilot:
            await pilot.pause()
            for key in KEYS * 3:
                begin = process_time()
                await pilot.press(key)
                found.setdefault(key, []).append((process_time() - begin) * 1_000)

    asyncio.run(run())
    return found


def keys() -> Iterator[str]:
    """The report, as Markdown."""
    session = long_session()
    trace = session.now.trace
    yield "\n## The viewer's keys\n"
    yield f"{len(trace.steps)} steps of {SYSTEM}, {len(trace.start)} fields.\n"
    yield "| screen | opens ms | median key ms | slowest key ms | which |\n|---|---|---|---|---|"
    for size in SIZES:
        begin = perf_counter()
        Screen(trace, session)
        opened = (perf_counter() - begin) * 1_000
        times = answered(session, size)
        idle = median(times.pop(IDLE))
        medians = {key: max(0.0, median(each) - idle) for key, each in times.items()}
        slowest = max(medians, key=lambda key: medians[key])
        middle = median(medians.values())
        columns, lines = size
        yield (
            f"| {columns}x{lines} | {opened:.0f} | {middle:.0f} | {medians[slowest]:.0f} "
            f"| {slowest} |"
        )


if __name__ == "__main__":
    for text in keys():
        print(text)
