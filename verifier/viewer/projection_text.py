"""A projection of the reachable states as text, DOT or Mermaid."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import networkx

from verifier.evidence.projection import Node, Projection
from verifier.language.plain_values import plural
from verifier.viewer.markup import EMPTY, Line, Span, inert, line, shown

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
    """The fields by as few last parts of their paths as distinguish them."""
    for parts in range(1, 8):
        names = tuple(".".join(field.split(".")[-parts:]) for field in fields)
        if len(set(names)) == len(fields):
            return names
    return fields


def hands_over(projection: Projection, before: Node, after: Node) -> bool:
    """Whether something changes hands between two combinations."""
    return any(
        field in projection.hands and one != other
        for field, one, other in zip(projection.fields, before, after, strict=True)
    )


def label(projection: Projection, node: Node) -> str:
    """A combination in words: each field and its value."""
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
            over = hands_over(projection, node, after)
            arrow: Span = ("  ━━▶ ", "mark") if over else ("  ──▶ ", "")
            yield line(arrow, label(projection, after), (f"   {', '.join(steps)}", "source"))
    if any(hands_over(projection, *edge) for edge in projection.edges):
        yield EMPTY
        yield line((f"━━▶ {inert(projection.handed)} change hands", "source"))


def dot(projection: Projection) -> Iterator[str]:
    """For Graphviz."""
    number = {node: f"n{i}" for i, node in enumerate(projection.nodes)}
    yield f"digraph {_quoted(projection.system)} {{"
    yield '  node [shape=box, fontname="monospace"]; edge [fontname="monospace", fontsize=10];'
    for node, name in number.items():
        start = ", peripheries=2" if node in projection.starts else ""
        yield f"  {name} [label={_quoted(label(projection, node))}{start}];"
    for (before, after), steps in projection.edges.items():
        thick = ", penwidth=3" if hands_over(projection, before, after) else ", style=dashed"
        yield f"  {number[before]} -> {number[after]} [label={_quoted(_steps(steps))}{thick}];"
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
        arrow = "==>" if hands_over(projection, before, after) else "-.->"
        yield f'    {number[before]} {arrow}|"{escape(_steps(steps))}"| {number[after]}'
