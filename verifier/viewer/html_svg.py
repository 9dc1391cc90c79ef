"""Evidence as a page or picture that needs nothing else: no network, no scripts, no fonts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from verifier.viewer.markup import Line, Role, inert, width
from verifier.viewer.theme import LOOKS, Look

FONT = "DejaVu Sans Mono, ui-monospace, Menlo, Consolas, monospace"
RUNS = re.compile(r"\S+(?: \S+)*")
CELL, ROW = 8.43, 19
"""The size of a character in a picture."""
MARGIN = 18

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root {{ color-scheme: light dark; background: {light}; color: #1f2328 }}
body {{ margin: 2em; font: 14px/1.4 {font} }}
div {{ min-height: 1.4em; white-space: pre-wrap; overflow-wrap: anywhere }}
@media (max-width: 40em) {{ body {{ margin: 0.5em; font-size: 11px }} }}
{light_styles}
@media (prefers-color-scheme: dark) {{
:root {{ background: {dark}; color: #e6edf3 }}
{dark_styles}
}}
</style></head><body>{body}</body></html>
"""
DARK, LIGHT = "#0d1117", "#ffffff"
DEEPEST = 24
"""Columns of an indent at most, so that a phone has some left."""


def page(lines: Iterable[Line], title: str) -> str:
    """A self-contained HTML page, for light and dark screens."""
    body = "\n".join(map(_row, lines))
    return PAGE.format(
        title=escape(inert(title)),
        font=FONT,
        light=LIGHT,
        dark=DARK,
        light_styles="\n".join(
            _rule(role, look, f"color: {look.light or 'inherit'}") for role, look in _looks()
        ),
        dark_styles="\n".join(f".{role} {{ color: {look.dark} }}" for role, look in _looks()),
        body=body,
    )


def _looks() -> list[tuple[Role, Look]]:
    return [(role, look) for role, look in LOOKS.items() if role]


def _row(one: Line) -> str:
    """A line; where it is too long for a screen, it goes on below its own beginning."""
    text = "".join(_span(part, role, not place) for place, (part, role) in enumerate(one))
    indent = _indent(one)
    style = f' style="padding-left:{indent}ch;text-indent:-{indent}ch"' if indent else ""
    return f"<div{style}>{text}</div>"


def _indent(one: Line) -> int:
    """The column of a line's text; after the lanes, where it has any."""
    column = 0
    for text, role in one:
        column += len(text)
        if role == "lane":
            return min(column, DEEPEST)
    whole = "".join(text for text, _ in one)
    return min(len(whole) - len(whole.lstrip()), DEEPEST)


def _span(text: str, role: Role, first: bool) -> str:
    """A piece of a line; at the beginning of one no line ends after its blanks."""
    bare = text.lstrip(" ") if first else text
    shown = "&nbsp;" * (len(text) - len(bare)) + escape(bare)
    return f'<span class="{role}">{shown}</span>' if role else shown


def _rule(role: Role, look: Look, colour: str) -> str:
    """A role's style, with its colour."""
    parts = [colour]
    parts += ["font-weight: bold"] * look.bold + ["text-decoration: underline"] * look.underline
    return f".{role} {{ {'; '.join(parts)} }}"


def svg(lines: Sequence[Line], title: str) -> str:
    """A self-contained picture of lines, on a dark ground that any page can carry."""
    columns = max(map(width, lines), default=0)
    across, down = round(columns * CELL) + 2 * MARGIN, len(lines) * ROW + 2 * MARGIN
    rules = "\n".join(
        _rule(role, look, f"fill: {look.dark or '#e6edf3'}") for role, look in _looks()
    )
    rows = (_svg_row(number, one) for number, one in enumerate(lines))
    style = f"<style>\ntext {{ fill: #e6edf3 }}\n{rules}\n</style>"
    return drawn(across, down, title, style, rows)


def drawn(across: int, down: int, title: str, head: str, parts: Iterable[str]) -> str:
    """A picture of some parts on its ground."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{down}" '
        f'viewBox="0 0 {across} {down}" role="img" font-family="{FONT}" font-size="14">\n'
        f"<title>{escape(inert(title))}</title>\n{head}\n"
        f'<rect width="100%" height="100%" rx="8" fill="{DARK}"/>\n{body}\n</svg>\n'
    )


def _svg_row(number: int, one: Line) -> str:
    """A row; each piece is placed by itself, so that no font moves the lanes."""
    down, column, pieces = MARGIN + number * ROW + 14, 0, []
    for text, role in one:
        kind = f' class="{role}"' if role else ""
        for run in RUNS.finditer(text):
            across = MARGIN + (column + run.start()) * CELL
            length = f'textLength="{len(run[0]) * CELL:.1f}" lengthAdjust="spacingAndGlyphs"'
            pieces.append(
                f'<text x="{across:.1f}" y="{down}" {length}{kind}>{escape(run[0])}</text>'
            )
        column += len(text)
    return "".join(pieces)
