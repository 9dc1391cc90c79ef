"""Small circuits settled by looking at every state and every input."""

from random import Random

from tests.corpus.build import Builder
from verifier.circuit.circuit import Circuit
from verifier.evidence.verdicts import Invariant, Path


def random_circuit(seed: int) -> Circuit:
    """Up to five latches of any reset, three inputs, three properties, a few dozen gates."""
    source = Random(seed)
    build = Builder()
    resets = [False, False, True, None]
    inputs = [build.input(f"i{index}") for index in range(source.randrange(4))]
    latches = [
        build.latch(f"s{index}", source.choice(resets)) for index in range(source.randrange(6))
    ]
    literals = [0, *inputs, *latches]
    operations = [build.graph.both, build.graph.both, build.graph.both, build.graph.differ]

    def pick() -> int:
        return source.choice(literals) ^ source.randrange(2)

    for _ in range(source.randrange(40)):
        literals.append(source.choice(operations)(pick(), pick()))
    for latch in latches:
        if source.randrange(8):
            build.next(latch, pick())
    for name in ("p", "q", "r"):
        size = source.randrange(5)
        build.bad(name, build.graph.all(pick() for _ in range(size)) if size else pick())
    return build.circuit()


def shortest_violations(circuit: Circuit) -> dict[str, int | None]:
    """How many steps the shortest violation of each property takes; None where there is none."""
    bits = [latch.literal for latch in circuit.latches] + [bit.literal for bit in circuit.inputs]
    _, bad = _tables(circuit, bits)
    found: dict[str, int | None] = dict.fromkeys(circuit.bad)
    for depth, states in enumerate(layers(circuit), 1):
        cases = _cases(circuit, states)
        for name, table in bad.items():
            if found[name] is None and any(table >> case & 1 for case in cases):
                found[name] = depth
    return found


def layers(circuit: Circuit) -> list[set[int]]:
    """The states that are reached first after no step, after one, ...; bit i is latch i."""
    bits = [latch.literal for latch in circuit.latches] + [bit.literal for bit in circuit.inputs]
    following, _ = _tables(circuit, bits)
    frontier = {
        state
        for state in range(1 << len(circuit.latches))
        if all(
            latch.reset is None or bool(state >> index & 1) == latch.reset
            for index, latch in enumerate(circuit.latches)
        )
    }
    found, reached = [], set[int]()
    while frontier:
        found.append(frontier)
        reached |= frontier
        frontier = {
            sum((table >> case & 1) << index for index, table in enumerate(following))
            for case in _cases(circuit, frontier)
        } - reached
    return found


def _cases(circuit: Circuit, states: set[int]) -> list[int]:
    """Some states, each with all inputs."""
    step, choices = 1 << len(circuit.latches), 1 << len(circuit.inputs)
    return [state + step * choice for state in states for choice in range(choices)]


def holds(circuit: Circuit, goal: str, invariant: Invariant) -> bool:
    """Whether an invariant proves a property, judged case by case."""
    bits = [latch.literal for latch in circuit.latches] + [bit.literal for bit in circuit.inputs]
    following, bad = _tables(circuit, bits)
    every = (1 << (1 << len(bits))) - 1
    index = {latch.name: number for number, latch in enumerate(circuit.latches)}
    column = [_column(number, len(bits)) for number in range(len(bits))]
    initial = inside = after = every
    for latch, word in zip(circuit.latches, column, strict=False):
        if latch.reset is not None:
            initial &= word if latch.reset else every ^ word
    for clause in invariant.clauses:
        now = then = 0
        for name, value in clause:
            now |= column[index[name]] if value else every ^ column[index[name]]
            then |= following[index[name]] if value else every ^ following[index[name]]
        inside &= now
        after &= then
    return not (initial & ~inside or inside & ~after or inside & bad[goal])


def violates(circuit: Circuit, goal: str, path: Path) -> bool:
    """Whether a path is an execution whose last step violates a property."""
    state = {latch.name: path.start[latch.name] for latch in circuit.latches}
    if any(latch.reset not in (None, state[latch.name]) for latch in circuit.latches):
        return False
    violated = False
    for chosen in path.inputs:
        values = {bit.literal: int(chosen[bit.name]) for bit in circuit.inputs}
        values |= {latch.literal: int(state[latch.name]) for latch in circuit.latches}
        roots = [*(latch.next for latch in circuit.latches), circuit.bad[goal]]
        *after, violated_here = circuit.graph.evaluate(roots, values)
        state = {latch.name: bool(v) for latch, v in zip(circuit.latches, after, strict=True)}
        violated = bool(violated_here)
    return violated


def _column(number: int, width: int) -> int:
    """The word whose bit c is bit `number` of case c."""
    return sum(1 << case for case in range(1 << width) if case >> number & 1)


def _tables(circuit: Circuit, bits: list[int]) -> tuple[list[int], dict[str, int]]:
    variables = {literal: _column(number, len(bits)) for number, literal in enumerate(bits)}
    every = (1 << (1 << len(bits))) - 1
    roots = [*(latch.next for latch in circuit.latches), *circuit.bad.values()]
    words = circuit.graph.evaluate(roots, variables, every)
    n = len(circuit.latches)
    return words[:n], dict(zip(circuit.bad, words[n:], strict=True))
