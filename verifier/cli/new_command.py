"""`nestproof new`."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import click

from verifier.language.errors import ModelError

TEMPLATE = Path(__file__).parent.parent / "template"


@click.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> int:
    """Write a small project in DIR: a model, two properties, their verdicts and a test."""
    existed = folder.exists()
    if existed and (not folder.is_dir() or any(folder.iterdir())):
        raise ModelError(f"`{folder}` exists and is not empty", mend="give a new folder")
    try:
        shutil.copytree(
            TEMPLATE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    except BaseException as error:
        _emptied(folder, existed)
        if isinstance(error, OSError):
            raise ModelError(
                f"`{folder}` cannot be written: {_reason(error)}", mend="give a folder of your own"
            ) from None
        raise
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        click.echo(f"wrote {file}")
    click.echo(f"next: cd {shlex.quote(str(folder))} && nestproof check", err=True)
    return 0


def _reason(error: OSError) -> str:
    """Why a copy failed: of several files, the first."""
    if isinstance(error, shutil.Error):
        return str(error.args[0][0][2])
    return error.strerror or str(error)


def _emptied(folder: Path, existed: bool) -> None:
    """As it was before: empty, or not there."""
    shutil.rmtree(folder, ignore_errors=True)
    if existed:
        folder.mkdir(exist_ok=True)
