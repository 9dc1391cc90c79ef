"""A compiled system: inputs, latches, next-state functions and one output per property."""

from collections.abc import Iterable
from dataclasses import dataclass

from verifier.circuit.graph import Graph


@dataclass(frozen=True)
class Input:
    """A free bit of every step."""

    name: str
    literal: int


@dataclass(frozen=True)
class Latch:
    """A bit of state; `reset` is None where the initial value is arbitrary."""

    name: str
    literal: int
    next: int
    reset: bool | None


@dataclass(frozen=True)
class Circuit:
    """A transition system in which every state has a successor for every input.

    `bad` maps a property's name to a literal over latches and inputs: the *step* taken from
    this state with these inputs violates the property. A step that changes nothing is among the
    inputs' meanings, so a property that fails in an initial state is violated by a first step.
    """

    graph: Graph
    inputs: tuple[Input, ...]
    latches: tuple[Latch, ...]
    bad: dict[str, int]

    def restricted(self, properties: Iterable[str]) -> "Circuit":
        """The cone of influence of some properties; names are kept."""
        wanted = {name: self.bad[name] for name in properties}
        latch_of = {latch.literal: latch for latch in self.latches}
        kept: set[int] = set()
        used: set[int] = set()
        frontier = list(wanted.values())
        while frontier:
            nodes = {2 * node for node in self.graph.cone(frontier)}
            used |= nodes
            new = {literal for literal in nodes if literal in latch_of} - kept
            kept |= new
            frontier = [latch_of[literal].next for literal in new]
        return Circuit(
            self.graph,
            tuple(bit for bit in self.inputs if bit.literal in used),
            tuple(latch for latch in self.latches if latch.literal in kept),
            wanted,
        )
