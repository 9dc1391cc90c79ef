"""What the screen shows, cell by cell, as text that does not depend on fonts or on textual."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.evidence.lazy_project import execution, project, properties, trace
from tests.viewer import machines
from tests.viewer.conftest import saved
from tests.viewer.screens import opened
from verifier.execution.execution import Execution
from verifier.explain.session import Exploration
from verifier.viewer.screen.app import Screen

NARROW, WIDE = (80, 24), (160, 45)
FITTING = ((80, 24), (100, 30), (120, 32), (140, 40))
"""Sizes at which tabs, filters and help are whole."""


@dataclass(frozen=True)
class Snapshot:
    """Something opened, the keys pressed on it, and the size of the terminal."""

    name: str
    opened: Callable[[], Screen]
    keys: tuple[str, ...]
    size: tuple[int, int]

    @property
    def file(self) -> str:
        columns, lines = self.size
        return f"screens/{self.name}-{columns}x{lines}.txt"


def lazy() -> Screen:
    """A counterexample whose models are here."""
    return Screen(trace(), Exploration(execution(), trace()))


def begun() -> Screen:
    """A system at its start, as `simulate` opens it."""
    system = project().systems["lazy/broken"]
    session = Exploration(Execution.at_start(system, properties("lazy/broken")))
    return Screen(session.now.trace, session, explores=True)


def two_cpus() -> Screen:
    """A counterexample of two CPUs."""
    found = machines.counterexample(TWO)
    return Screen(found, Exploration(machines.execution(TWO), found))


TWO = "two-cpus/broken/integrity"
VIEWS = {
    "opened": (),
    "state": ("1", "up", "up"),
    "unfolded": ("1", "f", "tab", "end"),
    "calls": ("2", "tab", "down", "down"),
    "contract": ("4", "f"),
    "watches": ("w", *"vcpu.guest_mode", "enter"),
    "properties": ("6",),
    "asked": ("1", "slash", *"rax.ts", "enter", "down", "enter"),
    "search": ("slash", *"shadow", "enter"),
    "level": ("v", "v"),
    "start": ("home", "1"),
    "help": ("question_mark",),
    "words": ("question_mark", "end"),
    "question": ("slash",),
    "light": ("t",),
}
"""Keys by the name of what they show."""

BUGS = {"opened": (), "before": ("1", "up")}
BEGUN = {"begun": (), "first": ("enter",)}
EXPLORED = {"explore": ("up", "x"), "taken": ("up", "x", "enter"), "random": ("home", "r")}

SEVERAL = {
    "opened": (),
    "state": ("1", "up"),
    "narrowed": ("v", "slash", *"owner", "enter"),
    "nothing": ("slash", *"nobody", "enter"),
    "explored": ("home", "x", "enter"),
    "help": ("question_mark",),
}


def _all() -> Iterator[Snapshot]:
    for size in (NARROW, WIDE):
        for name, keys in VIEWS.items():
            yield Snapshot(f"v3.1-{name}", lambda: Screen(saved("v3.1")), keys, size)
        for name, keys in BUGS.items():
            yield Snapshot(f"v3.13-{name}", lambda: Screen(saved("v3.13")), keys, size)
            yield Snapshot(f"v3.14-{name}", lambda: Screen(saved("v3.14")), keys, size)
        for name, keys in EXPLORED.items():
            yield Snapshot(f"lazy-{name}", lazy, keys, size)
        for name, keys in BEGUN.items():
            yield Snapshot(f"lazy-{name}", begun, keys, size)
    for size in FITTING:
        for name, keys in SEVERAL.items():
            yield Snapshot(f"two-cpus-{name}", two_cpus, keys, size)


SNAPSHOTS = list(_all())


def on_screen(screen: Screen) -> str:
    """Every cell of the screen, without blanks at the ends of lines."""
    strips = screen.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


def taken(screen: Screen, keys: Sequence[str], size: tuple[int, int]) -> str:
    """The screen after some keys, at rest."""

    async def run() -> str:
        async with opened(screen, size) as pilot:
            await screen.workers.wait_for_complete()
            await pilot.pause()
            for key in keys:
                await pilot.press(key)
                await screen.workers.wait_for_complete()
                await pilot.pause()
            return on_screen(screen)

    return asyncio.run(run())


def shown(snapshot: Snapshot) -> str:
    return taken(snapshot.opened(), snapshot.keys, snapshot.size)
