"""Beliefs and the contract as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from verifier.evidence.pictures import Columns, ReadField
from verifier.language.presentation import Belief
from verifier.viewer.claims import failing_claim
from verifier.viewer.contract import differences, first_difference, is_broken, pairs
from verifier.viewer.headline import Owed, owed
from verifier.viewer.in_short import assumed_and_actual
from verifier.viewer.markup import COLUMNS, Line, Role, Span, from_to, inert, line, shown, wrapped
from verifier.viewer.trace_index import Reading

LABEL = 24
"""Columns at least of whose belief it is, and about what."""
OWED = "outcome"
"""What is compared where there is none yet."""


Cell = bool | str | None


@dataclass(frozen=True)
class Assumption:
    """A row of the table of a bit, and its cells that are compared; None for an absent cell."""

    row: Belief
    actual: Cell
    assumed: Cell
    expected: Cell

    @property
    def is_misled(self) -> bool:
        """Whether what is read is not the actual value, as lazy switching intends."""
        return None not in (self.assumed, self.actual) and self.assumed != self.actual

    @property
    def disagrees(self) -> bool:
        """Whether what is read now is not the expected value."""
        return self.expected is not None and self.assumed != self.expected


@lru_cache(maxsize=4)
def relevant_bits(reading: Reading) -> tuple[str, ...]:
    """The bits at issue: those that the code at fault or the hardware relies on.

    Where it relies on none, those that the violation depends on, or that ever change.
    """
    columns = reading.picture.columns
    if columns is None:
        return ()
    read = [field for _, fields, _ in assumed_and_actual(reading) for field in fields]
    for fields in (read, reading.matter if reading.is_explained else reading.changing):
        names = {field.rpartition(".")[2] for field in fields}
        found = tuple(bit for bit, name in columns.bits.items() if name in names)
        if found:
            return found
    return ()


def assumptions(reading: Reading, number: int, bit: str) -> list[Assumption]:
    """What everybody who ever runs assumes of a bit after a step."""
    trace, columns = reading.trace, reading.picture.columns
    if columns is None:
        return []
    beliefs = trace.steps[number - 1].beliefs if number else trace.beliefs
    idle = {lane.name for lane in reading.picture.lanes} - set(reading.lanes)
    rows = (row for row in beliefs.get(bit, ()) if row.who not in idle)
    return [Assumption(row, *_compared(columns, row)) for row in rows]


def _compared(columns: Columns, row: Belief) -> tuple[Cell, Cell, Cell]:
    cells = dict(zip(columns.titles, row.cells, strict=False))
    return cells.get(columns.actual), cells.get(columns.assumed), cells.get(columns.expected)


def ownership_lines(reading: Reading, number: int, columns: int = COLUMNS) -> Iterator[Line]:
    """Whose data is in the registers, and the flags that speak about it."""
    fields = filter(reading.has, reading.picture.flags)
    found = [(field, reading.value(field, number)) for field in fields]
    for field, value in found:
        if not isinstance(value, bool):
            yield line(f"  {inert(field)} ", *_now(reading, field, number))
    for state, title in ((True, "set"), (False, "clear")):
        pieces = [
            line((f"{'*' if reading.changed(field, number) else ''}{inert(field)}", ""))
            for field, value in found
            if value is state
        ]
        if pieces:
            yield from wrapped(line((f"  {title:<6}", "source")), pieces, 8, columns)


def _now(reading: Reading, field: str, number: int) -> list[Span]:
    """A field's value, with the old one where the step changed it."""
    change = reading.changed(field, number)
    return [(shown(reading.value(field, number)), "new")] if change is None else [*from_to(*change)]


def belief_lines(reading: Reading, number: int) -> Iterator[Line]:
    """A table a bit: its actual value, what each assumes of it, and the expected value."""
    columns = reading.picture.columns
    if columns is not None:
        for bit in relevant_bits(reading):
            yield from _table(columns, bit, assumptions(reading, number, bit))


