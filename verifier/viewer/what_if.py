"""What would have avoided a violation: decisions of the code first, then fields, then choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.evidence.calls import Branched
from verifier.evidence.explanation import Otherwise, Turned
from verifier.language.plain_values import Value, plural
from verifier.viewer.call_tree import source_in_short
from verifier.viewer.markup import (
    COLUMNS,
    EMPTY,
    Line,
    Span,
    inert,
    line,
    noted,
    shown,
    word_by_word,
    wrapped,
)
from verifier.viewer.trace_index import Reading

SHOWN_DIFFERENCES = 12
STALE_FIELDS = 3
TITLES = {
    "code": "the code decides otherwise",
    "hardware": "the hardware does otherwise",
    "choice": "others choose otherwise, or a step is not taken",
}
"""Of decisions, by who makes them."""


def decision_pieces(turn: Turned) -> list[Line]:
    """A decision of the code as it should have been, and where it is, to be put in lines."""
    name, step = inert(turn.function), f"in step {turn.number}:"
    was, instead = shown(turn.was), shown(not turn.was)
    if turn.returned:
        first = [line((f"{name}() = {instead}", "choice")), line(f"and not {was}")]
    else:
        ways = {"1": "yes", "0": "no"}
        every = " every time from there on" * turn.every
        first = [
            line((f"{name}()", "choice")),
            line(f"decides {ways[instead]}, not {ways[was]},{every}"),
        ]
    constant = turn.test in ("True", "False")
    quoted = [] if constant else _quoted(turn.test, turn.given, ",")
    reads = ", ".join(f"{inert(field)}={shown(value)}" for field, value in turn.reads.items())
    values = word_by_word(line("with ", (f"{reads},", "mark"))) if reads else []
    return [*first, line(step), *quoted, *values, *_where(turn)]


def _quoted(test: str, given: Sequence[str], end: str) -> list[Line]:
    """A line of the code, and what it calls by names of its own."""
    pieces = word_by_word(line((f"`{inert(test)}`{',' if given else end}", "source")))
    for place, text in enumerate(given, 1):
        first = "where " if place == 1 else "and "
        code = (f"`{inert(text)}`{end if place == len(given) else ''}", "source")
        pieces += word_by_word(line(first, code))  # type: ignore[arg-type]
    return pieces


def _where(turn: Turned) -> list[Line]:
    """Its line in the model, and the kernel's function for which that stands."""
    source = source_in_short(turn.source)
    place = line((f"{inert(turn.file)}:{turn.line}", "source"))
    if "/" not in source:
        return [place]
    function = _kernel_function(turn.source)
    return [place, line((f"({function}() in", "source")), line((f"{source})", "source"))]


def _kernel_function(source: str) -> str:
    """The function that a citation names after its file."""
    return inert(source).partition(": ")[2].partition(" ")[0]


def choice_pieces(other: Otherwise, who: str, turn: Turned | None) -> list[Line]:
    """Another choice of who ran then, and what the code then decides, to be put in lines.

    `turn` is a decision that has been shown already.
    """
    assert other.turn is not None, "the code decides otherwise"
    chosen: Span = (f"{inert(other.choice)}={shown(other.instead)}", "choice")
    pieces = [
        line(f"another input{f' of {who}' if who else ''},"),
        line(chosen, f" in step {other.number}:"),
        line(f"{inert(other.turn_in)}() then"),
    ]
    if turn is not None and (turn.line, turn.test) == (other.turn.line, other.turn.test):
        return [*pieces, line("decides the same")]
    way = line("yes" if other.turn.taken else "no")
    return [*pieces, line("finds"), *_quoted(other.turn.test, other.turn_given, ":"), way]


def what_if_lines(reading: Reading, columns: int = COLUMNS) -> Iterator[Line]:
    """All known ways to avoid the violation, by kind, the most informative first."""
    trace, other = reading.trace, reading.trace.explanation.otherwise
    kind = ""
    for turn in trace.explanation.turned:
        if turn.kind != kind:
            kind = turn.kind
            yield line((TITLES[kind], "title"))
        yield from wrapped(line("  "), decision_pieces(turn), 6, columns)
        yield from _consequences(reading, turn)
    yield from _stale_lines(reading, columns)
    if other is None:
        yield line("no execution without it differs in only one choice or one step")
        return
    if trace.explanation.turned or trace.explanation.stale:
        yield EMPTY
    yield from _nearest_lines(reading, other, columns)


