"""A circuit's step as clauses, one copy: what holds now and the literals of what holds next."""

from collections.abc import Iterable
from dataclasses import dataclass

from verifier.circuit.aig import Graph
from verifier.circuit.circuit import Circuit


@dataclass(frozen=True)
class Transition:
    """Clauses over signed variables (DIMACS), satisfiable for every state and input.

    Variables 1 to n are the latches in their order, the next m ones the inputs. There are no
    variables for the next state: `next[i]` is the literal of latch i's next-state function.
    """

    latches: int
    inputs: int
    variables: int
    clauses: list[list[int]]
    next: list[int]
    bad: dict[str, int]


def transition(circuit: Circuit) -> Transition:
    """Translate the next-state functions and bad literals of a circuit.

    Tseitin's translation, where a tree of and-gates becomes one definition and so does an
    if-then-else or exclusive or: a third of the variables of the plain one. The polarity-aware
    form would save nothing, as next-state literals are used in both polarities.
    """
    numbered = [latch.literal for latch in circuit.latches]
    numbered += [bit.literal for bit in circuit.inputs]
    roots = [*(latch.next for latch in circuit.latches), *circuit.bad.values()]
    translation = _Translation(circuit.graph, numbered, roots)
    translated = [translation.literal(root) for root in roots]
    translation.define_wanted()
    n = len(circuit.latches)
    return Transition(
        n,
        len(circuit.inputs),
        translation.variables,
        translation.clauses,
        translated[:n],
        dict(zip(circuit.bad, translated[n:], strict=True)),
    )


class _Translation:
    """Definitions of the gates that are wanted, from the roots down."""

    def __init__(self, graph: Graph, numbered: list[int], roots: Iterable[int]) -> None:
        self.left, self.right = graph.left, graph.right
        self.variable = {literal >> 1: index + 1 for index, literal in enumerate(numbered)}
        self.variables = len(numbered) + 1
        self.variable[0] = self.variables
        self.clauses: list[list[int]] = [[-self.variables]]
        self.wanted: list[int] = []
        self.shared = self._shared(graph, list(roots))

    def _shared(self, graph: Graph, roots: list[int]) -> set[int]:
        """Nodes with several readers, which deserve a variable of their own."""
        seen: set[int] = set()
        shared = {root >> 1 for root in roots}
        for node in graph.cone(roots):
            if self.left[node] >= 0:
                for operand in (self.left[node] >> 1, self.right[node] >> 1):
                    (shared if operand in seen else seen).add(operand)
        return shared

    def literal(self, literal: int) -> int:
        """The signed variable of a graph literal; a gate new to it is wanted from now on."""
        node = literal >> 1
        variable = self.variable.get(node)
        if variable is None:
            self.variables += 1
            variable = self.variable[node] = self.variables
            self.wanted.append(node)
        return -variable if literal & 1 else variable

    def define_wanted(self) -> None:
        while self.wanted:
            node = self.wanted.pop()
            choice = self._choice(node)
            if choice is None:
                self._define_conjunction(node)
            else:
                self._define_choice(node, *choice)

    def _choice(self, node: int) -> tuple[int, int, int] | None:
        """(c, a, b) where the node is the negation of `a if c else b`."""
        left, right = self.left[node], self.right[node]
        if not (left & right & 1):
            return None
        p, q = left >> 1, right >> 1
        if self.left[p] < 0 or self.left[q] < 0 or p in self.shared or q in self.shared:
            return None
        for c, a in ((self.left[p], self.right[p]), (self.right[p], self.left[p])):
            if self.left[q] == c ^ 1:
                return c, a, self.right[q]
            if self.right[q] == c ^ 1:
                return c, a, self.left[q]
        return None

    def _define_choice(self, node: int, condition: int, then: int, otherwise: int) -> None:
        x = -self.variable[node]
        c, a, b = self.literal(condition), self.literal(then), self.literal(otherwise)
        self.clauses += [[-c, -a, x], [-c, a, -x], [c, -b, x], [c, b, -x]]
        if a != -b:
            self.clauses += [[-a, -b, x], [a, b, -x]]

    def _define_conjunction(self, node: int) -> None:
        x = self.variable[node]
        operands = [self.literal(leaf) for leaf in self._conjuncts(node)]
        self.clauses += [[-x, operand] for operand in operands]
        self.clauses.append([x, *(-operand for operand in operands)])

    def _conjuncts(self, node: int) -> list[int]:
        """The leaves of the tree of and-gates that only this node reads."""
        leaves: set[int] = set()
        stack = [self.left[node], self.right[node]]
        while stack:
            literal = stack.pop()
            inner = literal >> 1
            if (
                literal & 1
                or self.left[inner] < 0
                or inner in self.shared
                or self._choice(inner) is not None
            ):
                leaves.add(literal)
            else:
                stack += (self.left[inner], self.right[inner])
        return sorted(leaves)
