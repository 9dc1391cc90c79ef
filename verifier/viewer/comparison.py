"""Beliefs and the contract as tables."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.viewer.beliefs import Belief, Beliefs, ownership
from verifier.viewer.claims import failing_claim
from verifier.viewer.contract import Compared, differences, first_difference, pairs
from verifier.viewer.headline import OUTCOMES, Owed, guest, owed
from verifier.viewer.levels import Levels
from verifier.viewer.markup import COLUMNS, Line, Span, inert, line, shown, wrapped
from verifier.viewer.trace_index import Reading

BROKEN = "contract.broken"
"""Whether the two CPUs can be compared no more, as an outcome differed."""
OWED = "outcome"
"""What is compared where there is none yet."""


def ownership_lines(reading: Reading, number: int, columns: int = COLUMNS) -> Iterator[Line]:
    """Whose data is in the registers, and the flags that speak about it."""
    found = ownership(reading, number)
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
    value: Span = (shown(reading.value(field, number)), "new")
    change = reading.changed(field, number)
    return [value] if change is None else [(shown(change[0]), "old"), (" -> ", ""), value]


def belief_lines(beliefs: Beliefs, number: int) -> Iterator[Line]:
    """A table per bit of CR0: what is, what each guest reads, what it was promised."""
    for bit in beliefs.bits:
        rows = [row for row in beliefs.rows(number) if row.bit == bit]
        yield line((f"  {bit.upper():<25}real mask shadow reads promised #NM", "source"))
        for row in rows:
            yield _belief_line(row)


def _belief_line(row: Belief) -> Line:
    here = "▸" if row.runs else " "
    traps = {True: "exits", False: "stays", None: "-"}[row.traps]
    reads: Span = (f"{_bit(row.reads):^5}", "wrong" if row.disagrees or row.is_misled else "new")
    parts: list[str | Span] = [
        (f" {here}{row.level} ", "level"),
        f"{row.about:<21} {_bit(row.real):^4} {_bit(row.mask):^4} {_bit(row.shadow):^6} ",
        reads,
        f" {_bit(row.promised):^8} {traps}",
    ]
    if row.disagrees:
        parts.append((f" ≠ promised {_bit(row.promised)}", "wrong"))
    elif row.is_misled:
        parts.append((f" ≠ is {_bit(row.real)}", "choice"))
    return line(*parts)


def _bit(value: bool | None) -> str:
    return {True: "1", False: "0", None: "-"}[value]


def contract_lines(
    reading: Reading, levels: Levels, number: int, everything: bool = False
) -> Iterator[Line]:
    """Delivered and promised side by side; equal ones only where everything is asked for."""
    compared = pairs(reading)
    if not compared:
        yield line(("this system has no contract", "source"))
        return
    first = first_difference(reading)
    if first is not None:
        yield line(
            ("the first observable difference: ", ""),
            (f"step {first[0]}, ", "wrong"),
            (inert(first[1].what), "wrong"),
        )
    if first is not None and first[0] < number and _is_broken(reading, number):
        yield line("then each CPU has gone its own way; at that step:")
        number = first[0]
    unequal = {one: (a, b) for one, a, b in differences(reading, number)}
    shown_rows = [one for one in compared if everything or one in unequal]
    width = max((len(one.what) for one in shown_rows), default=0)
    if shown_rows:
        yield line((f"  {'':<{width}}    delivered     promised", "source"))
    for one in shown_rows:
        yield _compared_line(reading, one, number, width, one in unequal)
    waiting = owed(reading, levels)
    if waiting is not None and waiting.since <= number:
        yield from _owed_lines(waiting, guest(levels, waiting.since), number)
    elif not unequal and reading.trace.conjunct and number == reading.steps:
        yield line("  nothing that the guest has seen differs; what fails is something else:")
        yield line(("  ", ""), failing_claim(reading.trace))
    elif not unequal:
        yield line(("  what the guest has seen is what it was promised", "good"))


def _is_broken(reading: Reading, number: int) -> bool:
    return reading.has(BROKEN) and reading.value(BROKEN, number) is True


def _owed_lines(waiting: Owed, who: str, number: int) -> Iterator[Line]:
    """What was promised and has not come, which no observation contradicts."""
    yield line((f"  {'':<{len(OWED)}}    delivered     promised", "source"))
    promised = f"  {waiting.outcome:>11}"
    yield line(f"  {OWED}  ", (f"{'nothing':>11}", "wrong"), promised, ("  ≠", "wrong"))
    should = OUTCOMES.get(waiting.outcome, (waiting.outcome,))[0]
    since = f"owed since step {waiting.since}" if number > waiting.since else "owed from here on"
    yield line(f"  {who}'s {waiting.instruction} should ", (should, "good"), f"; {since}")


def _compared_line(reading: Reading, one: Compared, number: int, width: int, differs: bool) -> Line:
    delivered = shown(reading.value(one.delivered, number))
    promised = shown(reading.value(one.promised, number))
    mark: Span = ("  ≠", "wrong") if differs else ("", "")
    role = "wrong" if differs else ""
    return line(
        f"  {inert(one.what):<{width}}  ",
        (f"{delivered:>11}", role),  # type: ignore[arg-type]
        f"  {promised:>11}",
        mark,
    )
