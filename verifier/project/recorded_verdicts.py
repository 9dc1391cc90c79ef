"""The recorded verdicts: rewritten line by line, so that comments stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from tomllib import TOMLDecodeError, loads

from verifier.language.errors import ModelError, Place
from verifier.project.catalogue import Pair
from verifier.project.expectations import EXPECTED, VERDICTS
from verifier.storage.atomic import write_whole

TABLE = re.compile(r'^\s*\[\s*"(?P<name>[^"]*)"\s*\]')
VERDICT = re.compile(
    r'^(?P<begin>\s*(?P<quote>"?)(?P<name>[^"=\s]+)(?P=quote)\s*=\s*)"[^"]*"(?P<end>.*)$'
)
BARE = re.compile(r"[A-Za-z0-9_-]+")
"""A key that TOML has without quotes."""


def recorded(root: Path) -> str:
    """The file's text; empty where there is none."""
    file = root / VERDICTS
    return file.read_text() if file.exists() else ""


def places(text: str) -> dict[Pair, int]:
    """The line of each pair's verdict."""
    found: dict[Pair, int] = {}
    system: str | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if table := TABLE.match(line):
            system = table["name"]
        verdict = VERDICT.match(line)
        if system is not None and verdict:
            found[Pair(system, verdict["name"])] = number
    return found


def accepted(text: str, verdicts: Mapping[Pair, str]) -> str:
    """The text with these verdicts: lines that are there are changed, others added.

    A ModelError where that gives another file than is meant, as it may where the text has other
    forms of TOML than nestproof writes.
    """
    wanted = {pair: verdict for pair, verdict in verdicts.items() if verdict in EXPECTED}
    tables = loads(text)
    for pair, verdict in wanted.items():
        tables.setdefault(pair.system, {})[pair.property] = str(verdict)
    new = _with(text, dict(wanted))
    try:
        fits = loads(new) == tables
    except TOMLDecodeError:
        fits = False
    if not fits:
        raise ModelError(
            f"`{VERDICTS}` cannot be changed line by line",
            Place(str(VERDICTS), 1),
            'write each system as ["SYSTEM"] and each verdict as PROPERTY = "VERDICT", a line each',
        )
    return new


def _with(text: str, left: dict[Pair, str]) -> str:
    lines: list[str] = []
    system: str | None = None
    for line in text.rstrip("\n").split("\n") if text else ():
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
    lines[end:end] = [f'{_key(pair.property)} = "{left.pop(pair)}"' for pair in new]


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else f'"{name}"'


def write(root: Path, before: str, after: str) -> bool:
    """Replace the file, unless somebody else has changed it since it was read."""
    if recorded(root) != before:
        raise ModelError(
            f"`{VERDICTS}` has changed while the gate was running", help="run the gate again"
        )
    if after == before:
        return False
    write_whole(root / VERDICTS, after.encode())
    return True
