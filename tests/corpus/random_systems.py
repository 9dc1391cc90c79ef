"""Small random circuits, from a seed."""

from random import Random

from tests.corpus.build import Builder
from verifier.circuit.circuit import Circuit


def random_system(seed: int) -> Circuit:
    """Up to 6 latches, 3 inputs and 3 properties; every kind of reset, next state and violation."""
    random = Random(seed)
    build = Builder()
    graph = build.graph
    inputs = [build.input(f"i{n}") for n in range(random.randint(0, 3))]
    resets = [random.choice([False, False, True, None]) for _ in range(random.randint(0, 6))]
    latches = [build.latch(f"l{n}", reset) for n, reset in enumerate(resets)]
    pool = [0, *inputs, *latches]

    def pick() -> int:
        return random.choice(pool) ^ random.randint(0, 1)

    for _ in range(random.randint(0, 30)):
        a, b, c = pick(), pick(), pick()
        pool.append(random.choice([graph.both(a, b), graph.differ(a, b), graph.choose(a, b, c)]))
    for latch in latches:
        if random.random() < 0.9:
            build.next(latch, pick())
    for n in range(random.randint(1, 3)):
        build.bad(f"p{n}", graph.all(pick() for _ in range(random.randint(1, 5))))
    return build.circuit()
