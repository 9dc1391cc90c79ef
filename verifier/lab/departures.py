"""Known departures of emulators from the manuals, as data: departures.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import msgspec

from verifier.lab.judge import Difference
from verifier.lab.outcomes import Outcome, Reported
from verifier.lab.prediction import Prediction
from verifier.lab.programs import L1, L2, Program, Read, Write

LOW_BYTE = 0xFF


class Departure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An instruction that raises another fault than the manual says, on one version only."""

    name: str
    emulator: str
    forms: tuple[str, ...]
    predicted: int
    """The fault's vector by the manual."""
    actual: tuple[int, ...]
    """Those that the emulator raises instead."""
    what: str
    manual: str
    counts: dict[str, int]
    """How many programs show it, by CPU model and list."""


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
    """The known departure that explains a program's first difference."""
    first = differences[0].act
    runs = [each for each in reported if isinstance(each, Outcome)]
    acts = [act for act in program.acts if not isinstance(act, Write | Read)]
    predicted, actual = prediction.acts[first], runs[first]
    vector = int(predicted.get("interruption") or predicted.get("vector", 0)) & LOW_BYTE
    raised = (actual.interruption or actual.vector) & LOW_BYTE
    place = predicted.get("pushed_rip", predicted.get("rip"))
    form = _form_at(acts[: first + 1], place)
    for each in known_departures():
        if (each.emulator, each.predicted) == (emulator, vector):
            if form in each.forms and raised in each.actual:
                return each
    return None


def _form_at(acts: Sequence[object], place: object) -> str:
    """The form of the instruction at some place of the code that ran last."""
    code = next((act.code for act in reversed(acts) if isinstance(act, L1 | L2)), ())
    at = 0
    for one in code:
        if at + one.form.start == place:
            return one.form.name
        at += len(one.code)
    return ""
