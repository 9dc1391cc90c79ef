"""Counterexamples without the choices that do not matter."""

from itertools import product

from verifier.circuit.circuit import Circuit
from verifier.circuit.packed import PackedSteps
from verifier.evidence.verdicts import Path

Choice = tuple[int, str]
"""An input by step, from 1 on, and name; step 0 stands for latches that start freely."""


def minimise(circuit: Circuit, goal: str, path: Path) -> Path:
    """Make choices false, as many as possible, while the last step still violates the goal.

    No single true choice of the result can be made false without losing the violation. Every choice
    is tried alone in one packed replay, then a growing set of those that went well.
    """
    replay = _Replay(circuit, goal, path)
    while candidates := replay.survivors_alone(sorted(replay.true)):
        replay.true -= set(replay.survivors_together(candidates))
    return replay.path()


class _Replay:
    """A path in its goal's cone of influence, replayed with some choices flipped."""

    def __init__(self, circuit: Circuit, goal: str, path: Path) -> None:
        self.circuit, self.goal, self.original = circuit, goal, path
        self.cone = circuit.restricted([goal])
        free = sorted(latch.name for latch in self.cone.latches if latch.reset is None)
        steps = range(1, len(path.inputs) + 1)
        names = sorted(bit.name for bit in self.cone.inputs)
        choices = [*product([0], free), *product(steps, names)]
        chosen = [path.start, *path.inputs]
        self.true = {(step, name) for step, name in choices if chosen[step][name]}

    def survivors_alone(self, choices: list[Choice]) -> list[Choice]:
        """Those whose flip alone keeps the violation."""
        word = self._violated({choice: 1 << i for i, choice in enumerate(choices)}, len(choices))
        return [choice for i, choice in enumerate(choices) if word >> i & 1]

    def survivors_together(self, choices: list[Choice]) -> list[Choice]:
        """The longest start of the list whose flips together keep the violation."""
        cases = len(choices)
        ones = (1 << cases) - 1
        word = self._violated({choice: ones >> i << i for i, choice in enumerate(choices)}, cases)
        lost = ~word & (word + 1)
        return choices[: min(lost.bit_length() - 1, cases)]

    def _violated(self, flips: dict[Choice, int], cases: int) -> int:
        """The cases in which the last step violates the goal; `flips` says where a choice flips."""
        ones = (1 << cases) - 1
        packed = PackedSteps(self.cone, ones)

        def word(choice: Choice) -> int:
            return (ones if choice in self.true else 0) ^ flips.get(choice, 0)

        state = {
            latch.literal: word((0, latch.name)) if latch.reset is None else ones * latch.reset
            for latch in self.cone.latches
        }
        violated = 0
        for step in range(1, len(self.original.inputs) + 1):
            inputs = {bit.literal: word((step, bit.name)) for bit in self.cone.inputs}
            violated = packed.take(state, inputs)[self.goal]
            state = packed.successor()
        return violated

    def path(self) -> Path:
        return Path(
            {
                latch.name: (0, latch.name) in self.true if latch.reset is None else latch.reset
                for latch in self.circuit.latches
            },
            tuple(
                {bit.name: (step, bit.name) in self.true for bit in self.circuit.inputs}
                for step in range(1, len(self.original.inputs) + 1)
            ),
        )
