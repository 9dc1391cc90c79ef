"""A system's reachable states projected on a few fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.language.plain_values import Value

Node = tuple[Value, ...]
"""A value for each chosen field."""


@dataclass(frozen=True)
class Projection:
    """Combinations that occur, those at the start, and the steps that lead from one to another.

    `open` counts the moves and combinations that the limits left undecided. `hands` are the fields
    that say to whom what `handed` names belongs.
    """

    system: str
    fields: tuple[str, ...]
    nodes: tuple[Node, ...]
    starts: tuple[Node, ...]
    edges: Mapping[tuple[Node, Node], tuple[str, ...]]
    open: int
    handed: str = ""
    hands: frozenset[str] = frozenset()
