"""`nestproof new`."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from verifier.language.errors import ModelError

TEMPLATE = Path(__file__).parent.parent / "template"


@click.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> int:
    """Write a small project in DIR: a model, two properties, their verdicts and a test."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ModelError(f"`{folder}` exists and is not empty", mend="give a new folder")
    try:
        shutil.copytree(
            TEMPLATE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    except OSError as error:
        raise ModelError(
            f"`{folder}` cannot be written: {error.strerror}", mend="give a folder of your own"
        ) from None
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        click.echo(f"wrote {file}")
    click.echo(f"next: cd {folder} && nestproof check", err=True)
    return 0
