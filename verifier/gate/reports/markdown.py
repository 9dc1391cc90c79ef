"""A report for a pull request: what broke, since which step, by which line."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.traces import Trace
from verifier.gate.blame import Departure, Hunk
from verifier.gate.gating import Report, Row
from verifier.gate.reports.sentences import (
    change_lines,
    departure_line,
    failing_line,
    heading,
    how,
    sentence,
    strength_lines,
    summary,
    value,
)
from verifier.gate.reports.trace_text import choices_text, shown_steps, trace_text
from verifier.viewer.lines import inert, plural

CHANGES = 20
COUNTEREXAMPLES = 10
"""Counterexamples that are shown whole; a page of a hundred helps nobody."""
BYTES = 60_000
"""A comment on GitHub ends at 65,536 characters."""


def document(report: Report) -> bytes:
    """GitHub's and GitLab's Markdown; sequence diagrams are Mermaid."""
    content = "\n".join([*_lines(report), ""])
    if len(content.encode()) > BYTES:
        kept = content.encode()[:BYTES].decode(errors="ignore").rsplit("\n", 1)[0]
        fences = "\n```" if kept.count("```") % 2 else ""
        open_details = kept.count("<details>") - kept.count("</details>")
        content = f"{kept}{fences}\n" + "</details>\n" * open_details + "\n(cut here)\n"
    return content.encode()


def _lines(report: Report) -> Iterator[str]:
    unexpected = any(row.code == 1 for row in report.rows)
    mark = "❌" if unexpected else {0: "✅", 1: "❌"}.get(report.code, "❔")
    yield f"## {mark} nestproof gate: {summary(report)}"
    yield ""
    yield f"{sentence(heading(report))}."
    yield ""
    wrong = [row for row in report.rows if row.code]
    moved = [row for row in report.rows if not row.code and _accepted(row)]
    if wrong:
        yield "### What is not as expected"
        yield ""
        yield from _table(wrong)
        for row in wrong[:COUNTEREXAMPLES]:
            yield from _counterexample(row)
        if len(wrong) > COUNTEREXAMPLES:
            yield f"and {len(wrong) - COUNTEREXAMPLES} more."
            yield ""
    if moved:
        yield "### Verdicts that this change records anew"
        yield ""
        yield from _table(moved)
    yield from _differences(report)
    if report.strength:
        yield "### Would anything have noticed?"
        yield ""
        yield from (f"- {line}" for line in strength_lines(report))
        yield ""
    if report.warnings:
        yield "### Warnings"
        yield ""
        yield from (f"- {inert(warning)}" for warning in report.warnings)


def _accepted(row: Row) -> bool:
    return row.expected_before not in (None, row.result.verdict)


def _table(rows: list[Row]) -> Iterator[str]:
    yield "| pair | verdict | expected | evidence |"
    yield "|---|---|---|---|"
    for row in rows:
        expected = row.expected or "proved"
        if row.expected_before not in (None, expected):
            expected += f" (before: {row.expected_before})"
        yield f"| `{row.pair}` | **{row.result.verdict}** | {expected} | {_cell(how(row))} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _counterexample(row: Row) -> Iterator[str]:
    trace = row.result.evidence
    yield f"#### `{row.pair}`"
    yield ""
    if not isinstance(trace, Trace):
        yield f"{row.result.reason or row.says}."
        yield ""
        return
    yield f"**{sentence(failing_line(trace))}.**"
    if row.departure is not None:
        yield f"**{sentence(departure_line(row.departure))}.**"
        yield from _hunks(row.departure)
    yield ""
    yield f"<details><summary>The counterexample, {plural(len(trace.steps), 'step')}</summary>"
    yield ""
    yield "```text"
    yield from trace_text(trace)
    yield "```"
    yield ""
    yield from _diagram(trace, row.departure)
    yield "</details>"
    yield ""
    yield f"See it: `nestproof show {row.pair}`"
    yield ""


def _hunks(left: Departure) -> Iterator[str]:
    yield ""
    if not left.hunks:
        yield "No changed line is in a function that this step runs: data it uses has changed."
    for hunk in left.hunks:
        yield from _hunk(hunk)


def _hunk(hunk: Hunk) -> Iterator[str]:
    yield f"`{inert(hunk.place)}`, in `{hunk.function}`:"
    yield ""
    yield "```diff"
    yield from (f"-{inert(line)}" for line in hunk.removed)
    yield from (f"+{inert(line)}" for line in hunk.added)
    yield "```"
    yield ""


def _diagram(trace: Trace, left: Departure | None) -> Iterator[str]:
    """Who runs, and what each step sets, as a sequence diagram."""
    who = {stride.level or "system" for stride in trace.steps}
    names = {level: f"p{number}" for number, level in enumerate(sorted(who))}
    yield "```mermaid"
    yield "sequenceDiagram"
    yield from (f"    participant {name} as {_inert(level)}" for level, name in names.items())
    yield "    participant state as state"
    for shown in shown_steps(trace):
        if isinstance(shown, int):
            yield f"    Note over state: {plural(shown, 'step')} left out"
            continue
        number, stride = shown
        actor = names[stride.level or "system"]
        said = _inert(f"{number}. {stride.step}{choices_text(stride)}")
        yield f"    {actor}->>state: {said}"
        changed = [f"{field} = {value(new)}" for field, (_, new) in stride.changes.items()]
        if changed:
            more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
            yield f"    Note right of state: {_inert(', '.join(changed[:3]))}{more}"
        if left is not None and left.number == number:
            yield f"    Note over {actor}: since here it is not as before"
    yield f"    Note over state: {_inert(failing_line(trace))}"
    yield "```"


def _inert(text: str) -> str:
    """A text without what Mermaid takes for its own."""
    return "".join(c if c.isalnum() or c in " ._,()=[]-:" else " " for c in text)


def _differences(report: Report) -> Iterator[str]:
    names = [*report.added_systems, *report.removed_systems]
    if not (report.differences or names):
        return
    yield "### What the change does"
    yield ""
    yield from (f"- new system `{name}`" for name in report.added_systems)
    yield from (f"- system `{name}` is gone" for name in report.removed_systems)
    for difference in report.differences:
        lines = change_lines(difference)
        yield f"<details><summary><code>{difference.system}</code>: {_short(lines)}</summary>"
        yield ""
        yield from (f"- {line}" for line in lines[:CHANGES])
        if len(lines) > CHANGES:
            yield f"- and {len(lines) - CHANGES} more"
        yield ""
        yield "</details>"
    yield ""


def _short(lines: list[str]) -> str:
    return lines[0].replace("`", "") if len(lines) == 1 else plural(len(lines), "difference")
