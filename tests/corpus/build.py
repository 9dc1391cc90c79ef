"""A circuit built by hand, one latch at a time."""

from collections.abc import Iterable, Sequence

from verifier.circuit.aig import FALSE, TRUE, Graph
from verifier.circuit.circuit import Circuit, Input, Latch


class Builder:
    """Collects inputs, latches and violations; a latch without a next value keeps its own."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._inputs: list[Input] = []
        self._resets: dict[int, tuple[str, bool | None]] = {}
        self._next: dict[int, int] = {}
        self._bad: dict[str, int] = {}

    def input(self, name: str) -> int:
        literal = self.graph.variable()
        self._inputs.append(Input(name, literal))
        return literal

    def latch(self, name: str, reset: bool | None = False) -> int:
        literal = self.graph.variable()
        self._resets[literal] = (name, reset)
        self._next[literal] = literal
        return literal

    def next(self, latch: int, value: int) -> None:
        self._next[latch] = value

    def bad(self, name: str, literal: int) -> None:
        self._bad[name] = literal

    def circuit(self) -> Circuit:
        latches = tuple(
            Latch(name, literal, self._next[literal], reset)
            for literal, (name, reset) in self._resets.items()
        )
        return Circuit(self.graph, tuple(self._inputs), latches, dict(self._bad))

    def input_word(self, name: str, width: int) -> list[int]:
        return [self.input(f"{name}.{bit}") for bit in range(width)]

    def latch_word(self, name: str, width: int, reset: int | None = 0) -> list[int]:
        """Bits, the lowest first."""
        return [
            self.latch(f"{name}.{bit}", None if reset is None else bool(reset >> bit & 1))
            for bit in range(width)
        ]

    def next_word(self, latches: Sequence[int], values: Sequence[int]) -> None:
        for latch, value in zip(latches, values, strict=True):
            self.next(latch, value)

    def equals(self, word: Sequence[int], number: int) -> int:
        return self.graph.all(
            bit if number >> position & 1 else bit ^ 1 for position, bit in enumerate(word)
        )

    def same(self, left: Sequence[int], right: Sequence[int]) -> int:
        pairs = zip(left, right, strict=True)
        return self.graph.all(self.graph.differ(a, b) ^ 1 for a, b in pairs)

    def choose(self, condition: int, then: Sequence[int], otherwise: Sequence[int]) -> list[int]:
        pairs = zip(then, otherwise, strict=True)
        return [self.graph.choose(condition, a, b) for a, b in pairs]

    def plus_one(self, word: Sequence[int], carry: int = TRUE) -> list[int]:
        """The word plus the carry, wrapping around."""
        result = []
        for bit in word:
            result.append(self.graph.differ(bit, carry))
            carry = self.graph.both(bit, carry)
        return result

    def at_least_two(self, literals: Iterable[int]) -> int:
        one, two = FALSE, FALSE
        for literal in literals:
            two = self.graph.either(two, self.graph.both(one, literal))
            one = self.graph.either(one, literal)
        return two


def word(number: int, width: int) -> list[int]:
    """The constant's literals, the lowest bit first."""
    return [TRUE if number >> bit & 1 else FALSE for bit in range(width)]
