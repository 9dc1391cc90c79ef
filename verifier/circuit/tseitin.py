"""Clauses of a growing graph, defined on demand."""

from collections.abc import Callable

from verifier.circuit.aig import Graph


class Tseitin:
    """Numbers the nodes that queries reach and hands their definitions to a solver.

    An and-gate of two negated gates that share a fan-in with opposite signs is a choice (or an
    exclusive or) and gets one definition of six (four) clauses: half the variables.
    """

    def __init__(self, graph: Graph, add: Callable[[list[int]], object]) -> None:
        self.graph = graph
        self.number: dict[int, int] = {0: 1}
        self._add = add
        self._undefined: list[int] = []
        add([-1])

    def literal(self, literal: int) -> int:
        """The signed variable (DIMACS) of a literal, with everything it depends on defined."""
        result = self._named(literal)
        while self._undefined:
            node = self._undefined.pop()
            if self.graph.left[node] >= 0:
                self._define(node)
        return result

    def _named(self, literal: int) -> int:
        node = literal >> 1
        number = self.number.get(node)
        if number is None:
            number = self.number[node] = len(self.number) + 1
            self._undefined.append(node)
        return -number if literal & 1 else number

    def _define(self, node: int) -> None:
        add, name = self._add, self._named
        gate = self.number[node]
        left, right = self.graph.left[node], self.graph.right[node]
        choice = self._choice(left >> 1, right >> 1) if left & right & 1 else None
        if choice is None:
            a, b = name(left), name(right)
            add([-gate, a])
            add([-gate, b])
            add([gate, -a, -b])
            return
        condition, then, otherwise = map(name, choice)
        add([-condition, -then, -gate])
        add([-condition, then, gate])
        add([condition, -otherwise, -gate])
        add([condition, otherwise, gate])
        if then != -otherwise:
            add([-then, -otherwise, -gate])
            add([then, otherwise, gate])

    def _choice(self, p: int, q: int) -> tuple[int, int, int] | None:
        """(c, a, b) where neither gate p nor gate q holds exactly if not (a if c else b)."""
        left, right, number = self.graph.left, self.graph.right, self.number
        if left[p] < 0 or left[q] < 0 or p in number or q in number:
            return None
        for condition, then in ((left[p], right[p]), (right[p], left[p])):
            if left[q] == condition ^ 1:
                return condition, then, right[q]
            if right[q] == condition ^ 1:
                return condition, then, left[q]
        return None
