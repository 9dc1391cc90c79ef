"""The causes of a violation in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from verifier.evidence.explanation import Turned
from verifier.evidence.traces import ASSERTIONS, CHOICE, Trace
from verifier.language.plain_values import plural
from verifier.viewer.call_tree import place
from verifier.viewer.claims import STANDING, asserted_text, failing_claim
from verifier.viewer.folding import fold_line, hidden
from verifier.viewer.markup import (
    COLUMNS,
    Line,
    Row,
    Span,
    from_to,
    inert,
    line,
    noted,
    shown,
    word_by_word,
    wrapped,
)
from verifier.viewer.trace_index import Reading, Write

SEEN = 8
"""Fields that a claim looks at, beyond which only those are shown that decide it alone."""


MANY_LINKS = 60
"""Links of a chain beyond which those of equal steps are folded."""

Because = Callable[[int, str], tuple[str, ...] | None]
"""What a field's value after a step depends on: fields before the step, and its choices.

None where that is still to be found out.
"""


Sources = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Link:
    """One step's share: the fields it set that matter, and what they depend on.

    `sources` has for every cause the step that set it: 0 for the start, the step itself for a
    choice. It is None where the causes are still to be found out.
    """

    number: int
    fields: tuple[str, ...]
    sources: Sources | None
    write: Write | None


def chain(
    reading: Reading, fields: Sequence[str], number: int, because: Because | None = None
) -> list[Link]:
    """The causes of fields after a step, the last step first; fields with the same in one link.

    Unless given otherwise they are those that the trace itself carries.
    """
    waiting = {(reading.origin(field, number), field) for field in fields}
    done: set[tuple[int, str]] = set()
    found: dict[tuple[int, Sources | None], list[str]] = {}
    while waiting:
        step, field = max(waiting)
        waiting.discard((step, field))
        if (step, field) in done or step == 0:
            continue
        done.add((step, field))
        causes = because(step, field) if because else reading.because(step).get(field, ())
        sources = None if causes is None else _sources(reading, causes, step)
        found.setdefault((step, sources), []).append(field)
        waiting |= {(at, cause) for cause, at in sources or () if not cause.startswith(CHOICE)}
    links = [
        Link(step, tuple(names), sources, reading.write(names[0], step))
        for (step, sources), names in found.items()
    ]
    return sorted(links, key=lambda link: -link.number)


def _sources(reading: Reading, causes: Sequence[str], step: int) -> Sources:
    return tuple(
        (cause, step if cause.startswith(CHOICE) else reading.origin(cause, step - 1))
        for cause in causes
    )


def looked_at(trace: Trace) -> tuple[str, ...]:
    """The fields that the failing claim looks at, or of many those that each decide it alone."""
    seen = tuple(trace.failure.seen)
    if len(trace.failure.parts) == 1:
        seen = tuple(trace.failure.parts[0].seen)
    return seen if len(seen) <= SEEN or len(trace.failure.parts) > 1 else trace.deciding()


def others_line(trace: Trace) -> str:
    """How many of the fields that the claim looks at are not shown; empty where all are."""
    left = len(trace.failure.seen) - len(looked_at(trace))
    return f"and {plural(left, 'field')}, none of which decides it alone" * bool(left)


def violation_lines(reading: Reading) -> Iterator[Line]:
    """What fails, and what it looks at; decisive fields are marked."""
    trace = reading.trace
    yield line(f"{failing_claim(trace)}{f', {STANDING}' * trace.failure.standing}:")
    if text := asserted_text(trace):
        yield line((f"    {text}", "source"))
    shared = _shared(trace)
    columns = max(map(len, looked_at(trace)), default=0)
    for field in looked_at(trace) if shared is None else shared:
        yield _seen_line(reading, field, columns, trace.explanation.decisive)
    if shared is not None:
        for part in trace.failure.parts:
            quoted = word_by_word(line((f"`{inert(part.text)}`", "source")))
            yield from wrapped(line("  this part fails:"), quoted, 8)
            for field in part.seen:
                if field not in shared:
                    yield _seen_line(reading, field, columns, part.decisive, "this part")
    if others := others_line(trace):
        yield line((f"    {others}", "source"))
    if trace.property == ASSERTIONS and trace.steps:
        last = trace.steps[-1]
        for name in last.matters:
            chosen: Span = (f"{inert(name)}={shown(last.choices[name])}", "choice")
            yield line("    ", chosen, (f" (chosen in step {reading.steps})", "source"))
    yield from blocked_lines(trace)


def _shared(trace: Trace) -> list[str] | None:
    """What all parts of a claim look at that fail; None where it is not known."""
    parts = trace.failure.parts
    if len(parts) < 2:
        return None
    return [f for f in parts[0].seen if all(f in part.seen for part in parts)]


def _seen_line(
    reading: Reading, field: str, columns: int, decisive: Collection[str], what: str = "it"
) -> Line:
    """A field that a claim looks at, with its value."""
    failure = reading.trace.failure
    mark: Span = (f"  <- alone decides {what}", "mark") if field in decisive else ("", "")
    since: Span = ("  from the start, where it can be any", "source")
    free = field in failure.arbitrary and not reading.origin(field, reading.end)
    value: Span = (shown(failure.seen[field]), "new")
    return line(f"    {inert(field):<{columns}}  ", value, mark, *[since] * free)


def blocked_lines(trace: Trace) -> Iterator[Line]:
    """Of a deadlock, what keeps each step from being taken."""
    if not trace.failure.blocked:
        return
    when = f"after step {len(trace.steps)}" if trace.steps else "at the start"
    yield line(f"{when} no step is enabled:")
    columns = max(len(inert(each.step)) for each in trace.failure.blocked)
    for each in trace.failure.blocked:
        test = f"assumes `{inert(each.test)}`" if each.test else "is not enabled"
        reads = {**each.choices, **each.reads}
        values = ", ".join(f"{inert(name)}={shown(value)}" for name, value in reads.items())
        pieces = word_by_word(line(f"{test}{', but' * bool(values)}"))
        pieces += word_by_word(line((values, "mark")))
        pieces.append(line((f"  {inert(each.file)}:{each.line}", "source")))
        first = line("    ", (f"{inert(each.step):<{columns}}", "step"), " ")
        yield from wrapped(first, pieces, 8)


def why_rows(reading: Reading, links: Sequence[Link], columns: int = COLUMNS) -> Iterator[Row]:
    """The chain of assignments and choices behind some fields' values."""
    last: int | range | None = None
    folded = hidden(reading) if len(links) > MANY_LINKS else {}
    for link in links:
        if link.number in folded:
            if folded[link.number] != last:
                last = folded[link.number]
                yield Row(fold_line(reading, last), step=link.number)
            continue
        if link.number != last:
            stride = reading.trace.steps[link.number - 1]
            title = line((f"step {link.number}", "source"), "  ", (inert(stride.step), "step"))
            yield Row(title, step=link.number)
            last = link.number
        for text in _link_lines(reading, link, columns):
            yield Row(text, step=link.number)
        for text in _decision_lines(reading, link, columns):
            yield Row(text, step=link.number)
    for text in _start_lines(reading, links):
        yield Row(text, step=0)


