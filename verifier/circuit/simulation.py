"""Many random executions at once, each in one bit of a word."""

from collections.abc import Iterator
from random import Random

from verifier.circuit.circuit import Circuit


def random_runs(circuit: Circuit, runs: int) -> Iterator[list[int]]:
    """For every latch its values in so many runs, after 0, 1, ... steps; the same every time."""
    latches = circuit.latches
    source = Random(0)
    ones = (1 << runs) - 1
    left, right = circuit.graph.left, circuit.graph.right
    cone = circuit.graph.cone([latch.next for latch in latches])
    gates = [(2 * node, left[node], right[node]) for node in cone if left[node] >= 0]
    value = [0] * (2 * len(left))
    value[1] = ones
    words = [
        source.getrandbits(runs) if latch.reset is None else ones * latch.reset for latch in latches
    ]
    while True:
        yield words
        for latch, word in zip(latches, words, strict=True):
            value[latch.literal] = word
            value[latch.literal + 1] = word ^ ones
        for bit in circuit.inputs:
            word = source.getrandbits(runs)
            value[bit.literal] = word
            value[bit.literal + 1] = word ^ ones
        for gate, a, b in gates:
            word = value[a] & value[b]
            value[gate] = word
            value[gate + 1] = word ^ ones
        words = [value[latch.next] for latch in latches]
