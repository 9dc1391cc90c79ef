"""A compiled system: inputs, latches, next-state functions and one output per property."""

from collections.abc import Iterable
from dataclasses import dataclass

from verifier.circuit.aig import Graph


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

    def restricted(self, properties: Iterable[str], latches: Iterable[str] = ()) -> "Circuit":
        """The cone of influence of some properties and of latches by name; names are kept."""
        wanted = {name: self.bad[name] for name in properties}
        left, right = self.graph.left, self.graph.right
        latch_of = {latch.literal >> 1: latch for latch in self.latches}
        used: set[int] = set()
        frontier = [literal >> 1 for literal in wanted.values()]
        named = set(latches)
        frontier += [latch.literal >> 1 for latch in self.latches if latch.name in named]
        while frontier:
            node = frontier.pop()
            if node in used:
                continue
            used.add(node)
            if node in latch_of:
                frontier.append(latch_of[node].next >> 1)
            elif left[node] >= 0:
                frontier += (left[node] >> 1, right[node] >> 1)
        return Circuit(
            self.graph,
            tuple(bit for bit in self.inputs if bit.literal >> 1 in used),
            tuple(latch for latch in self.latches if latch.literal >> 1 in used),
            wanted,
        )


def tidied(circuit: Circuit, literals: Iterable[int] = ()) -> tuple[Circuit, dict[int, int]]:
    """The circuit in a graph of its own, variables first and without gates that nothing reads.

    Also says what became of some more literals.
    """
    graph, literals = Graph(), list(literals)
    image = {latch.literal: graph.variable() for latch in circuit.latches}
    image |= {bit.literal: graph.variable() for bit in circuit.inputs}
    roots = [*(latch.next for latch in circuit.latches), *circuit.bad.values(), *literals]
    copied = iter(circuit.graph.copy_into(graph, roots, image))
    tidy = Circuit(
        graph,
        tuple(Input(bit.name, image[bit.literal]) for bit in circuit.inputs),
        tuple(Latch(x.name, image[x.literal], next(copied), x.reset) for x in circuit.latches),
        {name: next(copied) for name in circuit.bad},
    )
    return tidy, dict(zip(literals, copied, strict=True))
