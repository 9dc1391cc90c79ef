"""A person's mistakes and the tool's failures: one message, exit code 2, no stack trace."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from verifier.language.errors import ModelError, Place, ToolFailure
from verifier.language.plain_values import plural
from verifier.viewer.markup import inert

STORED = ("properties", "certificates")
"""Where a project stores its evidence."""
SAVED = "give a file that `nestproof check --evidence` saved"

LONGEST = 1000
"""Characters of a message."""


def colours() -> bool | None:
    """False where nothing is to be marked up; None where a terminal decides."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return False if plain else None


def print_message(label: str, message: str) -> None:
    """Print a message on stderr."""
    click.echo(f"{click.style(label, fg='red', bold=True)}: {message}", err=True)


class NotConfirmed(ModelError):
    """A file that claims what its audit does not confirm; `code` is the audit's exit code."""

    def __init__(self, message: str, help: str = "", code: int = 1) -> None:
        super().__init__(message, help=help)
        self.code = code


@contextmanager
def errors_printed() -> Iterator[None]:
    """Print a person's mistakes and the tool's failures, and exit."""
    try:
        yield
    except ModelError as error:
        print_error(error)
        sys.exit(error.code if isinstance(error, NotConfirmed) else 2)
    except ToolFailure as failure:
        print_message("tool failure", f"{failure}; please report it")
        sys.exit(2)


def print_error(error: ModelError) -> None:
    """Print an error's message, place and help."""
    _say("error", error.message, error.place, error.help)


def warn(message: str, place: Place | None = None, help: str = "") -> None:
    """Print a warning, its place and help."""
    _say("warning", message, place, help)


def _say(label: str, message: str, place: Place | None, help: str) -> None:
    lines = [one_line(message)]
    if place:
        lines.append(f"  --> {one_line(from_here(place.file))}:{place.line}")
    if help:
        lines.append(f"  help: {one_line(help)}")
    print_message(label, "\n".join(lines))


def one_line(text: str) -> str:
    """A text that may hold what others wrote: short, and nothing that a terminal would obey."""
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    return inert(short.replace("\n", " "))


def not_decided(left: int, pairs: int) -> str:
    """How many pairs an interruption has left undecided."""
    was = "was" if pairs == 1 else "were"
    return (
        f"{left} of {plural(pairs, 'pair')} {was} not decided" if pairs else "nothing was decided"
    )


def backquoted(names: Iterable[str]) -> str:
    """Names as a list in a message."""
    return ", ".join(f"`{name}`" for name in names)


def from_here(file: str, here: Path | None = None) -> str:
    """A path as seen from a folder, this one unless given otherwise, where it is below."""
    try:
        return str(Path(file).relative_to(here or Path.cwd()))
    except ValueError:
        return file


def wrong_file(file: Path, reason: str, help: str = "") -> ModelError:
    """An error about a file given on the command line; what helps is what writes such files."""
    stored = file.absolute().parent.parts[-2:] == STORED
    usual = "remove it, or write it again with `nestproof gate --accept`" if stored else SAVED
    return ModelError(f"`{file}`: {reason}", help=help or usual)
