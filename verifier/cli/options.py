"""Options that several commands take."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click


class _Named(click.Path):
    """A path that is neither empty nor what stands for a terminal elsewhere."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        if not os.fspath(value):
            self.fail("an empty name.", param, ctx)
        if os.fspath(value) == "-":
            self.fail("'-' names no file here; one that is called so is './-'.", param, ctx)
        return super().convert(value, param, ctx)


ANY = _Named(path_type=Path)
FILE = _Named(dir_okay=False, path_type=Path)
FOLDER = _Named(file_okay=False, path_type=Path)


class _Seconds(click.FloatRange):
    """A range without the number that is in none and that nothing is compared with."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return number


bundled = click.option(
    "--bundled", is_flag=True, help="Functions of bundled modules, too, and not only the project's."
)


def timeout(
    seconds: float, what: str, name: str = "--timeout"
) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """`--timeout`, or another time, with its default and what it is for."""
    return click.option(
        name,
        type=_Seconds(0.1, 1_000_000),
        metavar="SECONDS",
        default=seconds,
        show_default=True,
        help=what,
    )


memory = click.option(
    "--memory",
    type=click.IntRange(64, 1_000_000),
    callback=lambda _, __, megabytes: megabytes and megabytes * 1_000_000,
    metavar="MB",
    help="Megabytes that a search may use; default: no limit.",
)

jobs = click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 1,
    metavar="N",
    help="Processes; default: the cores there are.",
)


def form(formats: Sequence[str], what: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """`--format`, the first of some unless given otherwise."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=what,
    )


output = click.option("-o", "--output", type=FILE, help="File to write; stdout without it.")

base = click.option(
    "--base", "revision", metavar="REV", help="Revision to compare with; default: the merge base."
)
