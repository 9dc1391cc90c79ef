"""The gate's summary for a terminal or a CI log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.evidence.traces import Trace
from verifier.gate.divergence import Departure
from verifier.gate.report import PairRow, Report
from verifier.reports import wording
from verifier.reports.assumptions_text import new_lines
from verifier.reports.diff_text import change_lines
from verifier.reports.grouping import by_cause, by_effect
from verifier.reports.weakened_text import acceptance, detail_lines, title
from verifier.viewer.markup import Style, inert, unstyled

INDENT = " " * 11
CHANGES = 12
"""Changes of one system that are listed; the rest is counted."""


def terminal_lines(report: Report, style: Style = unstyled, why: bool = False) -> Iterator[str]:
    """What changed, what is not as expected, and one line for all the rest."""
    yield f"gate       {wording.heading(report)}"
    yield from _weakened(report, style)
    for name in report.added_systems:
        yield f"new        {name}"
    for name in report.removed_systems:
        yield f"removed    {name}"
    if why:
        yield from _why(report)
    for group in by_effect(report.differences):
        names = [each.system for each in group]
        yield from _listed(names, f"{style('changed', 'choice')}    ")
        lines = change_lines(*group)
        for line in lines[:CHANGES]:
            yield from wording.paragraph(line, INDENT)
        if len(lines) > CHANGES:
            more = len(lines) - CHANGES
            yield f"{INDENT}and {more} more: nestproof diff {group[0].system}"
    for text, names in new_lines(report.assumptions):
        yield from _labelled("rests on", [text, f"in {', '.join(names)}"])
    wrong = [row for row in report.rows if row.code == 1]
    for rows in by_cause([*wrong, *report.worsened]):
        yield from _wrong(rows, style)
    for row in report.rows:
        if row.code != 1 and (row.code or row.is_news):
            yield from _statement([row], style)
    yield from _unjudged(report)
    for line in wording.strength_lines(report.strength):
        yield f"strength   {line}"
    for warning in report.warnings:
        yield f"warning    {inert(warning)}"
    yield f"{wording.summary(report)}; {report.seconds:.1f} s"


def _weakened(report: Report, style: Style) -> Iterator[str]:
    """What is claimed or possible less, and how somebody says that it is right."""
    for each in report.weakened:
        label = "accepted" if each.accepted else "weakened"
        yield f"{style(f'{label:<9}', 'choice' if each.accepted else 'wrong')}  {title(each)}"
        for text in detail_lines(each):
            yield from wording.paragraph(text, INDENT)
    if command := acceptance(report):
        yield from wording.paragraph(f"if that is right: {command}", INDENT)


def _labelled(label: str, lines: Sequence[str]) -> Iterator[str]:
    """Lines after a label, each on as many as it needs."""
    folded = [each for line in lines for each in wording.paragraph(line, INDENT)]
    yield f"{label:<{len(INDENT)}}{folded[0].strip()}"
    yield from folded[1:]


def _listed(names: Sequence[str], label: str) -> list[str]:
    """Names side by side after a label, on as many lines as they need."""
    first, *rest = wording.paragraph(", ".join(names), INDENT, "")
    return [label + first.strip(), *rest]


def _why(report: Report) -> Iterator[str]:
    """For the systems that import what has changed, how, and whether that changes them."""
    idle = {change.system for change in report.differences if change.is_idle}
    groups: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
    for name, imports in report.touches.items():
        moved = [row.pair.property for row in report.rows if row.moved and row.pair.system == name]
        label, says = "untouched", "imports a changed file, circuit unchanged"
        if moved:
            label, says = "touched", "circuit changed"
        elif name in idle:
            says = "circuit changed, behaviour equivalent"
        groups.setdefault((label, says, " -> ".join(imports), tuple(moved)), []).append(name)
    for (label, says, way, properties), names in groups.items():
        yield from _listed(names, f"{label:<9}  ")
        yield f"{INDENT}{says}"
        yield f"{INDENT}{inert(way)}"
        if properties:
            yield f"{INDENT}decided again: {', '.join(properties)}"


def _wrong(rows: Sequence[PairRow], style: Style) -> Iterator[str]:
    """Pairs that go wrong by the same lines, and how the first of them does."""
    row = rows[0]
    trace = row.result.evidence
    if not isinstance(trace, Trace):
        yield from _statement(rows, style)
        return
    ends: dict[str, list[PairRow]] = {}
    for each in rows:
        if each.code and isinstance(each.result.evidence, Trace):
            text = f"{wording.failing_line(each.result.evidence)}; {each.how}"
            ends.setdefault(text, []).append(each)
    for text, those in ends.items():
        yield from (_verdict(each, style) for each in those)
        yield f"{INDENT}{text}"
    if what := wording.happened(trace):
        yield f"{INDENT}{style(what, 'wrong')}"
    if row.departure is not None:
        yield from _departure(row.departure)
    worse = [str(each.pair) for each in rows if not each.code]
    if worse:
        yield from _listed(worse, f"{INDENT}again in ")
        yield f"{INDENT}which other steps violated before"
    yield f"{INDENT}see it: nestproof show {row.pair}"


def _statement(rows: Sequence[PairRow], style: Style) -> Iterator[str]:
    """Pairs with the same message."""
    yield from (_verdict(row, style) for row in rows)
    row = rows[0]
    yield f"{INDENT}{wording.how(row)}"
    if row.departure is not None:
        yield from _departure(row.departure)
    reason = row.result.reason
    if reason and reason not in (*row.against_expected.split(": ", 1), wording.how(row)):
        yield f"{INDENT}{reason}"


def _verdict(row: PairRow, style: Style) -> str:
    verdict = style(f"{row.result.verdict:<9}", "wrong" if row.code else "step")
    return f"{verdict}  {row.pair!s:<38}  {row.against_expected}"


def _departure(left: Departure) -> Iterator[str]:
    yield f"{INDENT}{wording.departure_line(left)}"
    for hunk in left.hunks:
        yield f"{INDENT}  {inert(hunk.place)} in {hunk.function}"
        yield from (f"{INDENT}    -{inert(line)}" for line in hunk.removed)
        yield from (f"{INDENT}    +{inert(line)}" for line in hunk.added)


def _unjudged(report: Report) -> Iterator[str]:
    pairs = [str(row.pair) for row in wording.unjudged(report)]
    if pairs:
        yield from _listed(pairs, "unjudged   ")
        yield f"{INDENT}recorded as violated at the base, too: cannot detect a regression"
