"""Files that people name: refused before time is spent on them, and written whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from verifier.cli.errors import from_here
from verifier.language.errors import ModelError
from verifier.processes.signals import shielded
from verifier.storage.atomic import write_whole


def write_output(file: Path, content: bytes) -> None:
    """Replace a file's content; a device or pipe gets it as it is."""
    with shielded(), _refused(file):
        if file.is_file() or not file.exists():
            write_whole(file, content)
        else:
            file.write_bytes(content)


def put_text(text: str, output: Path | None) -> None:
    """Write a text to a file, or show it."""
    if output is None:
        click.echo(text, nl=False)
    else:
        write_output(output, text.encode())


def writable_file(file: Path) -> Path:
    """The file, if it can be written; it is as it was before."""
    with _refused(file):
        if file.is_file():
            file.open("ab").close()
        if file.is_file() or not file.exists():
            _try_in(file.absolute().parent, file.name)
    return file


def writable_record(root: Path, record: Path) -> None:
    """Refuse to accept what a file or folder of the project could not hold."""
    path = root / record
    with _refused(Path(from_here(str(path))), f"make `{record}` writable, or omit --accept"):
        if path.is_file():
            path.open("ab").close()
        folder = path if path.is_dir() else path.parent
        _try_in(folder, path.name)


def writable_folder(folder: Path) -> Path:
    """The folder, made if there is none, if files can be written there."""
    with _refused(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _try_in(folder, "evidence.json")
    return folder


def _try_in(folder: Path, name: str) -> None:
    """Fail as writing a file there would."""
    probe = folder / f".{name}.probe"
    probe.touch()
    probe.unlink(missing_ok=True)  # another command may look at the same time


@contextmanager
def _refused(
    path: Path, help: str = "give one in a folder that exists and can be written"
) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"`{path}` cannot be written: {error.strerror or error}", help=help
        ) from None
