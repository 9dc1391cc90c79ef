"""Many executions of a circuit at once, one per bit of a word."""

from collections.abc import Mapping, Sequence

from verifier.circuit.aig import Graph
from verifier.circuit.circuit import Circuit


class Program:
    """Some roots of a graph as a straight line of gates over one list of words.

    A gate says how many of its fan-ins are negated: none, the right one, or both.
    """

    def __init__(self, graph: Graph, variables: Sequence[int], roots: Sequence[int]) -> None:
        place = {0: 0} | {literal >> 1: i for i, literal in enumerate(variables, 1)}
        self._gates: list[tuple[int, int, int]] = []
        for node in graph.cone(roots):
            left, right = graph.left[node], graph.right[node]
            if left >= 0:
                place[node] = len(place)
                if left & 1 > right & 1:
                    left, right = right, left
                negated = (left & 1) + (right & 1)
                self._gates.append((negated, place[left >> 1], place[right >> 1]))
        self._roots = [(place[root >> 1], root & 1) for root in roots]

    def __call__(self, variables: Sequence[int], ones: int) -> list[int]:
        """The roots' words for the variables' words; `ones` is the word of all valid bits."""
        words = [0, *variables]
        add = words.append
        for negated, left, right in self._gates:
            if negated == 1:
                word = words[left]
                add(word ^ (word & words[right]))
            elif negated:
                add((words[left] | words[right]) ^ ones)
            else:
                add(words[left] & words[right])
        return [words[place] ^ (ones if negated else 0) for place, negated in self._roots]


class PackedSteps:
    """A circuit's step on packed words; the order of evaluation is found once."""

    def __init__(self, circuit: Circuit, ones: int) -> None:
        self.circuit = circuit
        self.ones = ones
        self._states = [latch.literal for latch in circuit.latches]
        self._inputs = [bit.literal for bit in circuit.inputs]
        roots = [*(latch.next for latch in circuit.latches), *circuit.bad.values()]
        self._program = Program(circuit.graph, [*self._states, *self._inputs], roots)
        self._after: list[int] = []

    def take(self, state: Mapping[int, int], inputs: Mapping[int, int]) -> dict[str, int]:
        """Where each property is violated by the step; both maps go from literals to words."""
        words = [*(state[x] for x in self._states), *(inputs[x] for x in self._inputs)]
        after = self._program(words, self.ones)
        self._after = after[: len(self._states)]
        return dict(zip(self.circuit.bad, after[len(self._states) :], strict=True))

    def successor(self) -> dict[int, int]:
        """The state after the step just taken."""
        return dict(zip(self._states, self._after, strict=True))
