"""Scripts on the interactive screen, and what it shows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from tests.viewer.conftest import saved
from verifier.viewer.markup import rendered
from verifier.viewer.screen.app import Screen
from verifier.viewer.screen.dialogs import Dialog
from verifier.viewer.screen.list_view import LinesView

Script = Callable[[Screen, Pilot[None]], Awaitable[None]]


@asynccontextmanager
async def opened(screen: Screen, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """A screen that is there, on however busy a machine."""
    async with screen.run_test(size=size) as pilot:
        while not screen.query("#timeline"):
            await pilot.pause()
        await pilot.pause()
        yield pilot


def played(screen: Screen, script: Script, size: tuple[int, int] = (80, 24)) -> None:
    """Run a script on a screen of that size."""

    async def run() -> None:
        async with opened(screen, size) as pilot:
            await script(screen, pilot)

    asyncio.run(run())


def nested() -> Screen:
    """A saved counterexample without its models."""
    return Screen(saved("v3.1"))


def content(screen: Screen, name: str = "pane") -> str:
    """What a list holds, as text."""
    view = screen.query_one(f"#{name}", LinesView)
    return "\n".join(rendered(view.rows[i].text for i in range(len(view.rows))))


def is_open(screen: Screen, kind: type[Dialog]) -> bool:
    """Whether a dialog is on the screen."""
    return bool(screen.query_one(kind).display)


async def put_on(screen: Screen, pilot: Pilot[None], field: str) -> None:
    """Put the pane's cursor on a field."""
    rows = screen.pane.rows
    place = next(i for i in range(len(rows)) if rows[i].field == field)
    screen.pane.focus()
    screen.pane.put_cursor(place)
    await pilot.pause()
