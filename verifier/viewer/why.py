"""The causes of a violation in words, and how it could have gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.evidence.traces import CHOICE, Otherwise, Value
from verifier.viewer.call_tree import place
from verifier.viewer.causes import Link, Sources, chain
from verifier.viewer.lines import EMPTY, Line, Span, inert, line, plural, shown, width, words
from verifier.viewer.reading import Reading

SHOWN_DIFFERENCES = 12
COLUMNS = 110
"""Where lists of causes go on in the next line."""


def violation_lines(reading: Reading) -> Iterator[Line]:
    """What fails, and what it looks at; decisive fields are marked."""
    trace = reading.trace
    yield line(f"{words(trace.conjunct)}:")
    columns = max(map(len, trace.seen), default=0)
    for field, value in trace.seen.items():
        mark: Span = ("  <- alone decides it", "mark") if field in trace.decisive else ("", "")
        yield line(f"    {inert(field):<{columns}}  ", (shown(value), "new"), mark)


def why_lines(reading: Reading, fields: Sequence[str], number: int) -> Iterator[Line]:
    """The chain of assignments and choices behind some fields' values after a step."""
    for _, text in why_rows(reading, chain(reading, fields, number)):
        yield text


def why_rows(
    reading: Reading, links: Sequence[Link], columns: int = COLUMNS
) -> Iterator[tuple[int, Line]]:
    """A chain, each line with the step that it is about."""
    last = None
    for link in links:
        if link.number != last:
            stride = reading.trace.steps[link.number - 1]
            title = line((f"step {link.number}", "source"), "  ", (inert(stride.step), "step"))
            yield link.number, title
            last = link.number
        for text in _link_lines(reading, link, columns):
            yield link.number, text
    for text in _start_lines(reading, links):
        yield 0, text


def _link_lines(reading: Reading, link: Link, columns: int) -> Iterator[Line]:
    parts: list[str | Span] = ["    "]
    for place_in, field in enumerate(link.fields):
        change = reading.changed(field, link.number)
        value = link.values[place_in]
        parts += [", " if place_in else "", inert(field), " "]
        if change is not None:
            parts += [(f"{shown(change[0])}", "old"), " -> ", (shown(value), "new")]
        else:
            parts += [("is ", "source"), (shown(value), "new")]
    if link.write is not None:
        where = place(link.write.function, link.write.change.line)
        parts.append((f"   {inert(link.write.function.function)}, {where}", "source"))
    yield line(*parts)
    if link.sources is None:
        yield line(("        is being traced ...", "source"))
    elif link.sources:
        pieces = _causes(reading, link.number, link.sources)
        yield from wrapped(line(("        hangs on ", "source")), pieces, 18, columns)


def wrapped(
    first: Line, pieces: Sequence[Line], indent: int, columns: int = COLUMNS
) -> Iterator[Line]:
    """Pieces after a beginning, on as many lines as they need."""
    now = first
    for piece in pieces:
        if width(now) > indent and width(now) + width(piece) >= columns:
            yield now
            now = line(" " * indent)
        now = (*now, *(((" ", ""),) if width(now) > indent else ()), *piece)
    yield now


def _causes(reading: Reading, number: int, sources: Sources) -> list[Line]:
    pieces = []
    choices = reading.trace.steps[number - 1].choices
    for cause, at in sources:
        comma = "," if cause != sources[-1][0] else ""
        if cause.startswith(CHOICE):
            name = cause.removeprefix(CHOICE)
            chosen: Span = (f"{inert(name)}={shown(choices.get(name, False))}", "choice")
            pieces.append(line(chosen, (f" (chosen){comma}", "source")))
            continue
        value = reading.value(cause, number - 1)
        when = f"step {at}" if at else "from the start"
        pieces.append(line(f"{inert(cause)}={shown(value)}", (f" ({when}){comma}", "source")))
    return pieces


def _start_lines(reading: Reading, links: Sequence[Link]) -> Iterator[Line]:
    """The causes that were so from the start."""
    first = {
        cause: reading.value(cause, 0)
        for link in links
        for cause, at in link.sources or ()
        if at == 0
    }
    if first:
        text = ", ".join(f"{inert(name)}={shown(value)}" for name, value in sorted(first.items()))
        yield line(("at the start", "source"), f"  {text}")


def otherwise_lines(reading: Reading) -> Iterator[Line]:
    """The nearest execution without the violation, as a difference."""
    other = reading.trace.otherwise
    if other is None:
        yield line("no execution that differs in one choice, or by one step, avoids it")
        return
    yield from _change_lines(reading, other)
    if other.turn is not None:
        went = ("no", "yes") if other.turn.taken else ("yes", "no")
        test = inert(other.turn.test)
        yield line(
            f"    then in {inert(other.turn_in)}()  if {test}: ",
            (went[0], "new"),
            ("  and not ", "source"),
            (went[1], "old"),
        )
    if other.stops:
        name = inert(reading.trace.steps[other.stops - 1].step)
        yield line(f"    and step {other.stops}, {name}, would not happen")
    if other.differs:
        yield from _difference_lines(reading, other)
    if other.also:
        pieces = []
        for number, name, value in other.also:
            comma = "," * ((number, name, value) != other.also[-1])
            choice: Span = (f"{inert(name)}={shown(value)}", "choice")
            pieces.append(line(choice, (f" (step {number}){comma}", "source")))
        yield EMPTY
        yield from wrapped(line("    also avoided by"), pieces, 8)


def _change_lines(reading: Reading, other: Otherwise) -> Iterator[Line]:
    stride = reading.trace.steps[other.number - 1]
    step = (inert(stride.step), "step")
    if other.choice:
        yield line(
            f"if at step {other.number}, ",
            (step[0], "step"),
            f", {inert(other.choice)} were ",
            (shown(other.instead), "new"),
            " and not ",
            (shown(other.was), "old"),
            ", nothing would be violated",
        )
    else:
        yield line(f"without step {other.number}, ", (step[0], "step"), ", nothing is violated")


def _difference_lines(reading: Reading, other: Otherwise) -> Iterator[Line]:
    final = other.differs[-1]
    important = [field for field in final if field in reading.matter]
    names = important or list(final)
    yield EMPTY
    after = f"after step {other.number + len(other.differs) - 1}"
    yield line((f"    {after:<44}   here  there", "source"))
    for field in names[:SHOWN_DIFFERENCES]:
        here, there = final[field]
        yield line(f"    {inert(field):<44}  ", *_pair(here, there))
    rest = len(final) - len(names[:SHOWN_DIFFERENCES])
    if rest:
        yield line((f"    and {plural(rest, 'other field')}", "source"))


def _pair(here: Value, there: Value) -> list[Span]:
    return [(f"{shown(here):>5}", "old"), ("  ", ""), (f"{shown(there):<5}", "new")]
