"""Lines on a terminal that is narrower than they are: they go on between words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from verifier.reports.check_text import columns

STYLE = re.compile(r"(\x1b\[[0-9;]*m)")
DEEPER = 4
"""By so many columns what goes on is indented."""


def echo(text: str) -> None:
    """A line on stdout."""
    click.echo(fitted(text, columns()))


def fitted(text: str, width: int) -> str:
    """A line, with colours or without, on as many as it needs; 0 is a width that holds all."""
    plain = click.unstyle(text)
    if not width or len(plain) <= width:
        return text
    indent = " " * min(len(plain) - len(plain.lstrip(" ")) + DEEPER, width // 2)
    breaks = dict(_breaks(plain, width, len(indent)))
    found, place, skipped = [], 0, 0
    for part in STYLE.split(text):
        if STYLE.fullmatch(part):
            found.append(part)
            continue
        for character in part:
            if place in breaks:
                found.append(f"\n{indent}")
                skipped = breaks[place]
            if place >= skipped:
                found.append(character)
            place += 1
    return "".join(found)


def _breaks(plain: str, width: int, indent: int) -> Iterator[tuple[int, int]]:
    """Where a line ends and where the next begins, after the blanks between them."""
    begin = used = len(plain) - len(plain.lstrip(" "))
    while used + len(plain) - begin > width:
        end = plain.rfind(" ", begin, begin + width - used + 1)
        if end < 0:  # a word that no line has room for
            end = plain.find(" ", begin)
        rest = len(plain) - len(plain[end:].lstrip(" "))
        if end < 0 or rest == len(plain):
            return
        yield begin + len(plain[begin:end].rstrip(" ")), rest
        begin, used = rest, indent
