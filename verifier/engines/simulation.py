"""Random packed simulation: finds what is easy to reach, and nothing else."""

from collections.abc import Sequence
from random import Random
from time import perf_counter

from verifier.circuit.circuit import Circuit
from verifier.evidence.verdicts import Path, Violated

LANES = 2048


def simulation(
    circuit: Circuit, goals: Sequence[str], steps: int = 40, seed: int = 1
) -> dict[str, Violated]:
    """Executions that violate goals, found by many random runs at once; not the shortest ones."""
    begin = perf_counter()
    random = Random(seed)
    graph = circuit.restricted(goals)
    ones = (1 << LANES) - 1
    roots = [*(graph.bad[goal] for goal in goals), *(latch.next for latch in graph.latches)]
    program = _Program(graph, roots)
    state = [
        random.getrandbits(LANES) if latch.reset is None else ones * latch.reset
        for latch in graph.latches
    ]
    history: list[tuple[list[int], list[int]]] = []
    found: dict[str, Violated] = {}
    for _ in range(steps):
        inputs = [random.getrandbits(LANES) for _ in graph.inputs]
        history.append((state, inputs))
        values = program([*inputs, *state], ones)
        for goal, word in zip(goals, values, strict=False):
            if word and goal not in found:
                lane = (word & -word).bit_length() - 1
                path = _path(circuit, graph, history, lane)
                found[goal] = Violated("simulation", path, perf_counter() - begin)
        if len(found) == len(goals):
            break
        state = values[len(goals) :]
    return found


class _Program:
    """The roots as a straight line of conjunctions over one list of words.

    A gate says how many of its fan-ins are negated: none, the right one, or both.
    """

    def __init__(self, circuit: Circuit, roots: Sequence[int]) -> None:
        graph = circuit.graph
        literals = [bit.literal for bit in circuit.inputs]
        literals += [latch.literal for latch in circuit.latches]
        place = {0: 0} | {literal >> 1: i for i, literal in enumerate(literals, 1)}
        self.gates: list[tuple[int, int, int]] = []
        for node in graph.cone(roots):
            left, right = graph.left[node], graph.right[node]
            if left >= 0:
                place[node] = len(place)
                if left & 1 > right & 1:
                    left, right = right, left
                negated = (left & 1) + (right & 1)
                self.gates.append((negated, place[left >> 1], place[right >> 1]))
        self.roots = [(place[root >> 1], root & 1) for root in roots]

    def __call__(self, variables: Sequence[int], ones: int) -> list[int]:
        words = [0, *variables]
        add = words.append
        for negated, left, right in self.gates:
            if negated == 1:
                word = words[left]
                add(word ^ (word & words[right]))
            elif negated:
                add((words[left] | words[right]) ^ ones)
            else:
                add(words[left] & words[right])
        return [words[place] ^ (ones if negated else 0) for place, negated in self.roots]


def _path(
    whole: Circuit, cone: Circuit, history: Sequence[tuple[list[int], list[int]]], lane: int
) -> Path:
    """One lane's execution; what is outside the cone takes its default."""
    start = {latch.name: bool(latch.reset) for latch in whole.latches}
    for latch, word in zip(cone.latches, history[0][0], strict=True):
        start[latch.name] = bool(word >> lane & 1)
    steps = []
    for _, words in history:
        inputs = dict.fromkeys((bit.name for bit in whole.inputs), False)
        for bit, word in zip(cone.inputs, words, strict=True):
            inputs[bit.name] = bool(word >> lane & 1)
        steps.append(inputs)
    return Path(start, tuple(steps))
