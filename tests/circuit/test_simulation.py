"""Random runs are executions of the circuit, and the same every time."""

from itertools import islice, pairwise, product

import pytest

from tests.corpus.random_systems import random_system
from verifier.circuit.circuit import Circuit
from verifier.circuit.simulation import random_runs

RUNS, STEPS = 64, 8
ONES = (1 << RUNS) - 1


def successors(circuit: Circuit, words: list[int]) -> list[list[int]]:
    """The states after a step of all runs, for each combination of the inputs."""
    state = {latch.literal: word for latch, word in zip(circuit.latches, words, strict=True)}
    following = [latch.next for latch in circuit.latches]
    found = []
    for bits in product((0, ONES), repeat=len(circuit.inputs)):
        inputs = {each.literal: bit for each, bit in zip(circuit.inputs, bits, strict=True)}
        found.append(circuit.graph.evaluate(following, state | inputs, ONES))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_each_run_starts_where_the_circuit_does_and_takes_its_steps(seed: int) -> None:
    circuit = random_system(seed)
    runs = list(islice(random_runs(circuit, RUNS), STEPS))
    for latch, word in zip(circuit.latches, runs[0], strict=True):
        assert latch.reset is None or word == ONES * latch.reset
    for words, after in pairwise(runs):
        possible = 0
        for state in successors(circuit, words):
            same = ONES
            for one, other in zip(state, after, strict=True):
                same &= ONES ^ one ^ other
            possible |= same
        assert possible == ONES
    assert runs == list(islice(random_runs(circuit, RUNS), STEPS))


def test_runs_differ_in_their_inputs_and_where_they_start_anywhere() -> None:
    seen = set[int]()
    for seed in range(60):
        circuit = random_system(seed)
        for words in islice(random_runs(circuit, RUNS), 3):
            seen.update(words)
    assert len(seen - {0, ONES}) > 50
