"""`nestproof new`."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click

from verifier.cli import options
from verifier.language.errors import ModelError

TEMPLATE = Path(__file__).parent.parent / "template"
NAME = "lazy-registers"
"""How the template's project is called; a copy has the name of its folder."""


@click.command("new")
@click.argument("folder", metavar="DIR", type=options.ANY)
def command(folder: Path) -> int:
    """Write a small project in DIR: a model, two properties and their verdicts."""
    existed = folder.exists()
    if existed and (not folder.is_dir() or any(folder.iterdir())):
        raise ModelError(f"`{folder}` exists and is not empty", help="give a new folder")
    try:
        _copy(folder)
    except BaseException as error:
        _emptied(folder, existed)
        if isinstance(error, OSError):
            raise ModelError(
                f"`{folder}` cannot be written: {error.strerror or error}",
                help="give a folder in which you may write, on a disk with room for it",
            ) from None
        raise
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        click.echo(f"wrote {file}")
    click.echo(f"next: cd {shlex.quote(str(folder))} && nestproof check", err=True)
    return 0


def _copy(folder: Path) -> None:
    """Write the template's files."""
    for file in TEMPLATE.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            copy = folder / file.relative_to(TEMPLATE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    about = folder / "pyproject.toml"
    name = "-".join(re.findall(r"[a-z0-9]+", folder.resolve().name.lower()))
    if name:
        about.write_text(about.read_text().replace(f'name = "{NAME}"', f'name = "{name}"', 1))


def _emptied(folder: Path, existed: bool) -> None:
    """The folder as it was: empty, or removed."""
    shutil.rmtree(folder, ignore_errors=True)
    if existed:
        folder.mkdir(exist_ok=True)
