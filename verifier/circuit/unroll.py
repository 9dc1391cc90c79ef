"""A circuit's steps laid end to end in one graph, folded from the start state on."""

from collections.abc import Callable, Iterable

from verifier.circuit.aig import Graph
from verifier.circuit.circuit import Circuit


class Unrolling:
    """Frame k holds the state before step k and the inputs of step k, as literals of `graph`.

    From the reset state the first frames fold to almost nothing; from a free start, which
    induction wants, every latch of frame 0 is a variable.
    """

    def __init__(self, circuit: Circuit, free_start: bool = False) -> None:
        self.circuit = circuit
        self.graph = Graph()
        self.states: list[dict[int, int]] = [
            {
                latch.literal: self.graph.variable()
                if free_start or latch.reset is None
                else int(latch.reset)
                for latch in circuit.latches
            }
        ]
        self.inputs: list[dict[int, int]] = []
        self.violations: list[dict[str, int]] = []
        self._image: list[int] = []
        self._plan(circuit)

    def _plan(self, circuit: Circuit) -> None:
        """Gates in building order: what the violations need, then what the next state adds."""
        left, right = circuit.graph.left, circuit.graph.right
        violations = set(circuit.graph.cone(circuit.bad.values()))
        step = circuit.graph.cone(latch.next for latch in circuit.latches)

        def fan_ins(nodes: Iterable[int]) -> list[tuple[int, int, int, int, int]]:
            return [
                (node, left[node] >> 1, left[node] & 1, right[node] >> 1, right[node] & 1)
                for node in nodes
                if left[node] >= 0
            ]

        self._for_bad = fan_ins(sorted(violations))
        self._for_next = fan_ins(node for node in step if node not in violations)

    def open_frame(self) -> None:
        """Append a step: its inputs and, for each property, the literal of a violation by it."""
        if len(self.inputs) == len(self.states):
            self.advance()
        frame = {bit.literal: self.graph.variable() for bit in self.circuit.inputs}
        self.inputs.append(frame)
        self._image = [0] * len(self.circuit.graph)
        for literal, value in (*self.states[-1].items(), *frame.items()):
            self._image[literal >> 1] = value
        self._build(self._for_bad)
        self.violations.append({name: self._built(bad) for name, bad in self.circuit.bad.items()})

    def advance(self) -> None:
        """Append the state after the last frame's step."""
        self._build(self._for_next)
        self.states.append(
            {latch.literal: self._built(latch.next) for latch in self.circuit.latches}
        )

    def _build(self, gates: list[tuple[int, int, int, int, int]]) -> None:
        image, both = self._image, self.graph.both
        for node, left, left_sign, right, right_sign in gates:
            image[node] = both(image[left] ^ left_sign, image[right] ^ right_sign)

    def _built(self, literal: int) -> int:
        return self._image[literal >> 1] ^ literal & 1

    def execution(
        self, circuit: Circuit, value: Callable[[int], bool]
    ) -> tuple[dict[str, bool], tuple[dict[str, bool], ...]]:
        """The start and the inputs of all frames so far; what no frame holds takes its default.

        `value` says what a model gives a positive literal of `graph`.
        """
        start = self.states[0]
        return (
            {
                latch.name: value(start[latch.literal])
                if self._is_variable(start.get(latch.literal, 0))
                else bool(latch.reset)
                for latch in circuit.latches
            },
            tuple(
                {
                    bit.name: bit.literal in frame and value(frame[bit.literal])
                    for bit in circuit.inputs
                }
                for frame in self.inputs
            ),
        )

    def differences(self, first: int, second: int) -> list[int]:
        """One literal per latch: its value differs between two frames."""
        pairs = zip(self.states[first].values(), self.states[second].values(), strict=True)
        return [self.graph.differ(a, b) for a, b in pairs]

    def _is_variable(self, literal: int) -> bool:
        return literal > 1 and not self.graph.is_gate(literal)
