"""A case in which circuit and Python differ, as a message with as little state as it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from verifier.compiler.bits import Case
from verifier.compiler.outcomes import ByCircuit, ByPython, Outcome, Reader
from verifier.compiler.transition_system import DEADLOCK, TransitionSystem
from verifier.language.call_log import Assignment, Call
from verifier.language.errors import ModelError, Place

HELP = "write the line in another way, and report it: the two must never differ"


@dataclass(frozen=True)
class Mismatch:
    """What circuit and plain Python do in a case, which is not the same."""

    case: Case
    circuit: Outcome
    python: Outcome


@dataclass(frozen=True)
class _Part:
    """The first thing that differs."""

    what: str
    circuit: Any
    python: Any
    field: str = ""
    place: Place | None = None

    def same_thing(self, other: _Part | None) -> bool:
        return other is not None and self.what == other.what


def refusal(circuit: ByCircuit, found: Mismatch) -> ModelError:
    """The error that a difference is."""
    compiled = circuit.compiled
    python = ByPython(compiled, logging=True)

    def differs(case: Case) -> _Part | None:
        [expected] = circuit.outcomes([case])
        actual = python.with_stuck(python.outcome(case), expected.likely)
        return _differing(compiled, expected, actual)

    wanted = differs(found.case)
    if wanted is None:
        wanted = _differing(compiled, found.circuit, found.python) or _Part("the outcome", "", "")
    case = _smaller(python.reader, found.case, lambda each: wanted.same_thing(differs(each)))
    part = differs(case) or wanted
    move = python.reader.move(case)
    name = f"`{compiled.system.name}`"
    step, choices = ("no step", {}) if move is None else (f"step `{move[0].name}`", move[1])
    given = f" with {_named(choices)}" if choices else ""
    state = _state(compiled, python.reader.values(case))
    return ModelError(
        f"circuit and Python differ in {step} of {name}{given}: {part.what} is "
        f"{_shown(part.circuit)} in the circuit and {_shown(part.python)} in Python, {state}",
        part.place or _assigned(python, part.field) or (move[0].function.place if move else None),
        HELP,
    )


def _differing(compiled: TransitionSystem, circuit: Outcome, python: Outcome) -> _Part | None:
    """What differs, the cause before its effects; None where nothing does."""
    if circuit.agrees(python):
        return None
    return next(_parts(compiled, circuit, python), None)


def _parts(compiled: TransitionSystem, circuit: Outcome, python: Outcome) -> Iterator[_Part]:
    if python.error:
        yield _Part("the outcome", "a state", f"an error: {python.error}", place=python.place)
    if circuit.failed != python.failed:
        yield _Part("the failing assertion", _one(circuit.failed), _one(python.failed))
    if circuit.taken != python.taken:
        yield _Part("the step that is taken", _one(circuit.taken), _one(python.taken))
    for leaf, mine, other in zip(compiled.leaves, circuit.values, python.values, strict=True):
        if mine != other or type(mine) is not type(other):
            yield _Part(f"the field `{leaf.path}`", mine, other, leaf.path)
    claims = [c.binding.function for group in compiled.conjuncts.values() for c in group]
    for function, mine, other in zip(claims, circuit.bad, python.bad, strict=False):
        if mine != other:
            sought = function.sought
            what = f"the claim `{function.name}`"
            yield _Part(what, mine is sought, other is sought, place=function.place)
    for group, mine, other in zip(
        compiled.conjuncts, circuit.bad[len(claims) :], python.bad[len(claims) :], strict=False
    ):
        if mine != other:
            yield _Part(f"the violation of `{group}`", mine, other)
    if None not in (circuit.stuck, python.stuck) and circuit.stuck != python.stuck:
        yield _Part(f"the violation of `{DEADLOCK}`", circuit.stuck, python.stuck)


def _one(names: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in names) or "none"


def _smaller(reader: Reader, case: Case, still: Callable[[Case], bool]) -> Case:
    """A case with as many fields and choices at their initial values as still shows the same."""
    for places, bits in reader.plain():
        changed = list(case)
        for place, bit in zip(places, bits, strict=True):
            changed[place] = bit
        smaller = tuple(changed)
        if smaller != case and still(smaller):
            case = smaller
    return case


def _state(compiled: TransitionSystem, values: list[Any]) -> str:
    """The fields that are not as they are initially."""
    other = {
        leaf.path: value
        for leaf, value, initial in zip(
            compiled.leaves, values, compiled.system.initial_values, strict=True
        )
        if value != initial
    }
    if not other:
        return "from the initial values"
    return f"from {_named(other)} and else the initial values"


def _named(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_shown(value)}" for name, value in values.items())


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    return value.name if isinstance(value, Enum) else str(value)


def _assigned(python: ByPython, path: str) -> Place | None:
    """Where the step that was run last has assigned to a field."""
    taken = python.taken
    return None if taken is None else _last(taken.call, path)


def _last(call: Call, path: str) -> Place | None:
    for entry in reversed(call.entries):
        if isinstance(entry, Assignment) and entry.path == path:
            return Place(call.function.place.file, entry.line)
        found = _last(entry, path) if isinstance(entry, Call) else None
        if found is not None:
            return found
    return None
