"""Verdicts at a glance: systems down, family by family, properties across, a letter for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import click

from verifier.evidence.verdicts import Verdict
from verifier.project.catalogue import Pair

LETTERS = {
    Verdict.PROVED: "P",
    Verdict.VIOLATED: "V",
    Verdict.VACUOUS: "E",
    Verdict.UNKNOWN: "?",
    None: "-",
}
"""What stands for a verdict, and for none on record."""
WORDS = {"P": "proved", "V": "violated", "E": "vacuous", "?": "unknown", "-": "not recorded"}
COLOURS = {"P": "green", "V": "yellow", "E": "magenta", "?": "yellow"}
"""Of what is as expected."""
ABSENT = "."
"""What stands where a system does not have a property."""
OTHERWISE = "!"
"""What follows a verdict that is not the expected one."""
NUMBER = re.compile(r"(\d+)")

Cells = Mapping[Pair, str]


def cells(
    verdicts: Mapping[Pair, Verdict | None], expected: Mapping[Pair, Verdict]
) -> dict[Pair, str]:
    """The letter of each pair; where nothing is on record it is expected to be proved."""
    return {
        pair: LETTERS[verdict]
        + OTHERWISE * (verdict not in (None, Verdict.UNKNOWN, expected.get(pair, Verdict.PROVED)))
        for pair, verdict in verdicts.items()
    }


def matrix(cells: Cells) -> Iterator[str]:
    """Its lines, after an empty one; none of a single system, whose pairs are seen at one look."""
    systems = sorted({pair.system for pair in cells}, key=_by_version)
    if len(systems) < 2:
        return
    properties = sorted({pair.property for pair in cells})
    tails = {name: name.partition("/")[2] or name for name in systems}
    width = 4 + max(map(len, tails.values()))
    yield ""
    yield from _heads(properties, width)
    family, widths = None, [3] * (len(properties) - 1) + [0]
    for name in systems:
        if family != (family := name.partition("/")[0]):
            yield click.style(family, bold=True)
        row = [cells.get(Pair(name, each), ABSENT) for each in properties]
        yield f"{f'  {tails[name]}':<{width}}" + "".join(map(_coloured, row, widths))
    yield _legend(cells)


def _heads(properties: list[str], width: int) -> Iterator[str]:
    """Each property's name above its column, one line for each."""
    for place, name in enumerate(properties):
        yield " " * width + click.style("|  " * place, dim=True) + name


def _coloured(cell: str, width: int) -> str:
    if cell == ABSENT:
        text = click.style(cell, dim=True)
    else:
        is_otherwise = OTHERWISE in cell
        colour = "red" if is_otherwise else COLOURS.get(cell)
        text = click.style(cell, fg=colour, bold=is_otherwise or None)
    return text + " " * (width - len(cell))


def _legend(cells: Cells) -> str:
    used = {cell[0] for cell in cells.values()}
    words = [f"{letter} {word}" for letter, word in WORDS.items() if letter in used]
    if any(OTHERWISE in cell for cell in cells.values()):
        words.append(f"{OTHERWISE} not as expected")
    return ", ".join(words)


def _by_version(name: str) -> tuple[str, list[tuple[int, str]]]:
    """By family, and v3.4 before v3.12."""
    family, _, tail = name.partition("/")
    parts = NUMBER.split(tail)
    return family, [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
