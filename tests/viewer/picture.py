"""`python -m tests.viewer.picture FILE`: the screen on a counterexample, as the README shows it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

from rich.segment import Segment
from textual.strip import Strip

from tests.viewer.conftest import saved
from verifier.viewer.html_svg import CELL, DARK, FONT, MARGIN, ROW, RUNS
from verifier.viewer.screen.app import Screen

SIZE = (150, 38)
TITLE = "nestproof show kvm-nvmx/v3.1/transparency"


def picture() -> str:
    """The screen as SVG that needs no fonts, each run of text at its place."""

    async def run() -> list[Strip]:
        screen = Screen(saved("v3.1"))
        async with screen.run_test(size=SIZE) as pilot:
            await pilot.pause()
            return list(screen.screen._compositor.render_strips())

    strips = asyncio.run(run())
    across, down = round(SIZE[0] * CELL) + 2 * MARGIN, len(strips) * ROW + 2 * MARGIN
    rows = "\n".join(part for row, strip in enumerate(strips) for part in _row(row, strip))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{down}" '
        f'viewBox="0 0 {across} {down}" role="img" font-family="{FONT}" font-size="14">\n'
        f"<title>{escape(TITLE)}</title>\n"
        f'<rect width="100%" height="100%" rx="8" fill="{DARK}"/>\n{rows}\n</svg>\n'
    )


def _row(row: int, strip: Strip) -> Iterator[str]:
    """The grounds of a row, then its text on them."""
    column = 0
    grounds: list[str] = []
    texts: list[str] = []
    for segment in strip:
        grounds += _ground(row, column, segment)
        texts += _text(row, column, segment)
        column += segment.cell_length
    return iter(grounds + texts)


def _ground(row: int, column: int, segment: Segment) -> Iterator[str]:
    colour = segment.style and segment.style.bgcolor
    if colour and colour.triplet:
        x, y = MARGIN + column * CELL, MARGIN + row * ROW
        size = f'width="{segment.cell_length * CELL + 0.3:.1f}" height="{ROW + 0.3}"'
        yield f'<rect x="{x:.1f}" y="{y}" {size} fill="{colour.triplet.hex}"/>'


def _text(row: int, column: int, segment: Segment) -> Iterator[str]:
    style = segment.style
    marks = (
        f' fill="{style.color.triplet.hex}"'
        if style and style.color and style.color.triplet
        else ""
    )
    marks += ' font-weight="bold"' * bool(style and style.bold)
    marks += ' text-decoration="underline"' * bool(style and style.underline)
    for run in RUNS.finditer(segment.text):
        x, y = MARGIN + (column + run.start()) * CELL, MARGIN + row * ROW + 14
        length = f'textLength="{len(run[0]) * CELL:.1f}" lengthAdjust="spacingAndGlyphs"'
        yield f'<text x="{x:.1f}" y="{y}" {length}{marks}>{escape(run[0])}</text>'


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture())