def _consequences(reading: Reading, turn: Turned) -> Iterator[Line]:
    """What is violated even so, as far as the same steps can be taken."""
    trace = reading.trace
    groups = sorted({inert(trace.claims.get(claim, claim)) for claim in turn.fails})
    known = f"only {', '.join(groups)}" if groups else "nothing"
    yield line((f"      then the same steps violate {known}", "source"))
    yield from _stop_lines(reading, turn.stops, 6)


def _stale_lines(reading: Reading, columns: int) -> Iterator[Line]:
    """Fields that are out of date: what is not assigned leaves no other trace."""
    found = reading.trace.explanation.stale[:STALE_FIELDS]
    if found:
        yield line(("a field has another value", "title"))
    for stale in found:
        when = "at the end" if stale.number > reading.steps else f"before step {stale.number}"
        since = f"last written in step {stale.since}" if stale.since else "as at the start"
        pieces = [
            line((f"{inert(stale.field)}={shown(stale.instead)}", "choice")),
            line(f"and not {shown(stale.was)}"),
            *word_by_word(line(f"{when}; {since}")),
        ]
        yield from wrapped(line("  "), pieces, 4, columns)


def _stop_lines(reading: Reading, stops: int, indent: int) -> Iterator[Line]:
    if stops:
        name = inert(reading.trace.steps[stops - 1].step)
        yield line(f"{' ' * indent}and step {stops}, {name}, would not happen")


def _nearest_lines(reading: Reading, other: Otherwise, columns: int) -> Iterator[Line]:
    yield line((_kind(reading, other), "title"))
    yield from _change_lines(reading, other)
    if other.turn is not None:
        yield from wrapped(line("    then"), _other_way(reading, other, other.turn), 6, columns)
    yield from _stop_lines(reading, other.stops, 4)
    if other.differs:
        yield from _difference_lines(reading, other)
    if other.also or other.harmless or other.elsewhere:
        yield EMPTY
    yield from _listed("the code decides otherwise with", other.also, columns)
    yield from _listed("the same steps violate nothing with", other.harmless, columns)
    yield from _listed("it diverges harmlessly with", other.elsewhere, columns)


def _other_way(reading: Reading, other: Otherwise, turn: Branched) -> list[Line]:
    """The decision that then goes the other way; its local names may have been shown already."""
    known = any(
        (one.line, one.test) == (turn.line, turn.test) for one in reading.trace.explanation.turned
    )
    now, was = ("yes", "no") if turn.taken else ("no", "yes")
    return [
        line(f"in {inert(other.turn_in)}()"),
        *_quoted(turn.test, () if known else other.turn_given, ":"),
        line((now, "new"), (" and not ", "source"), (was, "old")),
    ]


def chooser(reading: Reading, number: int) -> str:
    """Who makes the choices of a step; empty where nobody says so."""
    return inert(reading.trace.steps[number - 1].act.by) or reading.actor(number)


def _kind(reading: Reading, other: Otherwise) -> str:
    if other.turn is not None:
        who = chooser(reading, other.number)
        choice = f"{who}'s choice" if who else "a choice"
        return f"{choice} after which the code decides otherwise"
    if other.stops:
        return "an execution that diverges harmlessly"
    return "the nearest execution that violates nothing"


def _listed(label: str, choices: Sequence[tuple[int, str, Value]], columns: int) -> Iterator[Line]:
    items: list[tuple[Span, str]] = [
        ((f"{inert(name)}={shown(value)}", "choice"), f"step {number}")
        for number, name, value in choices
    ]
    if items:
        yield from wrapped(line(f"    {label}"), noted(items), 8, columns)


def _change_lines(reading: Reading, other: Otherwise) -> Iterator[Line]:
    step: Span = (inert(reading.trace.steps[other.number - 1].step), "step")
    if other.choice:
        yield line(
            f"  if at step {other.number}, ",
            step,
            f", {inert(other.choice)} were ",
            (shown(other.instead), "new"),
            " and not ",
            (shown(other.was), "old"),
        )
    else:
        yield line(f"  without step {other.number}, ", step)


def _difference_lines(reading: Reading, other: Otherwise) -> Iterator[Line]:
    final = other.differs[-1]
    if not final:
        return
    important = [field for field in final if field in reading.matter]
    names = important or list(final)
    yield EMPTY
    after = f"after step {other.number + len(other.differs) - 1}"
    yield line((f"    {after:<44}   here  there", "source"))
    for field in names[:SHOWN_DIFFERENCES]:
        here, there = final[field]
        old, new = f"{shown(here):>5}", f"{shown(there):<5}"
        yield line(f"    {inert(field):<44}  ", (old, "old"), "  ", (new, "new"))
    rest = len(final) - len(names[:SHOWN_DIFFERENCES])
    if rest:
        yield line((f"    and {plural(rest, 'other field')}", "source"))
