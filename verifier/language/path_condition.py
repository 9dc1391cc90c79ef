"""What the running path of a symbolic run knows: bits, and which members enums still can be.

Facts are learned in the order of the path and undone from the end, tests included, so that a
path that is run again knows at each point exactly what it knew there before.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from verifier.circuit.aig import TRUE, Graph
from verifier.language.encoding import Code, encoding

Test = tuple[type[Enum], Code, Enum]
"""That a code of an enum means a member."""

DEPTH = 3
"""Gates that `known` looks through."""


class Facts:
    """Literals and enum codes as far as a path decides them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[int, bool] = {}
        self._members: dict[tuple[type[Enum], Code], tuple[Enum, ...]] = {}
        self._open: dict[tuple[type[Enum], Code], tuple[Enum, ...]] = {}
        self._tests: dict[int, list[Test]] = {}
        self._trail: list[int | Callable[[], object]] = []

    def mark(self) -> int:
        """Where `undo` comes back to."""
        return len(self._trail)

    def since(self, mark: int) -> tuple[int, ...]:
        """The literals learned since the mark."""
        return tuple(entry for entry in self._trail[mark:] if isinstance(entry, int))

    def undo(self, mark: int) -> None:
        """Forget what was learned since the mark."""
        while len(self._trail) > mark:
            entry = self._trail.pop()
            if isinstance(entry, int):
                del self._known[entry], self._known[entry ^ 1]
            else:
                entry()

    def known(self, literal: int, depth: int = DEPTH) -> bool | None:
        """Whether the path decides a literal, looking a few gates down."""
        if literal <= TRUE:
            return literal == TRUE
        fact = self._known.get(literal)
        if fact is not None or depth == 0:
            return fact
        node = literal >> 1
        if self._graph.left[node] < 0:
            return None
        left = self.known(self._graph.left[node], depth - 1)
        if left is False:
            return bool(literal & 1)
        right = self.known(self._graph.right[node], depth - 1)
        if right is False:
            return bool(literal & 1)
        if left and right:
            return not literal & 1
        return None

    def possible(self, type: type[Enum], code: Code) -> tuple[Enum, ...]:
        """The members a code can still mean; never none."""
        key = (type, code)
        found = self._members.get(key) or self._open.get(key)
        if not found:
            found = self._open[key] = encoding(type).possible(code)
        return found

    def test(self, type: type[Enum], code: Code, member: Enum) -> int:
        """The literal that holds where `code` means `member`, watched from here on."""
        self._refine(type, code)
        literal = encoding(type).test(self._graph, code, member)
        test = (type, code, member)
        if literal <= TRUE or test in self._tests.get(literal, ()):
            return literal
        self._tests.setdefault(literal, []).append(test)
        self._trail.append(self._tests[literal].pop)
        known = self._known.get(literal)
        left = self._members.get((type, code))
        if known is not None:
            self._settle(test, known)
        elif left and member not in left:
            self.learn(literal ^ 1)
        return literal

    def _refine(self, type: type[Enum], code: Code) -> None:
        """Narrow what a code can mean by those of its bits that are known."""
        known = self._known
        if not any(bit in known for bit in code):
            return
        before, pattern = self.possible(type, code), encoding(type).pattern
        left = tuple(
            member
            for member in before
            if all(
                wanted is None or known.get(bit, wanted) == wanted
                for wanted, bit in zip(pattern(member), code, strict=True)
            )
        )
        if 0 < len(left) < len(before):
            self._narrow((type, code), left)
            if len(left) == 1:
                self.learn(self.test(type, code, left[0]))

    def learn(self, literal: int) -> None:
        """Add a fact, with what it plainly implies."""
        known, graph = self._known, self._graph
        pending = [literal]
        while pending:
            fact = pending.pop()
            if fact <= TRUE or fact in known:
                continue
            known[fact] = True
            known[fact ^ 1] = False
            self._trail.append(fact)
            if not fact & 1 and graph.is_gate(fact):
                pending += (graph.left[fact >> 1], graph.right[fact >> 1])
            for test in tuple(self._tests.get(fact, ())):
                self._settle(test, True)
            for test in tuple(self._tests.get(fact ^ 1, ())):
                self._settle(test, False)

    def _settle(self, test: Test, holds: bool) -> None:
        """Narrow what a code can mean by the outcome of a test."""
        type, code, member = test
        before = self.possible(type, code)
        left = tuple(m for m in before if (m is member) == holds)
        if len(left) == len(before):
            return
        self._narrow((type, code), left)
        if len(left) == 1:
            self.learn(self.test(type, code, left[0]))

    def _narrow(self, key: tuple[type[Enum], Code], left: tuple[Enum, ...]) -> None:
        domain, before = self._members, self._members.get(key)
        domain[key] = left
        self._trail.append(
            lambda: domain.pop(key) if before is None else domain.__setitem__(key, before)
        )
