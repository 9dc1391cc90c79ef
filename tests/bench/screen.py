"""How long the viewer's screen takes to answer each key, on a long trace of many fields."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from statistics import median
from time import perf_counter, thread_time
from typing import Any

from textual.pilot import Pilot

from verifier.catalogue import bundled_root, load
from verifier.evidence.exploring import Exploration
from verifier.viewer.screen.app import Screen

SYSTEM = "kvm-nvmx/v4.20-repaired"
STEPS = 1_000
SIZES = ((80, 24), (200, 60))
LISTED = 5
IDLE = "z"
"""A key that does nothing: what the harness itself takes."""
ROUND = (
    *("up", "down", "home", "end", "pageup", "pagedown", "left", "right"),
    *("1", "2", "3", "4", "5", "6", "1", "f", "f", "v", "v", "v", "v", "v", "v"),
    *("tab", "down", "down", "n", "p", "enter", "escape", "tab", "y", "t", "t"),
    *("question_mark", "down", "escape", "slash", "t", "s", "enter", "escape"),
    *("w", "t", "enter", "d", "x", "down", "right", "escape", "c", "escape", "s", "escape"),
    *("B", "b", "home", "r", "B"),
)
"""Every key and dialog; `f` unfolds all fields."""
BUSY = ("x", "r")
"""Keys that begin something which goes on while others are answered."""
ASKED = 12
"""Fields, evenly chosen, whose causes are asked for the first time."""


def long_session() -> Exploration:
    """A random execution, taken with another seed where a property ends it."""
    catalogue = load(bundled_root())
    system = catalogue.systems[SYSTEM]
    session = Exploration(system, ())
    session.run(0, STEPS, seed=1)
    session.properties = catalogue.properties_of(system)
    return session


Times = dict[str, list[float]]
"""Milliseconds of the screen's own work from each key until it is at rest, harness included."""


async def timed(pilot: Pilot[None], key: str, found: Times, name: str = "") -> None:
    """Press a key; what it has begun in the background is over before the next one."""
    begin = thread_time()
    await pilot.press(key)
    found.setdefault(name or key, []).append((thread_time() - begin) * 1_000)


class Painted(Screen):
    """Notes when it has drawn anything."""

    at = 0.0

    def _display(self, *arguments: Any) -> None:
        super()._display(*arguments)
        self.at = thread_time()


async def seen(screen: Painted, key: str, found: Times, name: str) -> None:
    """The work until the first answer to a key is drawn, where something goes on after it."""
    begin = screen.at = thread_time()
    screen.simulate_key(key)
    while screen.at == begin:
        await asyncio.sleep(0)
    found.setdefault(name, []).append((screen.at - begin) * 1_000)


async def at_rest(screen: Screen, pilot: Pilot[None]) -> None:
    await screen.workers.wait_for_complete()
    await pilot.pause()


def row_of(screen: Screen, field: str) -> int:
    rows = screen.pane.rows
    return next(place for place in range(len(rows)) if rows[place].field == field)


def answered(size: tuple[int, int]) -> Times:
    """Every key, every dialog, first questions, and keys while the screen is busy."""
    found: Times = {}

    async def run() -> None:
        session = long_session()
        screen = Painted(session.now.trace, session)
        async with screen.run_test(size=size) as pilot:
            await at_rest(screen, pilot)
            for key in (IDLE, *ROUND) * 3:
                if key in BUSY:
                    screen.timeline.focus()
                    await pilot.press("home")
                    await seen(screen, key, found, key)
                    await seen(screen, "down", found, f"down while {key} works")
                else:
                    await timed(pilot, key, found)
                await at_rest(screen, pilot)
            await pilot.press("1", "f")
            for field in screen.scene.reading.fields[:: STEPS // 2 // ASKED]:
                screen.timeline.focus()
                await pilot.press("end", "1")
                screen.pane.focus()
                screen.pane.put_cursor(row_of(screen, field))
                await seen(screen, "enter", found, "first why")
                await at_rest(screen, pilot)

    asyncio.run(run())
    return found


def keys() -> Iterator[str]:
    """The report, as Markdown."""
    session = long_session()
    trace = session.now.trace
    yield "\n## The viewer's keys\n"
    yield (
        f"{len(trace.steps)} steps of {SYSTEM}, {len(trace.start)} fields; every key and dialog, "
        "the first question why a field is so, and keys while steps are listed or run.\n"
    )
    yield "| screen | opens ms | median key ms | slowest keys ms |\n|---|---|---|---|"
    for size in SIZES:
        begin = perf_counter()
        Screen(trace, session)
        opened = (perf_counter() - begin) * 1_000
        times = answered(size)
        idle = median(times.pop(IDLE))
        medians = {key: max(0.0, median(each) - idle) for key, each in times.items()}
        slowest = sorted(medians, key=lambda key: -medians[key])[:LISTED]
        told = ", ".join(f"{key} {medians[key]:.0f}" for key in slowest)
        columns, lines = size
        yield f"| {columns}x{lines} | {opened:.0f} | {median(medians.values()):.0f} | {told} |"


if __name__ == "__main__":
    for text in keys():
        print(text)
