"""What the shell may complete: names of the project's systems, pairs and functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click

from verifier.bugs.recorded import recorded_bugs
from verifier.language.errors import ModelError
from verifier.project.catalogue import Catalogue, project_root
from verifier.project.loading import load


def _completed(begun: str, names: Callable[[Catalogue], Iterable[str]]) -> list[str]:
    """The names that begin so; none where the catalogue does not load."""
    try:
        found = names(load(project_root(Path.cwd())))
    except ModelError:
        return []
    return sorted(name for name in found if name.startswith(begun))


def pairs(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Systems and pairs that begin so."""
    return _completed(begun, lambda known: [*known.systems, *map(str, known.pairs())])


def systems(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Systems that begin so."""
    return _completed(begun, lambda known: known.systems)


def subjects(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Functions, systems and properties that begin so."""
    return _completed(begun, lambda known: [*known.functions, *known.systems, *known.groups])


def bugs(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Ids of bugs on record that begin so."""
    return _completed(begun, recorded_bugs)
