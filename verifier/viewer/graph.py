"""A projection of the reachable states as text, DOT, Mermaid or a picture."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import hypot

import networkx

from verifier.evidence.projections import Node, Projection
from verifier.viewer.lines import EMPTY, Line, inert, line, plural, shown
from verifier.viewer.picture import CELL, DARK, FONT

BOX_GAP, ROW_GAP = 200, 110
LABELS = 3
"""Steps named on an edge before the rest is counted."""


def graph_of(projection: Projection) -> networkx.DiGraph:
    """The projection as a graph; edges carry their steps."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(projection.nodes)
    for (before, after), steps in projection.edges.items():
        graph.add_edge(before, after, steps=steps)
    return graph


def short_names(fields: tuple[str, ...]) -> tuple[str, ...]:
    """The fields by as few last parts of their paths as tell them apart."""
    for parts in range(1, 8):
        names = tuple(".".join(field.split(".")[-parts:]) for field in fields)
        if len(set(names)) == len(fields):
            return names
    return fields


def label(projection: Projection, node: Node) -> str:
    """A combination in words: who has the registers, and the bits that are set."""
    names = short_names(projection.fields)
    return "  ".join(f"{inert(n)}={shown(v)}" for n, v in zip(names, node, strict=True))


def text_lines(projection: Projection) -> Iterator[Line]:
    """Each combination with the steps that lead on from it."""
    graph = graph_of(projection)
    title = (inert(projection.system), "step")
    yield line(title, f"  over {inert(', '.join(projection.fields))}")  # type: ignore[arg-type]
    counts = f"{plural(len(projection.nodes), 'combination')} reachable, "
    yield line((counts + f"{plural(len(projection.edges), 'move')} between them", "source"))
    if projection.open:
        yield line((f"{plural(projection.open, 'question')} undecided: there may be more", "wrong"))
    for node in projection.nodes:
        yield EMPTY
        mark = "  (start)" if node in projection.starts else ""
        yield line((label(projection, node), "level"), (mark, "source"))
        for _, after, steps in graph.out_edges(node, data="steps"):
            yield line("  ──▶ ", label(projection, after), (f"   {', '.join(steps)}", "source"))


def dot(projection: Projection) -> Iterator[str]:
    """For Graphviz."""
    number = {node: f"n{i}" for i, node in enumerate(projection.nodes)}
    yield f"digraph {_quoted(projection.system)} {{"
    yield '  node [shape=box, fontname="monospace"]; edge [fontname="monospace", fontsize=10];'
    for node, name in number.items():
        start = ", peripheries=2" if node in projection.starts else ""
        yield f"  {name} [label={_quoted(label(projection, node))}{start}];"
    for (before, after), steps in projection.edges.items():
        yield f"  {number[before]} -> {number[after]} [label={_quoted(_steps(steps))}];"
    yield "}"


