"""Where what happened and what was expected first part, and who wrote the value that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.evidence.explanation import Stale, Turned
from verifier.language.plain_values import Value
from verifier.viewer.call_tree import place
from verifier.viewer.contract import differences
from verifier.viewer.markup import COLUMNS, Line, Span, inert, line, shown, word_by_word, wrapped
from verifier.viewer.trace_index import Reading, Write


def culprit(reading: Reading) -> Turned | None:
    """The decision that is named first of those that explain the violation, code's if any does."""
    known = reading.trace.explanation
    turned = [turn for turn in known.turned if turn.explains or not known.stale]
    return next((turn for turn in turned if turn.kind == "code"), next(iter(turned), None))


def stale_field(reading: Reading) -> Stale | None:
    """The field that is named first: one that the culprit reads.

    Without a culprit it is best whose data is where, then one that was written.
    """
    turn, stale = culprit(reading), reading.trace.explanation.stale
    if turn is not None:
        return turn.stale
    return min(stale, key=lambda one: (not one.ghost, not one.since, one.stops > 0), default=None)


def divergence_lines(reading: Reading, columns: int = COLUMNS) -> Iterator[Line]:
    """The step, the field with both values, and the function that wrote it."""
    found = _promised(reading) or _decided(reading) or _stale(reading)
    if found:
        yield from wrapped(line(("first divergence: ", "title")), found, 4, columns)


def _promised(reading: Reading) -> Sequence[Line]:
    """The first field that is not as promised, of those on which the violation depends."""
    for number in range(1, reading.steps + 1):
        for one in differences(reading, number):
            if one.actual in reading.events or one.actual in reading.matter:
                actual, expected = (reading.value(f, number) for f in (one.actual, one.expected))
                write = reading.write(one.actual, reading.last_change(one.actual, number))
                turn = culprit(reading)
                pieces = _parted(number, one.actual, actual, expected, write)
                return [*pieces, *(_by(turn) if turn is not None and turn.number == number else [])]
    return ()


def _decided(reading: Reading) -> Sequence[Line]:
    """What the first named decision gives another value, and where it is."""
    turn = culprit(reading)
    if turn is None:
        return ()
    changes = {f: both for f, both in turn.changes.items() if f in reading.matter}
    for field, (actual, other) in changes.items():
        pieces = _parted(turn.number, field, actual, other, reading.write(field, turn.number))
        return [*pieces, *_by(turn)]
    return [line(f"step {turn.number},"), *_by(turn)]


def _by(turn: Turned) -> list[Line]:
    way = "yes" if turn.was else "no"
    decides = f"returns {shown(turn.was)}" if turn.returned else f"decides {way}"
    where = line((f"{inert(turn.file)}:{turn.line}", "source"))
    return [line("where"), line((f"{inert(turn.function)}()", "step"), f" {decides},"), where]


def _stale(reading: Reading) -> Sequence[Line]:
    """The first field with another value of which all would be well, and who wrote it."""
    one = stale_field(reading)
    if one is None:
        return ()
    return _parted(one.since, one.field, one.was, one.instead, reading.write(one.field, one.since))


def _parted(
    number: int, field: str, actual: Value, expected: Value, write: Write | None
) -> list[Line]:
    when = f"step {number}," if number else "at the start,"
    old: Span = (shown(actual), "wrong")
    pieces = [
        line(when),
        *word_by_word(line((inert(field), "mark"), " is ", old, ", expected ")),
        line((shown(expected), "good"), ","),
    ]
    if write is not None:
        function, where = inert(write.function.function), place(write.function, write.change.line)
        pieces += [line("set by"), line((f"{function}(),", "step")), line((f"{where},", "source"))]
    last = "".join(text for text, _ in pieces[-1])
    return [*pieces[:-1], line((last.removesuffix(","), pieces[-1][0][1]))]
