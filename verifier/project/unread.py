"""Files of a project that look as if they were read, and are not."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

WRITTEN = ("verdicts.toml", "mutants.toml", "bugs.toml")
"""Those of the TOML files that are read in properties/ that people write by hand."""
READ = (*WRITTEN, "accepted.toml")


def unread_files(root: Path) -> Iterator[str]:
    """What is wrong with TOML files that nobody reads: another name or folder was meant."""
    folder = root / "properties"
    meant = [folder / name for name in READ]
    for file in sorted({*folder.rglob("*.toml"), *_same_name(root)}):
        if not any(file == other or _is_same(file, other) for other in meant):
            name = file.name.casefold()
            near = next(iter(difflib.get_close_matches(name, READ, 1, 0.85)), None)
            near = near or difflib.get_close_matches(name, WRITTEN, 1, 0.0)[0]
            yield f"`{file.relative_to(root)}` is not read: `properties/{near}` would be"


def _same_name(root: Path) -> Iterator[Path]:
    """Files elsewhere that are called like one that is read."""
    for file in (*root.glob("*.toml"), *(root / "models").rglob("*.toml")):
        if difflib.get_close_matches(file.name.casefold(), READ, 1, 0.85):
            yield file


def _is_same(file: Path, other: Path) -> bool:
    """Whether both names are one file's, as where case does not matter."""
    try:
        return file.samefile(other)
    except OSError:
        return False
