"""Circuits as binary AIGER 1.9 files; proofs as witness circuits.

Biere, Heljanko, Wieringa: AIGER 1.9 and Beyond. FMV report 11/2, Johannes Kepler University, 2011.

Why so: docs/decisions/0021-proofs-as-witness-circuits.md
"""

from collections.abc import Mapping, Sequence

from verifier.circuit.circuit import Circuit, Input, Latch

Clause = Sequence[tuple[str, bool]]
"""A disjunction: latch names, each with the value that satisfies it."""


class AigerError(ValueError):
    """A name that no symbol table can hold."""


def write_aiger(circuit: Circuit, goals: Sequence[str] | None = None) -> bytes:
    """The circuit as a binary AIGER file with a symbol table and one bad literal per goal."""
    wanted = list(circuit.bad) if goals is None else list(goals)
    part = circuit.restricted(wanted)
    bits: list[Input | Latch] = [*part.inputs, *part.latches]
    return _written(part, wanted, {bit.name: bit.name for bit in bits})


def write_witness(circuit: Circuit, goal: str, clauses: Sequence[Clause]) -> bytes:
    """A proof as a witness circuit for the file that `write_aiger` makes of its goal.

    It is the same transition system, perhaps with more latches, and bad is a state that breaks a
    clause. Each input and latch that the file has, too, is named after its literal there.

    Yu, Froleyks, Biere, Heljanko: Towards Compositional Hardware Model Checking Certification.
    FMCAD 2023.
    """
    model = circuit.restricted([goal])
    whole = circuit.restricted([goal], {name for clause in clauses for name, _ in clause})
    graph, state = whole.graph, {latch.name: latch.literal for latch in whole.latches}
    holds = graph.all(
        graph.any(state[name] ^ (not value) for name, value in clause) for clause in clauses
    )
    witness = Circuit(graph, whole.inputs, whole.latches, {goal: holds ^ 1})
    bits: list[Input | Latch] = [*model.inputs, *model.latches]
    names = {bit.name: f"= {2 * place}" for place, bit in enumerate(bits, 1)}
    return _written(witness, [goal], names)


def _written(circuit: Circuit, wanted: Sequence[str], names: Mapping[str, str]) -> bytes:
    """A circuit in full, with symbols for the inputs and latches that have a name."""
    graph = circuit.graph
    bits: list[Input | Latch] = [*circuit.inputs, *circuit.latches]
    for name in [*names.values(), *wanted]:
        if "\n" in name or "\r" in name or not name:
            raise AigerError(f"`{name!r}` cannot be a symbol: it is empty or has a line break")
    number = {0: 0} | {bit.literal >> 1: place for place, bit in enumerate(bits, 1)}
    roots = [latch.next for latch in circuit.latches] + [circuit.bad[goal] for goal in wanted]
    gates = [node for node in graph.cone(roots) if graph.left[node] >= 0]
    number |= {node: place for place, node in enumerate(gates, len(bits) + 1)}

    def renamed(literal: int) -> int:
        return 2 * number[literal >> 1] | literal & 1

    inputs, latches = len(circuit.inputs), len(circuit.latches)
    lines = [f"aig {len(number) - 1} {inputs} {latches} 0 {len(gates)} {len(wanted)}"]
    for place, latch in enumerate(circuit.latches, inputs + 1):
        reset = {False: "", True: " 1", None: f" {2 * place}"}[latch.reset]
        lines.append(f"{renamed(latch.next)}{reset}")
    lines.extend(str(renamed(circuit.bad[goal])) for goal in wanted)
    body = bytearray()
    for node in gates:
        low, high = sorted((renamed(graph.left[node]), renamed(graph.right[node])))
        body += _encoded(2 * number[node] - high) + _encoded(high - low)
    symbols = [f"i{i} {names[b.name]}" for i, b in enumerate(circuit.inputs) if b.name in names]
    symbols += [f"l{i} {names[b.name]}" for i, b in enumerate(circuit.latches) if b.name in names]
    symbols += [f"b{place} {goal}" for place, goal in enumerate(wanted)]
    text = "".join(f"{line}\n" for line in symbols)
    return "".join(f"{line}\n" for line in lines).encode() + bytes(body) + text.encode()


def _encoded(number: int) -> bytes:
    result = bytearray()
    while number > 127:
        result.append(number & 127 | 128)
        number >>= 7
    result.append(number)
    return bytes(result)
