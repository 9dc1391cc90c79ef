"""The gate's summary for a terminal or a CI log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from verifier.evidence.traces import Trace
from verifier.gate.blame import Departure
from verifier.gate.gating import Report
from verifier.gate.reports.alike import by_cause, by_effect
from verifier.gate.reports.sentences import (
    change_lines,
    departure_line,
    failing_line,
    happened,
    heading,
    how,
    strength_lines,
    summary,
    unjudged,
)
from verifier.gate.row import Row
from verifier.viewer.lines import COLUMNS, Style, inert, unstyled

INDENT = " " * 11
CHANGES = 12
"""Changes of one system that are listed; the rest is plural."""


def terminal_lines(report: Report, style: Style = unstyled, why: bool = False) -> Iterator[str]:
    """What changed, what is not as expected, and one line for all the rest."""
    yield f"gate       {heading(report)}"
    for name in report.added_systems:
        yield f"new        {name}"
    for name in report.removed_systems:
        yield f"removed    {name}"
    if why:
        yield from _why(report)
    for alike in by_effect(report.differences):
        first, *rest = _listed([each.system for each in alike])
        yield f"{style('changed', 'choice')}    {first}"
        yield from rest
        lines = change_lines(*alike)
        yield from (f"{INDENT}{line}" for line in lines[:CHANGES])
        if len(lines) > CHANGES:
            more = len(lines) - CHANGES
            yield f"{INDENT}and {more} more: nestproof diff {alike[0].system}"
    wrong = [row for row in report.rows if row.code == 1]
    for rows in by_cause([*wrong, *report.worsened]):
        yield from _violated(rows, style)
    for row in report.rows:
        if row.code != 1 and (row.code or row.expected_before not in (None, row.result.verdict)):
            yield from _row(row, style)
            yield from _reason(row)
    yield from _unjudged(report)
    for line in strength_lines(report):
        yield f"strength   {line}"
    for warning in report.warnings:
        yield f"warning    {inert(warning)}"
    yield f"{summary(report)}; {report.seconds:.1f} s"


def _listed(names: Sequence[str]) -> list[str]:
    """Names one after the other, on as many lines as they need; the first has no indentation."""
    lines = wrap(", ".join(names), COLUMNS - len(INDENT), break_on_hyphens=False)
    return [f"{INDENT * bool(place)}{line}" for place, line in enumerate(lines)]


def _why(report: Report) -> Iterator[str]:
    """For each system that imports what has changed, how, and whether that changes it."""
    moved = {row.pair.system for row in report.rows if row.moved}
    for name, touch in report.touches.items():
        if name in moved:
            yield f"touched    {name}: its circuit is another"
        else:
            yield f"untouched  {name}: it imports what has changed, but its circuit is the same"
        yield f"{INDENT}{inert(' -> '.join(touch.way))}"
        properties = [
            row.pair.property for row in report.rows if row.moved and row.pair.system == name
        ]
        if properties:
            yield f"{INDENT}decided again: {', '.join(properties)}"


def _violated(rows: Sequence[Row], style: Style) -> Iterator[str]:
    """Pairs that go wrong by the same lines, and how the first of them does."""
    for row in rows:
        if row.code:
            yield from _row(row, style)
    row = rows[0]
    trace = row.result.evidence
    if not isinstance(trace, Trace):
        yield from _reason(row)
        return
    if what := happened(trace):
        yield f"{INDENT}{style(what, 'wrong')}"
    if row.departure is not None:
        yield from _departure(row.departure)
    worse = [str(row.pair) for row in rows if not row.code]
    if worse:
        first, *rest = _listed(worse)
        yield f"{INDENT}anew in {first}"
        yield from rest
        yield f"{INDENT}which other steps violated before"
    yield f"{INDENT}see it: nestproof show {row.pair}"


def _row(row: Row, style: Style) -> Iterator[str]:
    verdict = style(f"{row.result.verdict:<9}", "wrong" if row.code else "step")
    trace = row.result.evidence
    yield f"{verdict}  {row.pair!s:<38}  {row.says}"
    if row.code == 1 and isinstance(trace, Trace):
        yield f"{INDENT}{failing_line(trace)}; {row.how}"
    else:
        yield f"{INDENT}{how(row)}"


def _reason(row: Row) -> Iterator[str]:
    if row.result.reason and row.result.reason not in row.says:
        yield f"{INDENT}{row.result.reason}"


def _departure(left: Departure) -> Iterator[str]:
    yield f"{INDENT}{departure_line(left)}"
    for hunk in left.hunks:
        yield f"{INDENT}  {inert(hunk.place)} in {hunk.function}"
        yield from (f"{INDENT}    -{inert(line)}" for line in hunk.removed)
        yield from (f"{INDENT}    +{inert(line)}" for line in hunk.added)


def _unjudged(report: Report) -> Iterator[str]:
    pairs = [str(row.pair) for row in unjudged(report)]
    if pairs:
        first, *rest = _listed(pairs)
        yield f"unjudged   {first}"
        yield from rest
        yield f"{INDENT}violated before the change, too; what it adds these verdicts cannot tell"
