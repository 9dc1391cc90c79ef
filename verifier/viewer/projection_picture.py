"""A projection of the reachable states as a picture: boxes in columns, hand-overs drawn thick."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import hypot

import networkx

from verifier.evidence.projection import Node, Projection
from verifier.viewer.html_svg import CELL, DARK, ROW, drawn
from verifier.viewer.markup import inert
from verifier.viewer.projection_text import graph_of, hands_over, label

Point = tuple[float, float]

GAP, ROW_GAP, MARGIN = 220.0, 110.0, 30.0
"""Between boxes, across and down; around everything."""
TALL = 32.0
"""Of a box."""
BADGE = 11.0
"""Radius of the number on an edge, which the legend explains."""
PLACES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)
"""Where on an edge its number may be, best first."""
HAND_OVER, OTHER = "#e69f00", "#56b4e9"


@dataclass(frozen=True)
class Curve:
    """An edge from border to border, bent towards a point."""

    start: Point
    bend: Point
    end: Point

    def at(self, part: float) -> Point:
        """A point on it, from 0 at its start to 1 at its end."""
        a, b, c = (1 - part) ** 2, 2 * part * (1 - part), part**2
        return (
            a * self.start[0] + b * self.bend[0] + c * self.end[0],
            a * self.start[1] + b * self.bend[1] + c * self.end[1],
        )


class Layout:
    """Where boxes are: in columns by their distance from the start."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        graph = graph_of(projection)
        layers = [list(layer) for layer in networkx.bfs_layers(graph, list(projection.starts))]
        seen = {node for layer in layers for node in layer}
        rest = [node for node in projection.nodes if node not in seen]
        layers += [rest] if rest else []
        self.wide = max(len(label(projection, node)) for node in projection.nodes) * CELL + 24
        self.tall = max(map(len, layers)) * ROW_GAP
        left = MARGIN + (GAP if len(layers[0]) > 1 else 0)
        self.width = left + len(layers) * (self.wide + GAP)
        self.places: dict[Node, Point] = {}
        for column, layer in enumerate(layers):
            for row, node in enumerate(layer):
                across = left + self.wide / 2 + column * (self.wide + GAP)
                self.places[node] = across, (row + 0.5) * self.tall / len(layer) + MARGIN

    def curve(self, before: Node, after: Node) -> Curve:
        """An edge; the two directions between two boxes do not meet."""
        a, b = self.places[before], self.places[after]
        return self._beside(a, b) if a[0] == b[0] else self._across(a, b)

    def _beside(self, a: Point, b: Point) -> Curve:
        """In one column: down on the right of the boxes, up on their left."""
        side = 1 if b[1] > a[1] else -1
        edge = a[0] + side * self.wide / 2
        out = edge + side * min(GAP * 0.9, 40 + abs(b[1] - a[1]) * 0.4)
        return Curve((edge, a[1] + side * 7), (out, (a[1] + b[1]) / 2), (edge, b[1] - side * 7))

    def _across(self, a: Point, b: Point) -> Curve:
        """Between columns: on the right of the straight line, as one goes."""
        side = 1 if b[0] > a[0] else -1
        start = a[0] + side * self.wide / 2, a[1] + side * 7
        end = b[0] - side * self.wide / 2, b[1] + side * 7
        dx, dy = end[0] - start[0], end[1] - start[1]
        bend = (14 + hypot(dx, dy) / 16) / (hypot(dx, dy) or 1.0)
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        return Curve(start, (middle[0] - dy * bend, middle[1] + dx * bend), end)


def svg(projection: Projection) -> str:
    """The picture, complete in itself."""
    layout = Layout(projection)
    numbers = {steps: n for n, steps in enumerate(dict.fromkeys(projection.edges.values()), 1)}
    legend = list(_legend(projection, numbers))
    below = layout.tall + 2 * MARGIN
    width = max(layout.width, max(map(len, legend)) * CELL + 2 * MARGIN)
    height = below + (len(legend) + 1) * ROW + MARGIN
    parts = [*_edges(layout), *_boxes(layout), *_badges(layout, numbers), *_texts(legend, below)]
    title = f"{projection.system} over {', '.join(projection.fields)}"
    heads = f"<defs>{_head('over', HAND_OVER)}{_head('other', OTHER)}</defs>"
    return drawn(round(width), round(height), title, heads, parts)


