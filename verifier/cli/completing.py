"""What the shell may complete: names of the project's systems, pairs and functions."""

from __future__ import annotations

from pathlib import Path

import click

from verifier.language.errors import ModelError
from verifier.project.catalogue import Catalogue, project_root
from verifier.project.loading import load


def _catalogue() -> Catalogue | None:
    """The catalogue, or nothing to complete from where it does not load."""
    try:
        return load(project_root(Path.cwd()))
    except ModelError:
        return None


def pairs(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Systems and pairs that begin so."""
    catalogue = _catalogue()
    if catalogue is None:
        return []
    names = [*catalogue.systems, *map(str, catalogue.pairs())]
    return sorted(name for name in names if name.startswith(begun))


def systems(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Systems that begin so."""
    catalogue = _catalogue()
    return [name for name in (catalogue.systems if catalogue else ()) if name.startswith(begun)]


def subjects(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Functions, systems and properties that begin so."""
    catalogue = _catalogue()
    if catalogue is None:
        return []
    names = [*catalogue.functions, *catalogue.systems, *catalogue.groups]
    return sorted(name for name in names if name.startswith(begun))
