"""Known departures of emulators from the manuals, as data: departures.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import msgspec

from verifier.lab.answers import Predicted
from verifier.lab.encodings import Issued
from verifier.lab.judge import Difference
from verifier.lab.layout import Field, VmcbField
from verifier.lab.outcomes import NO_VECTOR, Outcome, Reported
from verifier.lab.prediction import Prediction
from verifier.lab.programs import L1, L2, Program, Read, Write

LOW_BYTE = 0xFF
SVM_EXCEPTIONS = range(0x40, 0x60)
"""Exit codes."""


class Departure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one version of a machine does otherwise than the manual; departures.toml explains."""

    name: str
    emulators: tuple[str, ...]
    what: str
    manual: str
    counts: dict[str, int]
    """How many programs show it, by CPU model and list; perhaps of one emulator only."""
    of: tuple[str, ...] = ()
    predicted: tuple[int, ...] = ()
    actual: tuple[int, ...] = ()
    writes: dict[str, int] = {}
    fields: tuple[str, ...] = ()
    bits: int = 0


@cache
def known_departures() -> tuple[Departure, ...]:
    """All of them."""
    text = files("verifier.lab").joinpath("departures.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["departure"], tuple[Departure, ...])


def departure_of(
    emulator: str,
    program: Program,
    prediction: Prediction,
    reported: Sequence[Reported],
    differences: Sequence[Difference],
) -> Departure | None:
    """The known departure that explains the first difference of a program.

    The other differences of that act may be those of other known departures; in later acts anything
    can follow.
    """
    number = differences[0].act
    first = [each for each in differences if each.act == number]
    acts = [act for act in program.acts if not isinstance(act, Write | Read)][: number + 1]
    outcome = [each for each in reported if isinstance(each, Outcome)][number]
    known = [each for each in known_departures() if emulator in each.emulators]
    for each in known:
        if each.actual and _is_fault(each, prediction.acts[number], outcome, acts):
            return each
    shown = [each for each in known if each.fields and _can_show(program, each)]
    explained = [[each for each in shown if _is_in(each, one)] for one in first]
    return explained[0][0] if all(explained) else None


def _can_show(program: Program, departure: Departure) -> bool:
    """Whether a program has what it takes."""
    codes = [act.code for act in program.acts if isinstance(act, L2)]
    written = [each for act in program.acts if isinstance(act, Write) for each in act.fields]
    return (
        not departure.of or any(_is_of(departure, one) for code in codes for one in code)
    ) and all(
        any(field == _number(name) and value & bits for field, value in written)
        for name, bits in departure.writes.items()
    )


def _number(name: str) -> int:
    """A field of the VMCS or VMCB by its name."""
    return int(Field[name] if name in Field.__members__ else VmcbField[name])


def _is_in(departure: Departure, difference: Difference) -> bool:
    beyond = departure.bits and _changed(difference) & ~departure.bits
    return difference.field in departure.fields and not beyond


def _changed(difference: Difference) -> int:
    """The bits in which the two values differ, of results any of them."""
    one, other = difference.predicted, difference.actual
    if not isinstance(one, tuple):
        return int(one) ^ int(other)
    changed = 0
    for left, right in zip(one, other, strict=True):
        changed |= 0 if left is None else left ^ right
    return changed


def _is_fault(
    departure: Departure, predicted: Predicted, outcome: Outcome, acts: Sequence[object]
) -> bool:
    """Whether an instruction has raised another fault than it should, one or none at all."""
    expected, raised = _fault(predicted), _fault(_fields(outcome))
    places = [place for place, _ in (expected, raised) if place is not None]
    if not places:
        return False
    first = min(places)
    should = expected[1] if expected[0] == first else NO_VECTOR
    does = raised[1] if raised[0] == first else NO_VECTOR
    return (
        should in departure.predicted
        and does in departure.actual
        and any(_is_of(departure, one) for one in _at(first, acts))
    )


def _fields(outcome: Outcome) -> Predicted:
    """Those that say which fault there was."""
    found: Predicted = {"exit_reason": outcome.exit_reason, "rip": outcome.rip}
    if outcome.vector != NO_VECTOR:
        return found | {"vector": outcome.vector, "pushed_rip": outcome.pushed_rip}
    return found | {"interruption": outcome.interruption}


def _fault(fields: Predicted) -> tuple[int | None, int]:
    """Where an instruction has faulted, and the vector."""
    vector = fields.get("vector", NO_VECTOR)
    if vector != NO_VECTOR:
        return fields["pushed_rip"], vector
    reason = fields.get("exit_reason", 0)
    if reason in SVM_EXCEPTIONS:
        return fields["rip"], reason - SVM_EXCEPTIONS.start
    if reason == 0 and fields.get("interruption", 0):
        return fields["rip"], fields["interruption"] & LOW_BYTE
    return None, NO_VECTOR


def _at(place: int, acts: Sequence[object]) -> Iterator[Issued]:
    """The instruction at some place of the code that ran last."""
    code = next((act.code for act in reversed(acts) if isinstance(act, L1 | L2)), ())
    at = 0
    for one in code:
        if at + one.form.start == place:
            yield one
        at += len(one.code)


def _is_of(departure: Departure, one: Issued) -> bool:
    return one.form.instruction.value in departure.of
