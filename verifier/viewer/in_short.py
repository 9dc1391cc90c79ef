"""The grounds of a violation: which code decided, on what, and the actual values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from verifier.evidence.explanation import Turned
from verifier.evidence.pictures import Roles
from verifier.evidence.traces import CHOICE
from verifier.viewer.contract import differences, pairs
from verifier.viewer.decided import decided, faulty_step, labelled
from verifier.viewer.divergence import culprit
from verifier.viewer.headline import is_of_hardware, repeated
from verifier.viewer.markup import (
    COLUMNS,
    Line,
    Row,
    Span,
    inert,
    line,
    noted,
    shown,
    word_by_word,
    wrapped,
)
from verifier.viewer.timeline import described
from verifier.viewer.trace_index import Reading
from verifier.viewer.what_if import choice_pieces, chooser, decision_pieces

ASSUMED, ACTUAL = "assumed", "actual"
MEANS = {ASSUMED: "what the decision relies on", ACTUAL: "what it should rely on"}
MOST = 8
"""Fields named in a line before the rest is counted."""


def grounds(reading: Reading, columns: int = COLUMNS) -> Iterator[Row]:
    """Why it happened: which code decided, on what, the actual values, and what would avoid it."""
    trace = reading.trace
    again = repeated(reading)
    if again is not None:
        earlier, number = again
        text = f"  step {number} is step {earlier} again: "
        now = described(trace.steps[number - 1])
        label = f"  {inert(trace.steps[number - 1].act.label)}"
        yield Row((*line(text), *now, (label, "level")), step=number)
    if not reading.is_explained:
        return
    if not is_of_hardware(reading, faulty_step(reading)):
        yield from decided(reading, columns)
    sides = assumed_and_actual(reading)
    for label, causes, before in sides:
        yield from _causes(reading, label, causes, before, columns)
    labels = [label for label, causes, _ in sides if causes]
    if not labels:
        known = list(filter(reading.has, trace.failure.seen))
        yield from _causes(reading, "seen", known, reading.end + 1, columns)
    yield from _expected_otherwise(reading, sides[1], columns)
    yield from _set_by(reading, sides[1], columns)
    turn = culprit(reading)
    if turn is not None:
        yield from labelled("would not fail if", decision_pieces(turn), columns, turn.number)
    yield from _chosen_otherwise(reading, turn, columns)
    doomed = trace.explanation.doomed
    if 0 < doomed < reading.steps:
        settled = line(f"from step {doomed} on")
        yield from labelled("unavoidable", [settled], columns, doomed)
    if trace.explanation.also_in:
        *first, last = map(inert, trace.explanation.also_in)
        names = [*(f"{name}," for name in first), last]
        pieces = [*map(line, names), line(("by the same steps", "source"))]
        yield from labelled("also in", pieces, columns)
    if trace.explanation.finding:
        yield from labelled("more in", [line(inert(trace.explanation.finding))], columns)
    if labels:
        legend = line(("; ".join(f"{label}: {MEANS[label]}" for label in labels), "source"))
        yield from map(Row, wrapped(line("  "), word_by_word(legend), 2, columns))


Side = tuple[str, list[str], int]
"""What it is called, the fields, and the step before which they had the values that count."""


def assumed_and_actual(reading: Reading) -> tuple[Side, Side]:
    """What the code at fault relies on, and what it should rely on.

    For an outcome that differs these are what only the actual one and only the expected one
    depend on; else what the kernel's own fields say, and what the processor exited for.
    """
    because = reading.because(reading.steps)
    for one in differences(reading, reading.steps):
        actual, expected = because.get(one.actual), because.get(one.expected)
        if actual and expected:
            last = reading.steps
            twins = _disputed(reading, actual, expected, last - 1)
            same = {pair.expected: pair.actual for pair in pairs(reading)}
            ours = _only(actual, expected, same)
            theirs = _only(expected, actual, same)
            return (
                (ASSUMED, [*twins, *_worth_showing(reading, ours)], last),
                (ACTUAL, [*twins.values(), *_worth_showing(reading, theirs)], last),
            )
    before, roles = faulty_step(reading), reading.picture.roles or Roles()
    because = reading.because(before)
    fields = reading.trace.explanation.decisive if before == reading.steps else because
    causes = dict.fromkeys(cause for field in fields for cause in because.get(field, ()))
    own = [cause for cause in causes if cause not in roles.hardware]
    hardware_bits, seen = _exit_causes(reading, list(causes), roles, before)
    return (ASSUMED, _worth_showing(reading, own), before), (ACTUAL, hardware_bits, seen)


def _disputed(
    reading: Reading, actual: Sequence[str], expected: Sequence[str], number: int
) -> dict[str, str]:
    """Fields and those that have what they should have, where the two are not the same."""
    twins = {pair.actual: pair.expected for pair in pairs(reading)}
    return {
        field: twins[field]
        for field in actual
        if twins.get(field) in expected
        if reading.value(field, number) != reading.value(twins[field], number)
    }


def _only(causes: Sequence[str], others: Sequence[str], same: Mapping[str, str]) -> list[str]:
    """The causes that the other one does not depend on, too, by the name that it has there."""
    known = {same.get(other, other) for other in others}
    return [cause for cause in causes if same.get(cause, cause) not in known]


def _worth_showing(reading: Reading, causes: Sequence[str]) -> list[str]:
    """What code relies on, without what the timeline shows, bookkeeping, and choices."""
    picture = reading.picture
    by_code = {table.name for table in picture.tables if table.by_code}
    unsaid = picture.roles.unsaid if picture.roles is not None else frozenset()
    return [
        cause for cause in causes if picture.table_of.get(cause) in by_code and cause not in unsaid
    ]


def _exit_causes(
    reading: Reading, causes: Sequence[str], roles: Roles, before: int
) -> tuple[list[str], int]:
    """The bits of the hardware, set if there are any, for which the host took over; and when."""
    reason = next((cause for cause in causes if cause in roles.left_for), None)
    if reason is None:
        return [], before
    for number in range(before, 0, -1):
        found = reading.because(number).get(reason, ())
        inside = [cause for cause in found if cause in roles.hardware]
        bits = [c for c in inside if isinstance(reading.value(c, number - 1), bool)]
        if bits:
            return [c for c in bits if reading.value(c, number - 1)] or bits, number
    return [], before


def _expected_otherwise(reading: Reading, hardware_bits: Side, columns: int) -> Iterator[Row]:
    """The same bits of the expected register, where the hardware has others."""
    _, fields, before = hardware_bits
    twins = reading.picture.promise.twins if reading.picture.promise is not None else {}
    found = [
        twins[field]
        for field in fields
        if field in twins
        if reading.value(twins[field], before - 1) != reading.value(field, before - 1)
    ]
    yield from _causes(reading, "expected", found, before, columns)


def _causes(
    reading: Reading, label: str, causes: Sequence[str], before: int, columns: int
) -> Iterator[Row]:
    if not causes:
        return
    items: list[tuple[Span, str]] = []
    last, more = 0, len(causes) - MOST
    for cause in causes[:MOST]:
        at = reading.origin(cause, before - 1)
        last = max(last, at)
        value = shown(reading.value(cause, before - 1))
        blank = cause in reading.events and not at
        when = f"step {at}" if at else "blank" if blank else "from the start"
        items.append(((f"{inert(cause)}={value}", "mark"), when))
    pieces = noted(items, more > 0)
    if more > 0:
        pieces.append(line((f"and {more} more", "source")))
    yield from labelled(label, pieces, columns, last or None)


def _chosen_otherwise(reading: Reading, turn: Turned | None, columns: int) -> Iterator[Row]:
    """The choice that leads to another decision, if one does."""
    other = reading.trace.explanation.otherwise
    if other is not None and other.turn is not None:
        label = "or with" if turn is not None else "passes with"
        pieces = choice_pieces(other, chooser(reading, other.number), turn)
        yield from labelled(label, pieces, columns, other.number)


def _set_by(reading: Reading, hardware_bits: Side, columns: int) -> Iterator[Row]:
    """Who set a bit, followed back through those who merely copied it."""
    _, fields, before = hardware_bits
    for field in fields:
        if reading.value(field, before - 1) is not True or not _is_copied(reading, field):
            continue
        number, last = reading.origin(field, before - 1), field
        while number and (source := _copied(reading, last, number)) is not None:
            last, number = source, reading.origin(source, number - 1)
        if number:
            yield from labelled("set by", _maker(reading, last, number), columns, number)
        return


def _is_copied(reading: Reading, field: str) -> bool:
    return reading.picture.roles is not None and field in reading.picture.roles.copies


def _copied(reading: Reading, field: str, number: int) -> str | None:
    """The field of the same name from which a step copied it."""
    name = field.rpartition(".")[2]
    causes = reading.because(number).get(field, ())
    same = (each for each in causes if _is_copied(reading, each) and each.endswith(f".{name}"))
    return next(same, None)


def _maker(reading: Reading, field: str, number: int) -> list[Line]:
    stride, write = reading.trace.steps[number - 1], reading.write(field, number)
    causes = stride.because.get(field, ())
    chosen = [each.removeprefix(CHOICE) for each in causes if each.startswith(CHOICE)]
    if chosen:
        who = reading.actor(number) or inert(stride.step)
        chosen_text = ", ".join(f"{inert(name)}={shown(stride.choices[name])}" for name in chosen)
        return [line(who), line(f"in step {number}:"), line((chosen_text, "choice"))]
    name = inert(write.function.function) if write is not None else inert(stride.step)
    pieces = [line((f"{name}()", "step")), line(f"in step {number}{',' * bool(causes)}")]
    for place, cause in enumerate(causes):
        value = f"{inert(cause)}={shown(reading.value(cause, number - 1))}"
        comma = "," * (cause != causes[-1])
        pieces.append(line("" if place else "as ", (f"{value}{comma}", "mark")))
    return pieces
