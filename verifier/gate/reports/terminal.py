"""The gate's summary for a terminal or a CI log."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.traces import Trace
from verifier.gate.blame import Departure
from verifier.gate.gating import Report, Row
from verifier.gate.reports.sentences import (
    change_lines,
    departure_line,
    failing_line,
    heading,
    how,
    strength_lines,
    summary,
)
from verifier.viewer.lines import Style, inert, unstyled

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
    for difference in report.differences:
        yield f"{style('changed', 'choice')}    {difference.system}"
        lines = change_lines(difference)
        yield from (f"{INDENT}{line}" for line in lines[:CHANGES])
        if len(lines) > CHANGES:
            more = len(lines) - CHANGES
            yield f"{INDENT}and {more} more: nestproof diff {difference.system}"
    for row in report.rows:
        if row.code or row.expected_before not in (None, row.result.verdict):
            yield from _row(row, style)
    for line in strength_lines(report):
        yield f"strength   {line}"
    for warning in report.warnings:
        yield f"warning    {inert(warning)}"
    yield f"{summary(report)}; {report.seconds:.1f} s"


def _why(report: Report) -> Iterator[str]:
    """For each system that the change can touch, by which imports, and whether it does."""
    moved = {row.pair.system for row in report.rows if row.moved}
    for name, touch in report.touches.items():
        does = "its circuit is another" if name in moved else "its circuit is the same"
        yield f"touched    {name}: {does}"
        yield f"{INDENT}{inert(' -> '.join(touch.way))}"
        properties = [
            row.pair.property for row in report.rows if row.moved and row.pair.system == name
        ]
        if properties:
            yield f"{INDENT}decided again: {', '.join(properties)}"


def _row(row: Row, style: Style) -> Iterator[str]:
    verdict = style(f"{row.result.verdict:<9}", "wrong" if row.code else "step")
    yield f"{verdict}  {row.pair!s:<38}  {row.says}"
    yield f"{INDENT}{how(row)}"
    trace = row.result.evidence
    if isinstance(trace, Trace) and row.code:
        yield f"{INDENT}{failing_line(trace)}"
        if row.departure is not None:
            yield from _departure(row.departure)
        yield f"{INDENT}see it: nestproof show {row.pair}"
    elif row.result.reason and row.result.reason not in row.says:
        yield f"{INDENT}{row.result.reason}"


def _departure(left: Departure) -> Iterator[str]:
    yield f"{INDENT}{departure_line(left)}"
    for hunk in left.hunks:
        yield f"{INDENT}  {inert(hunk.place)} in {hunk.function}"
        yield from (f"{INDENT}    -{inert(line)}" for line in hunk.removed)
        yield from (f"{INDENT}    +{inert(line)}" for line in hunk.added)
