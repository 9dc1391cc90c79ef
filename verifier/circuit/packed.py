"""Many executions of a circuit at once, one per bit of a word."""

from collections.abc import Mapping

from verifier.circuit.circuit import Circuit


class PackedSteps:
    """A circuit's step on packed words; the order of evaluation is found once."""

    def __init__(self, circuit: Circuit, ones: int) -> None:
        self.circuit = circuit
        self.ones = ones
        graph = circuit.graph
        roots = [*(latch.next for latch in circuit.latches), *circuit.bad.values()]
        self._words = [0] * len(graph)
        self._gates = [
            (
                node,
                graph.left[node] >> 1,
                ones if graph.left[node] & 1 else 0,
                graph.right[node] >> 1,
                ones if graph.right[node] & 1 else 0,
            )
            for node in graph.cone(roots)
            if graph.left[node] >= 0
        ]

    def take(self, state: Mapping[int, int], inputs: Mapping[int, int]) -> dict[str, int]:
        """Where each property is violated by the step; both maps go from literals to words."""
        words = self._words
        for literal, word in (*state.items(), *inputs.items()):
            words[literal >> 1] = word
        for node, left, left_sign, right, right_sign in self._gates:
            words[node] = (words[left] ^ left_sign) & (words[right] ^ right_sign)
        return {name: self._word(bad) for name, bad in self.circuit.bad.items()}

    def successor(self) -> dict[int, int]:
        """The state after the step just taken."""
        return {latch.literal: self._word(latch.next) for latch in self.circuit.latches}

    def _word(self, literal: int) -> int:
        return self._words[literal >> 1] ^ (self.ones if literal & 1 else 0)
