"""How long the viewer's screen takes to answer each key, on a long trace of many fields."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import cycle
from statistics import median
from time import perf_counter, thread_time
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from verifier.execution.execution import Execution
from verifier.execution.machine import Machine
from verifier.explain.session import Exploration
from verifier.language.packages import bundled_root
from verifier.project.loading import load
from verifier.viewer.screen.app import Screen
from verifier.viewer.screen.list_view import LinesView

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
REDRAWING = ("end", "2", "home", "1")
"""Keys each of which changes something on the screen, from the start and its state on."""
VIOLATING = "kvm-nvmx/v3.1"
LONGEST = 90.0
"""Seconds for which an explanation is waited for."""
BREATH = 0.05
"""Seconds between two keys, as somebody would press them who is in a hurry."""
ASKED = 12
"""Fields, evenly chosen, whose causes are asked for the first time."""


def long_session() -> Exploration:
    """A random execution, taken with another seed where a property ends it."""
    catalogue = load(bundled_root())
    system = catalogue.systems[SYSTEM]
    wandering = Exploration(Execution.at_start(system))
    list(wandering.run(0, STEPS, seed=1))
    start = Execution.at_start(system, catalogue.properties_of(system))
    return Exploration(replace(start, moves=wandering.now.moves))


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


async def somewhere_to_go(screen: Screen) -> None:
    """Wait until the list that has the focus has a second row."""
    while isinstance(screen.focused, LinesView) and len(screen.focused.rows) < 2:
        await asyncio.sleep(0)


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
                    await somewhere_to_go(screen)
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


def violating_session() -> Exploration:
    """A long random execution that ends in a violation of which nothing is known yet."""
    catalogue = load(bundled_root())
    system = catalogue.systems[VIOLATING]
    properties = catalogue.properties_of(system)
    start = Execution.at_start(system, properties)
    wandering = Exploration(Execution.at_start(system))
    list(wandering.run(0, STEPS, seed=1))
    machine, last = Machine(system), 0
    claims = [function for function in properties if function.claims]
    for number, move in enumerate(wandering.now.moves, 1):
        machine.move(move)
        last = number if machine.failing(claims) else last
    return Exploration(replace(start, moves=wandering.now.moves[:last]), catalogue=catalogue)


@dataclass
class Busy:
    """What keys took while something went on: the screen's own work, and the time by the clock."""

    what: str
    work: list[float] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)

    def row(self) -> str:
        work, clock = (f"{median(each):.0f} | {max(each):.0f}" for each in (self.work, self.clock))
        return f"| {self.what} | {len(self.work)} | {work} | {clock} |"


async def pressed_while(screen: Painted, busy: Busy, goes_on: Callable[[], bool]) -> None:
    """Press keys as fast as they are answered, until what goes on has ended."""
    keys = cycle(REDRAWING)
    while goes_on():
        times: Times = {}
        begin = perf_counter()
        await seen(screen, next(keys), times, "")
        busy.clock.append((perf_counter() - begin) * 1_000)
        busy.work += times[""]
        await asyncio.sleep(BREATH)


def beside(size: tuple[int, int]) -> tuple[Busy, Busy]:
    """Keys while a long violation explains itself, its arrival included, and during a check."""
    explaining, checking = Busy("an execution is explained"), Busy("a check runs")

    async def run() -> None:
        session = violating_session()
        screen = Painted(session.now.trace, session)
        async with screen.run_test(size=size) as pilot:
            await pilot.press("home", "1")
            end = perf_counter() + LONGEST

            def unknown() -> bool:
                return not screen.scene.trace.conjunct and perf_counter() < end

            await pressed_while(screen, explaining, unknown)
            await pilot.press("home", "1", "c")
            screen.query_one(Input).value = "integrity"
            await pilot.press("enter")
            await pressed_while(screen, checking, lambda: screen.is_working)

    asyncio.run(run())
    return explaining, checking


def busy_keys() -> Iterator[str]:
    """How keys are answered while other processes work, as Markdown."""
    yield "\n| screen | while | keys | median ms | slowest ms | by the clock: median | slowest |"
    yield "|---|---|---|---|---|---|---|"
    for size in SIZES:
        for busy in beside(size):
            yield f"| {size[0]}x{size[1]} {busy.row()}"


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
    yield from busy_keys()


if __name__ == "__main__":
    for text in keys():
        print(text)
