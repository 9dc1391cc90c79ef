"""Reads binary AIGER files, so that what is written can be compared with what it was made of."""

from collections.abc import Iterator

from verifier.circuit.aig import TRUE, Graph
from verifier.circuit.circuit import Circuit, Input, Latch

LARGEST = 1 << 24
"""Files that announce more variables than this are refused before anything is allocated."""


class UnreadableFile(ValueError):
    """The file is not binary AIGER, is damaged, or uses sections that circuits do not have."""


def read_aiger(data: bytes) -> Circuit:
    """The circuit in a binary AIGER file; outputs are the properties where no bad literal is.

    Raises UnreadableFile for anything else, damaged or truncated files included.
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


class _Source:
    """Reads a file from front to back and refuses what does not belong there."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def line(self, what: str) -> str:
        end = self.data.find(b"\n", self.place)
        if end < 0:
            raise UnreadableFile(f"the file ends before {what}")
        raw = self.data[self.place : end]
        self.place = end + 1
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise UnreadableFile(f"{what} is not text") from None

    def numbers(self, what: str) -> list[int]:
        words = self.line(what).split(" ")
        if not all(word.isascii() and word.isdigit() and len(word) < 12 for word in words):
            raise UnreadableFile(f"{what} is not a list of numbers: `{' '.join(words)[:60]}`")
        return [int(word) for word in words]

    def header(self) -> tuple[int, int, int, int, int]:
        """M, I, L, O and B."""
        if self.data[:4] != b"aig ":
            raise UnreadableFile("not a binary AIGER file: it does not start with `aig `")
        self.place = 4
        counts = self.numbers("the header")
        if not 5 <= len(counts) <= 9:
            raise UnreadableFile(f"the header has {len(counts)} numbers instead of 5 to 9")
        largest, inputs, latches, outputs, ands, bads, *rest = [*counts, 0][: max(6, len(counts))]
        if any(rest):
            raise UnreadableFile("constraints, justice and fairness properties are not supported")
        if largest > LARGEST:
            raise UnreadableFile(f"{largest} variables are more than the {LARGEST} supported")
        if largest != inputs + latches + ands:
            raise UnreadableFile(f"{largest} variables are not {inputs} + {latches} + {ands}")
        if max(latches, outputs, bads, ands) > len(self.data):
            raise UnreadableFile("the header announces more than the file holds")
        return largest, inputs, latches, outputs, bads

    def literal(self, largest: int) -> int:
        numbers = self.numbers("a literal")
        if len(numbers) != 1 or numbers[0] > 2 * largest + 1:
            raise UnreadableFile(f"`{numbers}` is not a literal of this file")
        return numbers[0]

    def latch(self, own: int, largest: int) -> tuple[int, bool | None]:
        """The next-state literal and the reset value."""
        successor, *reset = self.numbers("a latch")
        if successor > 2 * largest + 1 or len(reset) > 1:
            raise UnreadableFile(f"latch {own} has no legal next state")
        if not reset or reset[0] <= TRUE:
            return successor, bool(reset and reset[0])
        if reset[0] != own:
            raise UnreadableFile(f"latch {own} is reset to literal {reset[0]}")
        return successor, None

    def minus(self, base: int, least: int) -> int:
        """The base minus the next encoded difference."""
        number, shift = 0, 0
        while True:
            if self.place >= len(self.data):
                raise UnreadableFile("the file ends among the and-gates")
            byte = self.data[self.place]
            self.place += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
            if shift > 35:
                raise UnreadableFile("a difference among the and-gates is too long")
        if not least <= number <= base:
            raise UnreadableFile(f"a fan-in of gate {base} is not below it")
        return base - number

    def symbols(self, counts: dict[str, int]) -> dict[str, list[str]]:
        """Names by kind, `i0`, `l0`, `b0` where the table has none."""
        names = {kind: [f"{kind}{i}" for i in range(count)] for kind, count in counts.items()}
        for line in self._symbol_lines():
            place, _, name = line.partition(" ")
            kind, digits = place[:1], place[1:]
            if kind not in counts or not (digits.isascii() and digits.isdigit()):
                raise UnreadableFile(f"`{line[:60]}` is not a symbol")
            if len(digits) > 9 or int(digits) >= counts[kind]:
                raise UnreadableFile(f"symbol `{place[:20]}` names nothing in this file")
            names[kind][int(digits)] = name
        for kind in ("il", "o", "b"):
            flat = [name for letter in kind for name in names[letter]]
            if len(set(flat)) != len(flat):
                raise UnreadableFile("two symbols have the same name")
        return names

    def _symbol_lines(self) -> Iterator[str]:
        while self.place < len(self.data):
            line = self.line("the end of a symbol")
            if line == "c":
                return
            yield line
