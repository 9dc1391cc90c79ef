"""Reads TOML files that people write."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from verifier.language.errors import ModelError, Place

SYNTAX = "correct it: https://toml.io describes the format"
REPLACE = "replace it by a readable file, or remove it"


def place_of(file: Path, key: str, table: str = "") -> Place:
    """The line on which a file has a key, after the heading of its table; the first if none has."""
    lines = file.read_text(encoding="utf-8").splitlines()
    quoted = rf"""(?:["']{re.escape(key)}["']|{re.escape(key)})"""
    found = re.compile(rf"\s*(?:{quoted}\s*[.=]|\[.*{quoted}\s*\])")
    headings = [number for number, line in enumerate(lines) if line.lstrip().startswith("[")]
    begin = next((number for number in headings if table and table in lines[number]), 0)
    numbers = (n for n, line in enumerate(lines, 1) if n > begin and found.match(line))
    return Place(str(file), next(numbers, begin + 1))


def read_toml(file: Path, help: str = SYNTAX) -> dict[str, Any]:
    """A file's tables; none where there is no file. `help` is for a file that is not TOML."""
    if not file.exists() and not file.is_symlink():
        return {}
    try:
        if not file.is_file():
            raise OSError("it is not a file")
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelError(
            f"`{file.name}` is not TOML: {error}", Place(str(file), _line(file, error)), help
        ) from None
    except OSError as error:
        why = error.strerror or str(error)
        raise ModelError(
            f"`{file.name}` cannot be read: {why}", Place(str(file), 1), REPLACE
        ) from None


def _line(file: Path, error: Exception) -> int:
    """The line of a mistake; what is missing at the end is missing on the last line with text."""
    if isinstance(error, UnicodeDecodeError):
        return error.object[: error.start].count(b"\n") + 1
    said = str(error)
    if said.endswith("(at end of document)"):
        return file.read_text(encoding="utf-8").rstrip().count("\n") + 1
    line = re.search(r"at line (\d+)", said)
    return int(line[1]) if line else 1
