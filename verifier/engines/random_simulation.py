"""Random packed simulation: finds what is easy to reach, and nothing else."""

from collections.abc import Sequence
from random import Random
from time import perf_counter

from verifier.circuit.circuit import Circuit
from verifier.circuit.packed import Program
from verifier.evidence.verdicts import Path, Violated

LANES = 2048


def simulation(
    circuit: Circuit, goals: Sequence[str], steps: int = 40, seed: int = 1
) -> dict[str, Violated]:
    """Executions that violate goals, found by many random runs at once; not the shortest ones."""
    begin = perf_counter()
    random = Random(seed)
    cone = circuit.restricted(goals)
    ones = (1 << LANES) - 1
    roots = [*(cone.bad[goal] for goal in goals), *(latch.next for latch in cone.latches)]
    variables = [*(latch.literal for latch in cone.latches), *(bit.literal for bit in cone.inputs)]
    program = Program(cone.graph, variables, roots)
    state = [
        random.getrandbits(LANES) if latch.reset is None else ones * latch.reset
        for latch in cone.latches
    ]
    history: list[tuple[list[int], list[int]]] = []
    found: dict[str, Violated] = {}
    for _ in range(steps):
        inputs = [random.getrandbits(LANES) for _ in cone.inputs]
        history.append((state, inputs))
        values = program([*state, *inputs], ones)
        for goal, word in zip(goals, values, strict=False):
            if word and goal not in found:
                lane = (word & -word).bit_length() - 1
                path = _path(circuit, cone, history, lane)
                found[goal] = Violated("simulation", path, perf_counter() - begin)
        if len(found) == len(goals):
            break
        state = values[len(goals) :]
    return found


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
