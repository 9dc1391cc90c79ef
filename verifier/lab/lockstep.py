"""Many executions of the bench side by side: each asks for a step and sees what it comes to.

The bench is models/x86, compiled; an execution is one bit of a word.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from nestproof.models.x86 import svm_bench
from nestproof.models.x86.bench import STEPS, Bench
from nestproof.models.x86.svm_bench import SvmBench
from verifier.circuit.packed import PackedSteps
from verifier.compiler.bits import DIGITS, word_of
from verifier.compiler.compile import compile_compared
from verifier.compiler.transition_system import TransitionSystem
from verifier.lab.programs import Machine
from verifier.language import System
from verifier.language.encoding import bits_of, encoding

ARBITRARY = ("cpu.*", "intercepts.*")
"""What programs set."""

Seen = TypeVar("Seen")
Result = TypeVar("Result")


class Move(NamedTuple):
    """Fields to assign, and then a step with its choices."""

    step: str
    choices: tuple[tuple[str, Any], ...] = ()
    assigned: tuple[tuple[str, Any], ...] = ()


Execution = Generator[Move, Seen, Result]
"""Asks for steps, sees what they come to, and returns something."""


def system(machine: Machine = Machine.VMX) -> System:
    """The bench of VMX or SVM, in any state."""
    match machine:
        case Machine.VMX:
            return System("x86/bench", Bench(), STEPS, arbitrary=ARBITRARY)
        case Machine.SVM:
            return System("x86/svm-bench", SvmBench(), svm_bench.STEPS, arbitrary=ARBITRARY)


@cache
def bench(machine: Machine = Machine.VMX) -> TransitionSystem:
    """The bench's circuit, compared with plain Python."""
    return compile_compared(system(machine), ())


class Lockstep(Generic[Seen]):
    """Executions of a bench, one step of each at a time.

    They see a `view` of the watched fields, which is made once for all that have equal ones.
    """

    def __init__(
        self,
        compiled: TransitionSystem,
        watched: Sequence[str],
        view: Callable[[Mapping[str, Any]], Seen],
    ) -> None:
        self._view = view
        self._compiled = compiled
        leaves = dict(zip((leaf.path for leaf in compiled.leaves), compiled.leaves, strict=True))
        self._latches = dict(zip(leaves, compiled.latch_names, strict=True))
        self._literal = {latch.name: latch.literal for latch in compiled.circuit.latches}
        self._steps = {step.name: step for step in compiled.system.actions}
        self._watched = [
            (path, leaves[path].type, self._latches[path])
            for path in watched
            if self._latches[path]
        ]
        values = dict(zip(leaves, compiled.system.initial_values, strict=True))
        self._constants = {path: values[path] for path in watched if not self._latches[path]}
        self._values: dict[bytes, Seen] = {}
        self._moves: dict[Move, tuple[list[str], dict[int, bool]]] = {}

    def run(self, executions: Sequence[Execution[Seen, Result]]) -> list[Result]:
        """What each execution returns."""
        lanes = len(executions)
        steps = PackedSteps(self._compiled.circuit, (1 << lanes) - 1)
        state = {literal: steps.ones if bit else 0 for literal, bit in self._initial().items()}
        results: dict[int, Result] = {}
        seen: dict[int, Seen | None] = dict.fromkeys(range(lanes))
        while seen:
            asked: dict[Move, list[int]] = {}
            for lane, value in seen.items():
                try:
                    move = executions[lane].send(value)  # type: ignore[arg-type]
                    asked.setdefault(move, []).append(lane)
                except StopIteration as end:
                    results[lane] = end.value
            going = [lane for group in asked.values() for lane in group]
            state = self._taken(steps, state, asked)
            seen = dict(zip(going, self._shown(state, going, lanes), strict=True))
        return [results[lane] for lane in range(lanes)]

    def _initial(self) -> dict[int, bool]:
        """The bench as its record's defaults have it, what may be arbitrary included."""
        values = self._compiled.system.initial_values
        return {
            self._literal[name]: bool(bit)
            for leaf, value in zip(self._compiled.leaves, values, strict=True)
            if self._latches[leaf.path]
            for name, bit in zip(self._latches[leaf.path], bits_of(value), strict=True)
        }

    def _taken(
        self, steps: PackedSteps, state: dict[int, int], asked: dict[Move, list[int]]
    ) -> dict[int, int]:
        """The state after one step of each execution that has asked for one."""
        inputs = {bit.name: 0 for bit in steps.circuit.inputs}
        lanes = steps.ones.bit_length()
        for move, group in asked.items():
            marks = bytearray(lanes)
            for lane in group:
                marks[lane] = 1
            word = word_of(marks)
            names, assigned = self._bits(move)
            for name in names:
                inputs[name] |= word
            for literal, value in assigned.items():
                before = state[literal]
                state[literal] = before | word if value else before & ~word
        steps.take(state, {bit.literal: inputs[bit.name] for bit in steps.circuit.inputs})
        return steps.successor()

    def _bits(self, move: Move) -> tuple[list[str], dict[int, bool]]:
        """The inputs that a move sets, and the latches that it assigns."""
        found = self._moves.get(move)
        if found is None:
            inputs = self._compiled.inputs_of(self._steps[move.step], dict(move.choices))
            assigned = {}
            for path, value in move.assigned:
                bits = bits_of(value)
                for name, bit in zip(self._latches[path], bits, strict=True):
                    assigned[self._literal[name]] = bool(bit)
            found = [name for name, bit in inputs.items() if bit], assigned
            self._moves[move] = found
        return found

    def _shown(self, state: dict[int, int], lanes: list[int], count: int) -> list[Seen]:
        """The watched fields in some lanes."""
        names = [name for _, _, latches in self._watched for name in latches]
        columns = [format(state[self._literal[name]], f"0{count}b") for name in names]
        digits = "".join(columns).encode().translate(DIGITS)
        return [self._value(digits[count - 1 - lane :: count]) for lane in lanes]

    def _value(self, row: bytes) -> Seen:
        found = self._values.get(row)
        if found is None:
            fields, place = dict(self._constants), 0
            for path, kind, latches in self._watched:
                bits = [bit == 1 for bit in row[place : place + len(latches)]]
                fields[path] = bits[0] if kind is bool else encoding(kind).decode(bits)
                place += len(latches)
            found = self._values[row] = self._view(fields)
        return found