def _quoted(text: str) -> str:
    escaped = inert(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _steps(steps: tuple[str, ...]) -> str:
    rest = f", {len(steps) - LABELS} more" if len(steps) > LABELS else ""
    return ", ".join(map(inert, steps[:LABELS])) + rest


def mermaid(projection: Projection) -> Iterator[str]:
    """For Markdown pages."""
    number = {node: f"n{i}" for i, node in enumerate(projection.nodes)}
    yield "flowchart LR"
    for node, name in number.items():
        shape = ("([", "])") if node in projection.starts else ("[", "]")
        yield f'    {name}{shape[0]}"{escape(label(projection, node))}"{shape[1]}'
    for (before, after), steps in projection.edges.items():
        yield f'    {number[before]} -->|"{escape(_steps(steps))}"| {number[after]}'


def svg(projection: Projection) -> str:
    """A picture: combinations in columns by their distance from the start."""
    graph = graph_of(projection)
    layers = list(networkx.bfs_layers(graph, list(projection.starts)))
    seen = {node for layer in layers for node in layer}
    rest = [node for node in projection.nodes if node not in seen]
    layers += [rest] if rest else []
    wide = max(len(label(projection, node)) for node in projection.nodes) * CELL + 24
    places: dict[Node, tuple[float, float]] = {}
    tall = max(map(len, layers)) * ROW_GAP
    for column, layer in enumerate(layers):
        for row, node in enumerate(layer):
            down = (row + 0.5) * tall / len(layer) + 30 + (column % 2) * 14
            places[node] = (30 + wide / 2 + column * (wide + BOX_GAP), down)
    width = 60 + len(layers) * (wide + BOX_GAP) - BOX_GAP
    edges = [
        _edge(places[a], places[b], wide, _steps(steps))
        for (a, b), steps in projection.edges.items()
    ]
    boxes = "\n".join(
        _box(places[node], wide, label(projection, node), node in projection.starts)
        for node in projection.nodes
    )
    curves = "\n".join(curve for curve, _ in edges)
    names = "\n".join(name for _, name in edges)
    title = escape(f"{inert(projection.system)} over {inert(', '.join(projection.fields))}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{tall + 80:.0f}" '
        f'viewBox="0 0 {width:.0f} {tall + 80:.0f}" role="img" font-family="{FONT}" '
        f'font-size="14">\n<title>{title}</title>\n<defs><marker id="head" viewBox="0 0 8 8" '
        'refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#56b4e9"/></marker></defs>\n'
        f'<rect width="100%" height="100%" rx="8" fill="{DARK}"/>\n'
        f"{curves}\n{boxes}\n{names}\n</svg>\n"
    )


def _box(place: tuple[float, float], wide: float, text: str, start: bool) -> str:
    x, y = place
    stroke = "#f0e442" if start else "#8b949e"
    return (
        f'<rect x="{x - wide / 2:.1f}" y="{y - 16:.1f}" width="{wide:.1f}" height="32" rx="6" '
        f'fill="#161b22" stroke="{stroke}" stroke-width="{2 if start else 1}"/>'
        f'<text x="{x:.1f}" y="{y + 5:.1f}" text-anchor="middle" fill="#e6edf3">'
        f"{escape(text)}</text>"
    )


def _edge(
    a: tuple[float, float], b: tuple[float, float], wide: float, text: str
) -> tuple[str, str]:
    """A curve to the right of the straight line, so that two directions do not meet; its name."""
    start, end = _border(a, b, wide), _border(b, a, wide)
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy) or 1.0
    bend = 26 + length / 14
    x = (start[0] + end[0]) / 2 - dy / length * bend
    y = (start[1] + end[1]) / 2 + dx / length * bend
    at = 0.34  # near its beginning, where other edges' names are not
    parts = ((1 - at) ** 2, 2 * at * (1 - at), at**2)
    lx = parts[0] * start[0] + parts[1] * x + parts[2] * end[0]
    ly = parts[0] * start[1] + parts[1] * y + parts[2] * end[1]
    return (
        f'<path d="M{start[0]:.1f},{start[1]:.1f} Q{x:.1f},{y:.1f} {end[0]:.1f},{end[1]:.1f}" '
        'fill="none" stroke="#56b4e9" stroke-width="1.2" marker-end="url(#head)"/>',
        f'<text x="{lx:.1f}" y="{ly:.1f}" text-anchor="middle" font-size="11" '
        f'fill="#b1bac4" stroke="{DARK}" stroke-width="3" paint-order="stroke">'
        f"{escape(text)}</text>",
    )


def _border(a: tuple[float, float], b: tuple[float, float], wide: float) -> tuple[float, float]:
    """Where the line from the middle of one box towards another leaves it."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    scale = min(
        (wide / 2) / abs(dx) if dx else float("inf"), 18 / abs(dy) if dy else float("inf"), 1.0
    )
    return a[0] + dx * scale, a[1] + dy * scale