def _head(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="11" '
        'markerHeight="11" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0,0 L8,4 L0,8 z" fill="{colour}"/></marker>'
    )


def _edges(layout: Layout) -> Iterator[str]:
    for before, after in layout.projection.edges:
        curve = layout.curve(before, after)
        (x, y), (u, v), (w, z) = curve.start, curve.bend, curve.end
        path = f"M{x:.1f},{y:.1f} Q{u:.1f},{v:.1f} {w:.1f},{z:.1f}"
        stroke = _stroke(hands_over(layout.projection, before, after))
        yield f'<path d="{path}" fill="none" {stroke}/>'


def _stroke(over: bool) -> str:
    """Hand-overs are thick, the rest is thin and dashed."""
    if over:
        return f'stroke="{HAND_OVER}" stroke-width="3" marker-end="url(#over)"'
    return f'stroke="{OTHER}" stroke-width="1.2" stroke-dasharray="6 4" marker-end="url(#other)"'


def _boxes(layout: Layout) -> Iterator[str]:
    for node, (x, y) in layout.places.items():
        start = node in layout.projection.starts
        stroke = "#f0e442" if start else "#8b949e"
        yield (
            f'<rect x="{x - layout.wide / 2:.1f}" y="{y - TALL / 2:.1f}" '
            f'width="{layout.wide:.1f}" height="{TALL:.0f}" rx="6" fill="#161b22" '
            f'stroke="{stroke}" stroke-width="{2 if start else 1}"/>'
            f'<text x="{x:.1f}" y="{y + 5:.1f}" text-anchor="middle" fill="#e6edf3">'
            f"{escape(label(layout.projection, node))}</text>"
        )


def _badges(layout: Layout, numbers: dict[tuple[str, ...], int]) -> Iterator[str]:
    """The number of each edge's steps on the edge, where it touches neither box nor number."""
    taken: list[Point] = []
    for (before, after), steps in layout.projection.edges.items():
        curve = layout.curve(before, after)
        free = (point for part in PLACES if _is_free(point := curve.at(part), layout, taken))
        x, y = next(free, None) or max(map(curve.at, PLACES), key=lambda p: _distance(p, taken))
        taken.append((x, y))
        colour = HAND_OVER if hands_over(layout.projection, before, after) else OTHER
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{BADGE:.0f}" fill="{DARK}" stroke="{colour}"/>'
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="12" '
            f'fill="#e6edf3">{numbers[steps]}</text>'
        )


def _is_free(point: Point, layout: Layout, taken: Sequence[Point]) -> bool:
    boxes = layout.places.values()
    clear = all(
        abs(point[0] - x) > layout.wide / 2 + BADGE or abs(point[1] - y) > TALL / 2 + BADGE
        for x, y in boxes
    )
    return clear and _distance(point, taken) > 2 * BADGE + 2


def _distance(point: Point, taken: Sequence[Point]) -> float:
    """How far the nearest number is."""
    return min((hypot(point[0] - x, point[1] - y) for x, y in taken), default=float("inf"))


def _legend(projection: Projection, numbers: dict[tuple[str, ...], int]) -> Iterator[str]:
    """What lines and numbers mean."""
    over = any(hands_over(projection, *edge) for edge in projection.edges)
    handed = inert(projection.handed)
    hands = f"thick: {handed} change hands    thin, dashed: they stay    " * over
    yield f"{hands}bright box: the start"
    for steps, number in numbers.items():
        yield f"{number:2}  {', '.join(map(inert, steps))}"


def _texts(texts: Sequence[str], top: float) -> Iterator[str]:
    for row, text in enumerate(texts, 1):
        place = f'x="{MARGIN:.0f}" y="{top + row * ROW:.1f}"'
        yield f'<text {place} fill="#b1bac4" xml:space="preserve">{escape(text)}</text>'
