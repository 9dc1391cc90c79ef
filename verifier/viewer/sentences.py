"""A violation in three sentences: who did what, which line relies on what, and who saw what."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.explanation import Stale
from verifier.language.plain_values import Value
from verifier.viewer.call_tree import place
from verifier.viewer.contract import pairs
from verifier.viewer.divergence import culprit, stale_field
from verifier.viewer.headline import what_happened
from verifier.viewer.markup import (
    COLUMNS,
    Line,
    Row,
    Span,
    inert,
    line,
    shown,
    word_by_word,
    wrapped,
)
from verifier.viewer.trace_index import Reading


def in_short(reading: Reading, columns: int = COLUMNS) -> Iterator[Row]:
    """The violation for somebody who knows the code, but not the bug; at most 60 words."""
    for number, sentence in enumerate(sentences(reading)):
        mark = line(("✗ ", "wrong")) if number == 0 else line("  ")
        for part in wrapped(mark, word_by_word(sentence), 2, columns):
            yield Row(part, step=reading.steps)


def sentences(reading: Reading) -> Iterator[Line]:
    """Those of the three that are known."""
    if reading.steps:
        yield _who_did_what(reading)
    which = _which_line(reading)
    if which:
        yield which
    yield line(*what_happened(reading), ".")


def _who_did_what(reading: Reading) -> Line:
    number = reading.steps
    stride, level = reading.trace.steps[number - 1], reading.who(number)
    does = inert(stride.act.does) or f"{level or 'the system'} takes the step {inert(stride.step)}"
    return line(f"In step {number} ", (does, "step"), ".")


def _which_line(reading: Reading) -> Line:
    """The function and line, and the field that it relies on, with its expected value."""
    turn, stale = culprit(reading), stale_field(reading)
    if turn is None:
        return _who_set_it(reading, stale)
    name: Span = (f"{inert(turn.function)}()", "step")
    where: Span = (f"{inert(turn.file)}:{turn.line}", "source")
    then = f" in step {turn.number}" if turn.number != reading.steps else ""
    if stale is not None:
        values = _values(stale.field, stale.was, stale.instead)
        return line(name, " (", where, f"){then} relies on ", *values, ".")
    noted = reading.events | {pair.expected for pair in pairs(reading)}
    for field, (actual, other) in sorted(turn.changes.items(), key=lambda each: each[0] in noted):
        return line(name, " (", where, f"){then} leaves ", *_values(field, actual, other), ".")
    ways = ("yes", "no") if turn.was else ("no", "yes")
    return line(name, " (", where, f"){then} decides {ways[0]}, not {ways[1]}.")


def _who_set_it(reading: Reading, stale: Stale | None) -> Line:
    """The function that gave a field its value, where no decision is named."""
    if stale is not None:
        field, number = stale.field, stale.since
        values = _values(field, stale.was, stale.instead)
    else:
        written = [f for f in _deciding_last(reading) if reading.write(f, reading.end) is not None]
        if not written:
            return ()
        field, number = written[0], reading.end
        values = [(f"{inert(field)}={shown(reading.value(field, number))}", "wrong")]
    write = reading.write(field, number)
    if write is None:
        return line(*values, ", from the start.")
    where = place(write.function, write.change.line)
    name: Span = (f"{inert(write.function.function)}()", "step")
    then = f" in step {number}" if number != reading.steps else ""
    return line(name, " (", (where, "source"), f"){then} sets ", *values, ".")


def _deciding_last(reading: Reading) -> list[str]:
    """What decides the claim or a part of it; what only a part looks at first."""
    trace = reading.trace
    own = [f for part in trace.failure.parts for f in part.decisive]
    return [*(f for f in own if f not in trace.explanation.decisive), *trace.deciding()]


def _values(field: str, was: Value, instead: Value) -> list[str | Span]:
    wrong: Span = (f"{inert(field)}={shown(was)}", "wrong")
    return [wrong, ", not ", (shown(instead), "good")]
