"""Circuits as binary AIGER 1.9 files, and back; proofs as witness circuits.

Biere, Heljanko, Wieringa: AIGER 1.9 and Beyond. FMV report 11/2, Johannes Kepler University, 2011.

Why so: docs/decisions/0021-proofs-as-witness-circuits.md
"""

from collections.abc import Iterator, Mapping, Sequence

from verifier.circuit.aig import TRUE, Graph
from verifier.circuit.circuit import Circuit, Input, Latch

Clause = Sequence[tuple[str, bool]]
"""A disjunction: latch names, each with the value that satisfies it."""

LARGEST = 1 << 24
"""Files that announce more variables than this are refused before anything is allocated."""


class AigerError(ValueError):
    """The file is not binary AIGER, is damaged, or uses sections that circuits do not have."""


def write_aiger(circuit: Circuit, goals: Sequence[str] | None = None) -> bytes:
    """The circuit as a binary AIGER file with a symbol table and one bad literal per goal."""
    wanted = list(circuit.bad) if goals is None else list(goals)
    kept = circuit.restricted(wanted)
    bits: list[Input | Latch] = [*kept.inputs, *kept.latches]
    return _written(kept, wanted, {bit.name: bit.name for bit in bits})


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


def read_aiger(data: bytes) -> Circuit:
    """The circuit in a binary AIGER file; outputs are the properties where no bad literal is.

    Raises AigerError for anything else, damaged or truncated files included.
    """
    source = _Source(data)
    largest, inputs, latches, outputs, bads = source.header()
    graph = Graph()
    literals = [0] + [graph.variable() for _ in range(inputs + latches)]
    states = [source.latch(2 * (inputs + place), largest) for place in range(1, latches + 1)]
    first = [source.literal(largest) for _ in range(outputs)]
    second = [source.literal(largest) for _ in range(bads)]
    for place in range(inputs + latches + 1, largest + 1):
        high = source.minus(2 * place, least=1)
        low = source.minus(high, least=0)
        literals.append(graph.both(literals[high >> 1] ^ high & 1, literals[low >> 1] ^ low & 1))
    counts = {"i": inputs, "l": latches, "o": outputs, "b": bads}
    names = source.symbols(counts)
    kind, violations = ("b", second) if bads else ("o", first)
    return Circuit(
        graph,
        tuple(Input(names["i"][i], literals[1 + i]) for i in range(inputs)),
        tuple(
            Latch(
                names["l"][i],
                literals[1 + inputs + i],
                literals[successor >> 1] ^ successor & 1,
                reset,
            )
            for i, (successor, reset) in enumerate(states)
        ),
        {
            name: literals[bad >> 1] ^ bad & 1
            for name, bad in zip(names[kind], violations, strict=True)
        },
    )


def _encoded(number: int) -> bytes:
    result = bytearray()
    while number > 127:
        result.append(number & 127 | 128)
        number >>= 7
    result.append(number)
    return bytes(result)


class _Source:
    """Reads a file from front to back and refuses what does not belong there."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def line(self, what: str) -> str:
        end = self.data.find(b"\n", self.place)
        if end < 0:
            raise AigerError(f"the file ends before {what}")
        raw = self.data[self.place : end]
        self.place = end + 1
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise AigerError(f"{what} is not text") from None

    def numbers(self, what: str) -> list[int]:
        words = self.line(what).split(" ")
        if not all(word.isascii() and word.isdigit() and len(word) < 12 for word in words):
            raise AigerError(f"{what} is not a list of numbers: `{' '.join(words)[:60]}`")
        return [int(word) for word in words]

    def header(self) -> tuple[int, int, int, int, int]:
        """M, I, L, O and B."""
        if self.data[:4] != b"aig ":
            raise AigerError("not a binary AIGER file: it does not start with `aig `")
        self.place = 4
        counts = self.numbers("the header")
        if not 5 <= len(counts) <= 9:
            raise AigerError(f"the header has {len(counts)} numbers instead of 5 to 9")
        largest, inputs, latches, outputs, ands, bads, *rest = [*counts, 0][: max(6, len(counts))]
        if any(rest):
            raise AigerError("constraints, justice and fairness properties are not supported")
        if largest > LARGEST:
            raise AigerError(f"{largest} variables are more than the {LARGEST} supported")
        if largest != inputs + latches + ands:
            raise AigerError(f"{largest} variables are not {inputs} + {latches} + {ands}")
        if max(latches, outputs, bads, ands) > len(self.data):
            raise AigerError("the header announces more than the file holds")
        return largest, inputs, latches, outputs, bads

    def literal(self, largest: int) -> int:
        numbers = self.numbers("a literal")
        if len(numbers) != 1 or numbers[0] > 2 * largest + 1:
            raise AigerError(f"`{numbers}` is not a literal of this file")
        return numbers[0]

    def latch(self, own: int, largest: int) -> tuple[int, bool | None]:
        """The next-state literal and the reset value."""
        successor, *reset = self.numbers("a latch")
        if successor > 2 * largest + 1 or len(reset) > 1:
            raise AigerError(f"latch {own} has no legal next state")
        if not reset or reset[0] <= TRUE:
            return successor, bool(reset and reset[0])
        if reset[0] != own:
            raise AigerError(f"latch {own} is reset to literal {reset[0]}")
        return successor, None

    def minus(self, base: int, least: int) -> int:
        """The base minus the next encoded difference."""
        number, shift = 0, 0
        while True:
            if self.place >= len(self.data):
                raise AigerError("the file ends among the and-gates")
            byte = self.data[self.place]
            self.place += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
            if shift > 35:
                raise AigerError("a difference among the and-gates is too long")
        if not least <= number <= base:
            raise AigerError(f"a fan-in of gate {base} is not below it")
        return base - number

    def symbols(self, counts: dict[str, int]) -> dict[str, list[str]]:
        """Names by kind, `i0`, `l0`, `b0` where the table has none."""
        names = {kind: [f"{kind}{i}" for i in range(count)] for kind, count in counts.items()}
        for line in self._symbol_lines():
            place, _, name = line.partition(" ")
            kind, digits = place[:1], place[1:]
            if kind not in counts or not (digits.isascii() and digits.isdigit()):
                raise AigerError(f"`{line[:60]}` is not a symbol")
            if len(digits) > 9 or int(digits) >= counts[kind]:
                raise AigerError(f"symbol `{place[:20]}` names nothing in this file")
            names[kind][int(digits)] = name
        for kind in ("il", "o", "b"):
            flat = [name for letter in kind for name in names[letter]]
            if len(set(flat)) != len(flat):
                raise AigerError("two symbols have the same name")
        return names

    def _symbol_lines(self) -> Iterator[str]:
        while self.place < len(self.data):
            line = self.line("the end of a symbol")
            if line == "c":
                return
            yield line
