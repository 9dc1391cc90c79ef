"""An execution as a value change dump, for GTKWave and other viewers of waves.

IEEE Std 1364-2005, section 18: Value change dump (VCD) files. Text is GTKWave's extension.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from string import printable

from verifier.evidence.traces import Trace
from verifier.language.plain_values import Value
from verifier.viewer.markup import inert, shown
from verifier.viewer.nested_state import Nested, nested
from verifier.viewer.trace_index import Reading

SIGNS = "".join(sign for sign in printable if sign.isprintable() and sign != " ")
"""What identifiers of variables are made of."""
STEP, FAILS = "step of the execution", "failure of the claim"
"""Keys of what is no field."""
ESCAPES = {" ": "\\x20", "\\": "\\\\"}


def vcd(trace: Trace) -> str:
    """Bits as wires and members of enums as text, at the time of each step; 0 is the start.

    Records are scopes, and so are rows of families. Beside the state, `step` has the name of each
    step, and `fails` is set where the claim fails.
    """
    return "".join(f"{one}\n" for one in _lines(Reading(trace)))


def _lines(reading: Reading) -> Iterator[str]:
    numbers = count()
    signs = {field: _sign(next(numbers)) for field in (STEP, FAILS, *reading.fields)}
    top = inert(re.sub(r"\W", "_", reading.trace.system))
    yield f"$comment {inert(reading.trace.system)}, one step a nanosecond $end"
    yield "$timescale 1 ns $end"
    yield "$scope module execution $end"
    yield f"$var string 1 {signs[STEP]} step $end"
    yield f"$var wire 1 {signs[FAILS]} fails $end"
    yield "$upscope $end"
    yield f"$scope module {top} $end"
    yield from _scope(reading, nested({field: field for field in reading.fields}), signs)
    yield "$upscope $end"
    yield "$enddefinitions $end"
    for number in range(reading.steps + 1):
        yield f"#{number}"
        yield from ["$dumpvars"] * (not number)
        yield _change(_step(reading, number), signs[STEP])
        yield _change(bool(reading.trace.conjunct) and number == reading.steps, signs[FAILS])
        for field in reading.fields:
            now = reading.value(field, number)
            if not number or now != reading.value(field, number - 1):
                yield _change(now, signs[field])
        yield from ["$end"] * (not number)
    yield f"#{reading.steps + 1}"


def _scope(reading: Reading, part: Nested, signs: dict[str, str]) -> Iterator[str]:
    """The variables of a record, and those of the records in it."""
    for name, inside in part.items():
        plain = name.strip("[]")
        if isinstance(inside, dict):
            yield f"$scope module {plain} $end"
            yield from _scope(reading, inside, signs)
            yield "$upscope $end"
        else:
            field = str(inside)
            kind = "wire" if isinstance(reading.value(field, 0), bool) else "string"
            yield f"$var {kind} 1 {signs[field]} {plain} $end"


def _step(reading: Reading, number: int) -> str:
    """The step that led to a state, with its choices and who takes it."""
    if not number:
        return "start"
    stride = reading.trace.steps[number - 1]
    choices = (f"{name}={shown(value)}" for name, value in stride.choices.items())
    return inert(" ".join([reading.actor(number), stride.step, *choices]).strip())


def _change(value: Value, sign: str) -> str:
    if isinstance(value, bool):
        return f"{value:d}{sign}"
    text = "".join(ESCAPES.get(letter, letter) for letter in inert(value))
    return f"s{text} {sign}"


def _sign(number: int) -> str:
    """The identifier of a variable, short ones first."""
    sign = SIGNS[number % len(SIGNS)]
    return sign if number < len(SIGNS) else _sign(number // len(SIGNS) - 1) + sign