def _link_lines(reading: Reading, link: Link, columns: int) -> Iterator[Line]:
    parts: list[str | Span] = ["    "]
    for place_in, field in enumerate(link.fields):
        change = reading.changed(field, link.number)
        value = reading.value(field, link.number)
        parts += [", " if place_in else "", inert(field), " "]
        if change is not None:
            parts += from_to(change[0], value)
        else:
            is_kept = link.write is None and field not in reading.events
            parts += [("stays " if is_kept else "is ", "source"), (shown(value), "new")]
    if link.write is not None:
        where = place(link.write.function, link.write.change.line)
        parts.append((f"   {inert(link.write.function.function)}, {where}", "source"))
    yield line(*parts)
    if link.sources is None:
        yield line(("        is being traced ...", "source"))
    elif link.sources:
        pieces = _causes(reading, link.number, link.sources)
        yield from wrapped(line(("        depends on ", "source")), pieces, 19, columns)


def _decision_lines(reading: Reading, link: Link, columns: int) -> Iterator[Line]:
    """The decisions that are named and would have given the fields other values."""
    for turn in reading.trace.explanation.turned:
        if turn.number == link.number and not set(turn.changes).isdisjoint(link.fields):
            yield from wrapped(line(("        as ", "source")), decided(turn), 11, columns)


def decided(turn: Turned) -> list[Line]:
    """Which way a decision went, on what, and where."""
    reads = ", ".join(f"{inert(field)}={shown(value)}" for field, value in turn.reads.items())
    name: Span = (f"{inert(turn.function)}()", "step")
    literal = turn.test in ("True", "False")
    test = [] if literal else word_by_word(line((f"`{inert(turn.test)}`", "source")))
    if turn.returned:
        pieces = [line(name), line("returns"), *test, line(f"{'=' * bool(test)} {shown(turn.was)}")]
    else:
        way = "yes" if turn.was else "no"
        pieces = [line(name), line("decides"), *test, line(("always " * literal) + way)]
    if reads:
        pieces += word_by_word(line("with ", (f"{reads},", "mark")))
    return [*pieces, line((f"{inert(turn.file)}:{turn.line}", "source"))]


def _causes(reading: Reading, number: int, sources: Sources) -> list[Line]:
    items: list[tuple[Span, str]] = []
    choices = reading.trace.steps[number - 1].choices
    for cause, at in sources:
        if cause.startswith(CHOICE):
            name = cause.removeprefix(CHOICE)
            value = choices.get(name, False)
            items.append(((f"{inert(name)}={shown(value)}", "choice"), "chosen"))
        else:
            value = reading.value(cause, number - 1)
            when = f"step {at}" if at else "from the start"
            items.append(((f"{inert(cause)}={shown(value)}", ""), when))
    return noted(items)


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
