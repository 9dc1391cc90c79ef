"""The modules of models/ and properties/: where they are, and their text as it was compiled."""

from __future__ import annotations

import io
import linecache
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import decode_source
from pathlib import Path

from verifier.language.errors import ModelError, Place
from verifier.storage.reading import content_of

EVIDENCE = "certificates"
"""The folder of properties/ that has no modules; whether it can be read is looked at elsewhere."""
LARGEST = 16 * 2**20
"""Bytes beyond which a module is refused unread."""

MOST = 20_000
"""Files beyond which a folder is not one of models or properties."""


@dataclass(frozen=True)
class Source:
    """One module: `inside` is its path in its project, that of a bundled one from nestproof/ on."""

    module: str
    file: str
    inside: str
    text: bytes


@dataclass(frozen=True)
class Located:
    """Where a module is: a file, a package's file, or the folder of a package without one."""

    file: Path | None
    folder: str | None


def located(name: str, folders: Sequence[str]) -> Located | None:
    """A module below the folder of a package; None where there is none.

    A package has one folder, or none where a project has no such part.
    """
    if not name or "/" in name or "\0" in name or not folders:
        return None
    below, file = Path(folders[0]) / name, Path(folders[0]) / f"{name}.py"
    if (below / "__init__.py").is_file():
        return Located(below / "__init__.py", str(below))
    if file.is_file():
        return Located(file, None)
    return Located(None, str(below)) if below.is_dir() else None


def text_of(file: Path) -> bytes:
    """A module's text; a ModelError where it cannot be read."""
    try:
        return content_of(file, LARGEST)
    except OSError as error:
        why = error.strerror or str(error)
        raise ModelError(f"`{file.name}` cannot be read: {why}", Place(str(file), 1)) from None


def show_as_compiled(source: Source) -> None:
    """Let whoever asks for a module's lines find those that were compiled, edited or not."""
    lines = io.StringIO(decode_source(source.text)).readlines()  # not at form feeds
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    linecache.cache[source.file] = (len(source.text), None, lines, source.file)


def python_files(folder: Path) -> list[Path]:
    """Every Python file below a folder, sorted; links are followed, but into no folder above.

    Left out are folders whose names start with a dot, and what Python stores.
    """
    found: list[Path] = []
    for number, entry in enumerate(_below(folder, frozenset())):
        if number == MOST:
            raise ModelError(
                f"there are more than {MOST} files below `{folder}`",
                Place(str(folder), 1),
                "does a link lead to a folder of something else?",
            )
        if entry.suffix.lower() == ".py":
            found.append(entry)
    return sorted(found)


def _may_have_modules(entry: Path) -> bool:
    """Whether an entry is a link to what may be a folder with modules."""
    return entry.is_symlink() and not entry.suffix and entry.name != EVIDENCE


def _below(folder: Path, above: frozenset[tuple[int, int]]) -> Iterator[Path]:
    """The files below a folder."""
    try:
        found = folder.stat()
        identity = (found.st_dev, found.st_ino)
        entries = [] if identity in above else list(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        why = error.strerror or str(error)
        raise ModelError(f"`{folder}` cannot be read: {why}", Place(str(folder), 1)) from None
    for entry in entries:
        if not entry.is_dir():
            if _may_have_modules(entry) and not entry.exists():
                what = f"`{entry}` is a link to nothing"
                raise ModelError(what, Place(str(entry), 1), "create its target, or remove it")
            yield entry
        elif not entry.name.startswith(".") and entry.name != "__pycache__":
            yield from _below(entry, above | {identity})
