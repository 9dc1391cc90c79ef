"""A hash-consed and-inverter graph with constant folding."""

from collections.abc import Iterable, Mapping

FALSE = 0
TRUE = 1


class Graph:
    """And-inverter graph; a literal is twice its node's index, plus one when negated.

    Node 0 is the constant false. A variable's fan-ins are -1. A gate's fan-ins
    have smaller indices than the gate.
    """

    def __init__(self) -> None:
        self.left: list[int] = [-1]
        self.right: list[int] = [-1]
        self._gates: dict[tuple[int, int], int] = {}
        self._variables = 0

    @classmethod
    def of(cls, left: list[int], right: list[int]) -> "Graph":
        """The graph with these fan-ins."""
        graph = cls()
        graph.left, graph.right = left, right
        graph._gates = {
            (a, b): 2 * node for node, (a, b) in enumerate(zip(left, right, strict=True)) if a >= 0
        }
        graph._variables = len(left) - 1 - len(graph._gates)
        return graph

    def __len__(self) -> int:
        return len(self.left)

    @property
    def gates(self) -> int:
        """How many and-gates there are."""
        return len(self.left) - 1 - self._variables

    def variable(self) -> int:
        """A new free literal."""
        self._variables += 1
        self.left.append(-1)
        self.right.append(-1)
        return 2 * len(self.left) - 2

    def is_gate(self, literal: int) -> bool:
        return self.left[literal >> 1] >= 0

    def both(self, a: int, b: int) -> int:
        """The conjunction of two literals."""
        if a > b:
            a, b = b, a
        if a <= TRUE:
            return b if a == TRUE else FALSE
        if a == b:
            return a
        if a ^ 1 == b:
            return FALSE
        gate = self._gates.get((a, b))
        if gate is None:
            gate = self._fold(a, b)
            self._gates[a, b] = gate
        return gate

    def _fold(self, a: int, b: int) -> int:
        """Absorption and contradiction one level down, else a new gate."""
        for outer, inner in ((a, b), (b, a)):
            node = inner >> 1
            left, right = self.left[node], self.right[node]
            if left < 0:
                continue
            if inner & 1:
                if outer == left ^ 1 or outer == right ^ 1:
                    return outer
                if outer == left:
                    return self.both(outer, right ^ 1)
                if outer == right:
                    return self.both(outer, left ^ 1)
            else:
                if outer in (left, right):
                    return inner
                if outer == left ^ 1 or outer == right ^ 1:
                    return FALSE
        self.left.append(a)
        self.right.append(b)
        return 2 * len(self.left) - 2

    def either(self, a: int, b: int) -> int:
        """The disjunction of two literals."""
        return self.both(a ^ 1, b ^ 1) ^ 1

    def differ(self, a: int, b: int) -> int:
        """The exclusive or of two literals."""
        if a <= TRUE:
            return b ^ a
        if b <= TRUE:
            return a ^ b
        if a >> 1 == b >> 1:
            return (a ^ b) & 1
        sign = (a ^ b) & 1
        a, b = a & ~1, b & ~1
        return self.both(self.both(a, b) ^ 1, self.both(a ^ 1, b ^ 1) ^ 1) ^ sign

    def choose(self, condition: int, then: int, otherwise: int) -> int:
        """`then` where the condition holds, `otherwise` elsewhere."""
        if then == otherwise or condition == TRUE:
            return then
        if condition == FALSE:
            return otherwise
        if then in (condition, TRUE):
            return self.either(condition, otherwise)
        if then == condition ^ 1 or then == FALSE:
            return self.both(condition ^ 1, otherwise)
        if otherwise in (condition, FALSE):
            return self.both(condition, then)
        if otherwise == condition ^ 1 or otherwise == TRUE:
            return self.either(condition ^ 1, then)
        if then == otherwise ^ 1:
            return self.differ(condition, then) ^ 1
        return (
            self.both(self.both(condition, then) ^ 1, self.both(condition ^ 1, otherwise) ^ 1) ^ 1
        )

    def all(self, literals: Iterable[int]) -> int:
        result = TRUE
        for literal in literals:
            result = self.both(result, literal)
        return result

    def any(self, literals: Iterable[int]) -> int:
        return self.all(literal ^ 1 for literal in literals) ^ 1

    def exists(self, literal: int, variables: Iterable[int]) -> int:
        """The literal that says that some values of the variables make another one true."""
        for variable in variables:
            leaves = {2 * node for node in self.cone([literal]) if self.left[node] < 0}
            if variable in leaves:
                image = {leaf: leaf for leaf in leaves}
                [without] = self.copy_into(self, [literal], image | {variable: FALSE})
                [with_it] = self.copy_into(self, [literal], image | {variable: TRUE})
                literal = self.either(without, with_it)
        return literal

    def cone(self, roots: Iterable[int]) -> list[int]:
        """Every node the roots depend on, fan-ins first; the constant is left out."""
        below = bytearray(len(self.left))
        for root in roots:
            below[root >> 1] = 1
        found = []
        node = below.rfind(1, 1)
        while node > 0:
            found.append(node)
            if self.left[node] >= 0:
                below[self.left[node] >> 1] = 1
                below[self.right[node] >> 1] = 1
            node = below.rfind(1, 1, node)
        found.reverse()
        return found

    def evaluate(
        self, roots: Iterable[int], variables: Mapping[int, int], ones: int = 1
    ) -> list[int]:
        """The roots' values for packed words of variable values.

        `variables` maps a variable's positive literal to a word; absent ones are 0.
        `ones` is the word of all valid bits, so that many cases are evaluated at once.
        """
        roots = list(roots)
        words = {0: 0}
        for node in self.cone(roots):
            left, right = self.left[node], self.right[node]
            if left < 0:
                words[node] = variables.get(2 * node, 0)
            else:
                a = words[left >> 1] ^ (ones if left & 1 else 0)
                b = words[right >> 1] ^ (ones if right & 1 else 0)
                words[node] = a & b
        return [words[root >> 1] ^ (ones if root & 1 else 0) for root in roots]

    def copy_into(
        self, other: "Graph", roots: Iterable[int], variables: Mapping[int, int]
    ) -> list[int]:
        """Rebuild the roots in another graph, with literals of it for the variables here."""
        roots = list(roots)
        if min(variables.values(), default=2) <= TRUE:
            image = self._specialised(other, roots, variables)
        else:
            image = {0: 0}
            for node in self.cone(roots):
                left, right = self.left[node], self.right[node]
                if left < 0:
                    image[node] = variables[2 * node]
                else:
                    image[node] = other.both(
                        image[left >> 1] ^ (left & 1), image[right >> 1] ^ (right & 1)
                    )
        return [image[root >> 1] ^ (root & 1) for root in roots]

    def _specialised(
        self, other: "Graph", roots: Iterable[int], variables: Mapping[int, int]
    ) -> dict[int, int]:
        """What nodes are in another graph, without those that constants make irrelevant."""
        image, waiting = {0: 0}, [root >> 1 for root in roots]
        waiting.reverse()
        while waiting:
            node = waiting[-1]
            left, right = self.left[node], self.right[node]
            if node in image:
                waiting.pop()
            elif left < 0:
                image[node] = variables[2 * node]
            elif left >> 1 not in image:
                waiting.append(left >> 1)
            elif (a := image[left >> 1] ^ (left & 1)) == FALSE:
                image[node] = FALSE
            elif right >> 1 not in image:
                waiting.append(right >> 1)
            else:
                image[node] = other.both(a, image[right >> 1] ^ (right & 1))
        return image
