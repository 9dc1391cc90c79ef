"""Where a counterexample departs from the base, and the changed lines that cause it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.compiler.behaviour import Action, Behaviour, Variable
from verifier.compiler.selector import selecting
from verifier.evidence.calls import Entered
from verifier.evidence.traces import Stride, Trace
from verifier.language.goals import step_goal
from verifier.language.packages import file_name
from verifier.language.plain_values import Value

HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(?P<first>\d+)(?:,(?P<count>\d+))? @@")


@dataclass(frozen=True)
class Hunk:
    """Lines that a change has replaced, by their place after it."""

    file: str
    line: int
    removed: tuple[str, ...]
    added: tuple[str, ...]
    function: str
    """The function around it; empty where there is none."""

    @property
    def place(self) -> str:
        """Its first line, or the one after which lines were taken out."""
        return f"{self.file}:{self.line}" if self.added else f"{self.file}, after line {self.line}"


@dataclass(frozen=True)
class Departure:
    """The first step of a counterexample that does something else than at the base.

    `field` has other values there: before the change, and now. Where the step was not possible
    before, `field` is empty.
    """

    number: int
    step: str
    field: str
    old: Value | None
    new: Value | None
    hunks: tuple[Hunk, ...]


def departure(before: Behaviour, trace: Trace, hunks: Iterable[Hunk]) -> Departure | None:
    """Follow a counterexample at the base; None where it goes the same way there."""
    values = dict(trace.start)
    try:
        for number, (stride, taken) in enumerate(_followed(before, trace), 1):
            values |= {name: new for name, (_, new) in stride.changes.items()}
            near = tuple(_near(stride, hunks))
            if taken is None:
                return Departure(number, stride.step, "", None, None, near)
            for field in _shared(before, trace):
                was = _value(field, taken.after)
                if was != values[field.name]:
                    return Departure(number, stride.step, field.name, was, values[field.name], near)
    except (ValueError, KeyError):
        return None
    return None


def was_fine(before: Behaviour, trace: Trace) -> bool:
    """Whether the steps of a trace, as far as the base takes them, violate nothing there."""
    try:
        for _, taken in _followed(before, trace):
            if taken is None:
                return True
            if trace.property in taken.violates:
                return False
    except (ValueError, KeyError):
        return False
    return True


@dataclass(frozen=True)
class _Taken:
    """A step at the base: the state after it, and the properties that it violates."""

    after: dict[str, bool]
    violates: frozenset[str]


def _followed(before: Behaviour, trace: Trace) -> Iterator[tuple[Stride, _Taken | None]]:
    """The steps of a trace as the base takes them; None for the first that is not possible there.

    Raises KeyError or ValueError where the base has not the fields, choices or values.
    """
    state = {latch.name: bool(latch.reset) for latch in before.circuit.latches}
    for field in _shared(before, trace):
        if field.bits and field.initial is None:
            state |= zip(field.bits, field.code(trace.start[field.name]), strict=True)
    for stride in trace.steps:
        action = before.action(stride.step)
        taken = None if action is None else _stepped(before, state, action, stride)
        yield stride, taken
        if taken is None:
            return
        state = taken.after


def _shared(before: Behaviour, trace: Trace) -> list[Variable]:
    return [field for field in before.fields if field.name in trace.start]


def _value(field: Variable, state: Mapping[str, bool]) -> Value | None:
    """A field's value; what never changes at the base has none of the state's bits."""
    return field.decoded([state[bit] for bit in field.bits]) if field.bits else field.initial


def _stepped(
    before: Behaviour, state: dict[str, bool], action: Action, stride: Stride
) -> _Taken | None:
    """A step at the base; None where it is not possible there."""
    circuit = before.circuit
    inputs = {bit.name: False for bit in circuit.inputs}
    inputs |= selecting(action.code, inputs)
    for choice in action.choices:
        inputs |= zip(choice.bits, choice.code(stride.choices[choice.name]), strict=True)
    values = {latch.literal: int(state[latch.name]) for latch in circuit.latches}
    values |= {bit.literal: int(inputs[bit.name]) for bit in circuit.inputs}
    following = [latch.next for latch in circuit.latches]
    found = circuit.graph.evaluate([*circuit.bad.values(), *following], values)
    true = {name for name, bit in zip(circuit.bad, found, strict=False) if bit}
    if step_goal(action.name) not in true:
        return None
    after = zip(circuit.latches, found[len(circuit.bad) :], strict=True)
    return _Taken({latch.name: bool(bit) for latch, bit in after}, frozenset(true))


def _near(stride: Stride, hunks: Iterable[Hunk]) -> Iterator[Hunk]:
    """The changed lines in functions that the step runs."""
    ran = set(_functions(stride.call))
    for hunk in hunks:
        if (hunk.file, hunk.function) in ran:
            yield hunk


def _functions(call: Entered) -> Iterator[tuple[str, str]]:
    yield call.file, call.function
    for entry in call.entries:
        if isinstance(entry, Entered):
            yield from _functions(entry)


def hunks_of(diff: str, root: Path) -> list[Hunk]:
    """The hunks of a unified diff without context, each with the function it is in."""
    found: list[Hunk] = []
    file = ""
    lines = diff.splitlines()
    for place, line in enumerate(lines):
        if line.startswith("+++ "):
            file = line[4:].split("\t")[0].removeprefix("b/").strip('"')
        hunk = HUNK.match(line)
        if hunk and file.endswith(".py"):
            body = list(_body(lines[place + 1 :]))
            removed = tuple(text[1:] for text in body if text.startswith("-"))
            added = tuple(text[1:] for text in body if text.startswith("+"))
            first = int(hunk["first"])
            function = _function_at(root / file, first)
            found.append(Hunk(file_name(root, file), first, removed, added, function))
    return found


def _body(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith(("+", "-", " ", "\\")) or line.startswith(("+++ ", "--- ")):
            return
        yield line


def _function_at(file: Path, line: int) -> str:
    """The innermost function that has a line, or ends just before it."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0) + 1
    ]
    return max(around, key=lambda node: node.lineno).name if around else ""
