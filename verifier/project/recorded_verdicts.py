"""The recorded verdicts: rewritten line by line, so that what people wrote there stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from verifier.language.errors import ModelError
from verifier.project.catalogue import Pair
from verifier.project.expectations import EXPECTED
from verifier.storage.atomic import write_whole

FILE = Path("properties") / "verdicts.toml"
TABLE = re.compile(r'^\s*\[\s*"(?P<name>[^"]*)"\s*\]')
VERDICT = re.compile(r'^(?P<begin>\s*(?P<name>[\w-]+)\s*=\s*)"[^"]*"(?P<end>.*)$')


def recorded(root: Path) -> str:
    """The file's text; empty where there is none."""
    file = root / FILE
    return file.read_text() if file.exists() else ""


def places(text: str) -> dict[Pair, int]:
    """The line of each pair's verdict."""
    found: dict[Pair, int] = {}
    system: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if table := TABLE.match(line):
            system = table["name"]
        verdict = VERDICT.match(line)
        if system is not None and verdict:
            found[Pair(system, verdict["name"])] = number
    return found


def accepted(text: str, verdicts: Mapping[Pair, str]) -> str:
    """The text with these verdicts: lines that are there are changed, others added."""
    left = {pair: verdict for pair, verdict in verdicts.items() if verdict in EXPECTED}
    lines: list[str] = []
    system: str | None = None
    for line in text.splitlines():
        table = TABLE.match(line)
        if table:
            _finish(lines, left, system)
            system = table["name"]
        verdict = VERDICT.match(line)
        if system is not None and verdict:
            new = left.pop(Pair(system, verdict["name"]), None)
            if new is not None:
                line = f'{verdict["begin"]}"{new}"{verdict["end"]}'
        lines.append(line)
    _finish(lines, left, system)
    for name in dict.fromkeys(pair.system for pair in left):
        lines += ["", f'["{name}"]'] if lines else [f'["{name}"]']
        _finish(lines, left, name)
    return "\n".join(lines) + "\n"


def _finish(lines: list[str], left: dict[Pair, str], system: str | None) -> None:
    """Add what is new at the end of a system's table, before the blank lines there."""
    new = [pair for pair in left if pair.system == system]
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    lines[end:end] = [f'{pair.property} = "{left.pop(pair)}"' for pair in new]


def write(root: Path, before: str, after: str) -> bool:
    """Replace the file, unless somebody else has changed it since it was read."""
    if recorded(root) != before:
        raise ModelError(
            f"`{FILE}` has changed while the gate was running", mend="run the gate again"
        )
    if after == before:
        return False
    write_whole(root / FILE, after.encode())
    return True
