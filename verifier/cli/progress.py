"""Progress on stderr: one line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import click

from verifier.cli.errors import colours
from verifier.engines.contract import ENGINES
from verifier.evidence.verdicts import Progress
from verifier.language.plain_values import plural
from verifier.processes.pool import side_by_side
from verifier.processes.worker import Lost

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

T = TypeVar("T")

REDRAW = 0.1
"""Seconds between two drawings."""
MOST = 4
"""Of what is done side by side, as many are shown."""
SPEAK = 15.0
"""Seconds between two lines where there is no terminal; shorter tasks print nothing."""


class Reporter:
    """Shows what is being done, and of how many systems; gone before a result and at the end.

    It draws when progress is reported, not from a thread: what is watched forks.
    """

    def __init__(self, doing: str, total: int = 0) -> None:
        terminal = sys.stderr.isatty()
        self._bar = _bar(doing, total) if terminal else None
        self._speaks = not terminal
        self._begun = self._spoken = monotonic()
        self._drawn = 0.0
        self._searched: dict[tuple[str, str, str], Progress] = {}
        """The last report about each goal; of one that is searched beside others with its part."""

    def __enter__(self) -> Reporter:
        self.resume()
        return self

    def __exit__(self, kind: type[BaseException] | None, *details: object) -> None:
        self.clear()
        if kind is not None and not issubclass(kind, Exception):
            for (part, *_), progress in self._searched.items():
                click.echo(click.style(f"left at: {doing(progress, part)}", dim=True), err=True)

    def watch(self, progress: Progress) -> None:
        """Draw what an engine is doing."""
        now = monotonic()
        self._note(progress)
        if self._speaks and now - self._spoken >= SPEAK:
            self._spoken = now
            text = f"{now - self._begun:.0f} s: {doing(progress)}"
            click.echo(click.style(text, dim=True), err=True)
        if self._bar is None or now - self._drawn < REDRAW:
            return
        self._drawn = now
        self._bar.update(self._bar.task_ids[0], detail=doing(progress), refresh=True)

    def during(self, progress: Progress, task: Callable[[], T]) -> T | Lost:
        """The answer of a task that reports nothing: done in a process of its own, and watched."""
        return self.beside(progress, {progress.detail: task})[progress.detail]

    def beside(
        self, progress: Progress, tasks: Mapping[str, Callable[[], T]]
    ) -> dict[str, T | Lost]:
        """The same for several tasks, side by side."""
        found = dict(side_by_side(tasks, len(tasks), lambda _: self.watch(progress)))
        for answer in found.values():
            if isinstance(answer, Lost) and answer.error is not None:
                raise answer.error
        return found

    def _note(self, progress: Progress) -> None:
        """Remember how far the search for a goal is; what has ended beside others is forgotten."""
        self._searched = {
            key: each
            for key, each in self._searched.items()
            if not key[0] or key[0] in progress.parts
        }
        for part, each in (("", progress), *progress.parts.items()):
            if each.found is not None:
                self._searched.pop((part, each.engine, each.detail), None)
            elif each.engine in ENGINES:
                self._searched[part, each.engine, each.detail] = each

    def searched(self, part: str, goal: str) -> Progress | None:
        """How far the search for a goal is, the deepest one; without a part that of one alone."""
        found = [
            progress
            for (place, _, name), progress in self._searched.items()
            if place in ("", part) and name == goal
        ]
        return max(found, key=lambda progress: progress.depth, default=None)

    def done(self) -> None:
        """One more system is decided."""
        self._searched = {key: each for key, each in self._searched.items() if key[0]}
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], advance=1)

    def clear(self) -> None:
        """Give the terminal to a result."""
        if self._bar is not None:
            self._bar.stop()

    def resume(self) -> None:
        """Draw again."""
        if self._bar is not None:
            self._bar.start()


def doing(progress: Progress, part: str = "") -> str:
    """What is being done in a few words; of a search, the depth that has no violation.

    Of what is done side by side it says so of each `part`.
    """
    if progress.parts:
        shown = [doing(each, name) for name, each in progress.parts.items()]
        return "; ".join(shown[:MOST]) + f"; {len(shown) - MOST} more" * (len(shown) > MOST)
    detail = progress.detail
    if part and detail != part and not detail.startswith(f"{part}/"):
        detail = f"{part}/{detail}"
    if progress.engine not in ENGINES:
        depth = f" {progress.depth}" if progress.depth else ""
        return f"{progress.engine}{depth} {detail}".rstrip()
    good = f", good for {plural(progress.depth, 'step')}" if progress.depth else ""
    return f"{progress.engine} {detail}{good}"


def _bar(what: str, total: int) -> Bar:
    """Only who has a terminal waits for rich to be imported."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    count = (BarColumn(bar_width=24), MofNCompleteColumn()) if total else ()
    bar = Bar(
        TextColumn("{task.description}"),
        *count,
        TimeElapsedColumn(),
        TextColumn("{task.fields[detail]}", style="dim"),
        console=Console(stderr=True, color_system="auto" if colours() is None else None),
        auto_refresh=False,
        transient=True,
    )
    bar.add_task(what, total=total or None, detail="")
    return bar
