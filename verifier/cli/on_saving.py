"""Doing something again whenever a file of the project is saved, until Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console

from verifier.cli.errors import print_error, print_message
from verifier.language.errors import ModelError, ToolFailure
from verifier.language.packages import PARTS
from verifier.processes.signals import release
from verifier.processes.worker import Lost, Worker, wait

LOOK = 0.2
"""Seconds between two looks, and in which nothing may change before it is done again."""
CONFIGURATION = "pyproject.toml"
SUFFIXES = (".py", ".toml")

Saved = Mapping[Path, tuple[int, int, int]]
"""What tells one content of each file from another, without reading it."""


def on_saving(root: Path, task: Callable[[], int]) -> NoReturn:
    """Do a task now, and again after each change, which ends what was begun before.

    Each runs in a process of its own, as models that are loaded stay loaded. Ends by a signal only.
    """
    release()
    while True:
        before = _saved(root)
        worker: Worker[int] = Worker(lambda _: task())
        try:
            while not worker.is_done() and _saved(root) == before:
                wait([worker], LOOK)
            if worker.is_done():
                _show_failure(worker)
                click.echo(click.style("waiting for a file to be saved", dim=True), err=True)
        finally:
            worker.end()
        changed = _changed(root, before)
        _show_cursor()
        click.echo(click.style(f"\n{_names(root, changed)}", bold=True), err=True)


def _changed(root: Path, before: Saved) -> list[Path]:
    """Wait until something is saved and nothing more is; the files that differ."""
    last = before
    while (now := _saved(root)) == before or now != last:
        last = now
        time.sleep(LOOK)
    return sorted(file for file in now.keys() | before if now.get(file) != before.get(file))


def _saved(root: Path) -> Saved:
    found: dict[Path, tuple[int, int, int]] = {}
    for file in _files(root):
        with suppress(OSError):  # it is just being replaced
            status = file.stat()
            found[file] = status.st_mtime_ns, status.st_size, status.st_ino
    return found


def _files(root: Path) -> Iterator[Path]:
    yield root / CONFIGURATION
    for part in PARTS:
        yield from (each for each in (root / part).rglob("*") if each.suffix in SUFFIXES)


def _show_failure(worker: Worker[int]) -> None:
    """Why the task has no exit code, where it has none."""
    try:
        result = worker.result("check")
    except ModelError as error:
        print_error(error)
    except ToolFailure as failure:
        print_message("tool failure", f"{failure}; please report it")
    except OSError as error:
        print_message("error", error.strerror or str(error))
    else:
        if isinstance(result, Lost):
            print_message("error", result.reason)


def _names(root: Path, changed: list[Path]) -> str:
    shown = [str(file.relative_to(root)) for file in changed[:3]]
    more = [f"{len(changed) - len(shown)} more"] if len(changed) > len(shown) else []
    return f"saved: {', '.join([*shown, *more])}"


def _show_cursor() -> None:
    """What was ended in the middle may have left the terminal without one."""
    console = Console(stderr=True)
    if console.is_terminal:
        console.show_cursor()
