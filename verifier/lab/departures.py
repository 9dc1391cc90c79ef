"""Known departures of emulators from the manuals, as data: departures.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import msgspec

from verifier.lab.answers import Predicted
from verifier.lab.forms import Issued
from verifier.lab.judge import Difference
from verifier.lab.layout import Field
from verifier.lab.outcomes import NO_VECTOR, Outcome, Reported
from verifier.lab.prediction import Prediction
from verifier.lab.programs import L1, L2, Program, Read, Write

LOW_BYTE = 0xFF


class Departure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one version of a machine does otherwise than the manual; departures.toml explains."""

    name: str
    emulators: tuple[str, ...]
    what: str
    manual: str
    counts: dict[str, int]
    """How many programs show it, by CPU model and list."""
    of: tuple[str, ...] = ()
    predicted: int = 0
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
        any(field == Field[name] and value & bits for field, value in written)
        for name, bits in departure.writes.items()
    )


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
        changed |= left ^ right
    return changed


def _is_fault(
    departure: Departure, predicted: Predicted, outcome: Outcome, acts: Sequence[object]
) -> bool:
    """Whether an instruction has raised another fault than the one that is predicted."""
    vector = int(predicted.get("interruption", 0) & LOW_BYTE or predicted.get("vector", 0))
    place = predicted.get("pushed_rip", predicted.get("rip"))
    raised = outcome.interruption & LOW_BYTE or outcome.vector
    if place != (outcome.rip if outcome.vector == NO_VECTOR else outcome.pushed_rip):
        raised = NO_VECTOR
    if vector != departure.predicted or raised not in departure.actual:
        return False
    code = next((act.code for act in reversed(acts) if isinstance(act, L1 | L2)), ())
    at = 0
    for one in code:
        if at + one.form.start == place:
            return _is_of(departure, one)
        at += len(one.code)
    return False


def _is_of(departure: Departure, one: Issued) -> bool:
    return one.form.instruction.value in departure.of