def _table(columns: Columns, bit: str, rows: Sequence[Assumption]) -> Iterator[Line]:
    names = [len(inert(f"{one.row.who} {one.row.about}")) for one in rows]
    label = max(LABEL, *names, 0)
    cells = [[*map(_cell, one.row.cells)] for one in rows]
    widths = [
        max(len(inert(title)), *(len(row[place]) for row in cells if place < len(row)), 0)
        for place, title in enumerate(columns.titles)
    ]
    padded = (f"{inert(t):<{w}}" for t, w in zip(columns.titles, widths, strict=True))
    yield line((f"  {inert(bit):<{label + 1}}{' '.join(padded).rstrip()}", "source"))
    for one, texts in zip(rows, cells, strict=True):
        yield _belief_line(columns, one, label, [*zip(texts, widths, strict=False)])


def _belief_line(
    columns: Columns, one: Assumption, label: int, cells: Sequence[tuple[str, int]]
) -> Line:
    who, about = inert(one.row.who), inert(one.row.about)
    parts: list[str | Span] = [
        (f" {'▸' if one.row.runs else ' '}{who} ", "level"),
        f"{about:<{label - len(who) - 1}}",
    ]
    for title, (text, width) in zip(columns.titles, cells, strict=False):
        last = title == columns.titles[-1]
        marked: Role = "wrong" if one.disagrees or one.is_misled else "new"
        padded = text if last else f"{text:^{width}}"
        parts += [" ", (padded, marked if title == columns.assumed else "")]
    if one.disagrees:
        parts.append((f" ≠ {inert(columns.expected)} {_cell(one.expected)}", "wrong"))
    elif one.is_misled:
        parts.append((f" ≠ is {_cell(one.actual)}", "choice"))
    return line(*parts)


def _cell(value: Cell) -> str:
    return "-" if value is None else shown(value)


def contract_lines(reading: Reading, number: int, everything: bool = False) -> Iterator[Line]:
    """Actual and expected side by side; equal ones only with `everything`."""
    compared, promise = pairs(reading), reading.picture.promise
    if promise is None or not compared:
        yield line(("this system has no contract", "source"))
        return
    who = inert(promise.to)
    first = first_difference(reading)
    if first is not None:
        yield line(
            ("the first observable difference: ", ""),
            (f"step {first[0]}, ", "wrong"),
            (inert(first[1].name), "wrong"),
        )
    if first is not None and first[0] < number and is_broken(reading, number):
        yield line("from there the two sides diverge; at that step:")
        number = first[0]
    unequal = differences(reading, number)
    shown_rows = [one for one in compared if everything or one in unequal]
    width = max((len(one.name) for one in shown_rows), default=0)
    if shown_rows:
        yield line((f"  {'':<{width}}       actual     expected", "source"))
    for one in shown_rows:
        yield _compared_line(reading, one, number, width, one in unequal)
    waiting = owed(reading)
    if waiting is not None and waiting.since <= number:
        yield from _owed_lines(waiting, number)
    elif not unequal and reading.trace.conjunct and number == reading.steps:
        yield line(f"  no observation of {who} differs; something else fails:")
        yield line(("  ", ""), failing_claim(reading.trace))
    elif not unequal:
        yield line((f"  every observation of {who} is as expected", "good"))


def _owed_lines(waiting: Owed, number: int) -> Iterator[Line]:
    """An expected outcome that has not come, which no observation contradicts."""
    seen = waiting.seen
    yield line((f"  {'':<{len(OWED)}}       actual     expected", "source"))
    expected = f"  {inert(seen.expected):>11}"
    yield line(f"  {OWED}  ", (f"{'nothing':>11}", "wrong"), expected, ("  ≠", "wrong"))
    since = f"due since step {waiting.since}" if number > waiting.since else "due from here on"
    whose = f"  {inert(seen.who)}'s {inert(seen.what)} should "
    yield line(whose, (inert(seen.should), "good"), f"; {since}")


def _compared_line(
    reading: Reading, one: ReadField, number: int, width: int, differs: bool
) -> Line:
    actual = shown(reading.value(one.actual, number))
    expected = shown(reading.value(one.expected, number))
    mark: Span = ("  ≠", "wrong") if differs else ("", "")
    role = "wrong" if differs else ""
    return line(
        f"  {inert(one.name):<{width}}  ",
        (f"{actual:>11}", role),  # type: ignore[arg-type]
        f"  {expected:>11}",
        mark,
    )
