"""The corpus: small models in text files, each with what must become of it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "constructs"


@dataclass(frozen=True)
class Construct:
    """A model by name, and what must become of it: `refused`, `equal`, or `either` of the two."""

    name: str
    text: str
    expected: str = "either"


def files() -> list[Path]:
    """The files that hold constructs."""
    return sorted(file for file in FOLDER.glob("*.txt") if file.name != "header.txt")


def corpus() -> Iterator[Construct]:
    """The constructs of all files."""
    for file in files():
        yield from constructs(file)


def constructs(file: Path) -> Iterator[Construct]:
    """The constructs of a file; `# --- NAME` or `# --- NAME: EXPECTED` begins each."""
    parts = re.split(r"^# --- (.+)\n", file.read_text(), flags=re.MULTILINE)
    for title, text in zip(parts[1::2], parts[2::2], strict=True):
        name, _, expected = title.partition(": ")
        least = re.search(r"^# python 3\.(\d+)", text, re.MULTILINE)
        if least is None or sys.version_info >= (3, int(least[1])):
            yield Construct(f"{file.stem}_{name}", text, expected or "either")
