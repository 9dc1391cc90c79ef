"""A report for a pull request: what broke, since which step, by which line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.diff.compare import Difference
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Verdict
from verifier.gate.divergence import Departure, Hunk
from verifier.gate.report import Report, Row
from verifier.language.plain_values import plural
from verifier.reports.diff_text import change_lines
from verifier.reports.grouping import by_cause, by_effect
from verifier.reports.trace_text import grounds_text, shown_steps, trace_text
from verifier.reports.weakened_text import MARK, acceptance, detail_lines, title
from verifier.reports.wording import (
    departure_line,
    failing_line,
    happened,
    heading,
    how,
    is_open,
    says,
    sentence,
    strength_lines,
    summary,
    unjudged,
)
from verifier.viewer.claims import failing_claim, length
from verifier.viewer.markup import inert
from verifier.viewer.mermaid import sequence

CHANGES = 20
COUNTEREXAMPLES = 10
"""Counterexamples that are shown whole, at most."""
PAIRS = 40
"""Pairs that are named in a sentence."""
BYTES = 60_000
"""A comment on GitHub ends at 65,536 characters."""


def document(report: Report) -> bytes:
    """GitHub's and GitLab's Markdown; sequence diagrams are Mermaid."""
    content = "\n".join([*_lines(report), ""])
    if len(content.encode()) > BYTES:
        beginning = content.encode()[:BYTES].decode(errors="ignore").rsplit("\n", 1)[0]
        fences = "\n```" if beginning.count("```") % 2 else ""
        open_details = beginning.count("<details>") - beginning.count("</details>")
        content = f"{beginning}{fences}\n" + "</details>\n" * open_details + "\n(cut here)\n"
    return content.encode()


def _lines(report: Report) -> Iterator[str]:
    unexpected = any(row.code == 1 for row in report.rows)
    mark = "❌" if unexpected else {0: "✅", 1: "❌", 2: "❌"}.get(report.code, "❔")
    other = any(row.code for row in report.rows) or any(each.new for each in report.strength)
    mark = MARK if report.weakened and not other and report.code in (0, 1, 3) else mark
    yield f"## {mark} nestproof gate: {summary(report)}"
    yield ""
    if report.error is not None:
        yield from ("```text", *map(inert, str(report.error).splitlines()), "```")
        return
    yield f"{sentence(heading(report))}."
    yield ""
    yield from _weakened(report)
    yield from _unexpected(report)
    moved = [row for row in report.rows if not row.code and row.is_news]
    if moved:
        yield "### Verdicts that this change records"
        yield ""
        yield from _table(moved)
    yield from _unjudged(report)
    yield from _differences(report)
    if report.strength:
        yield "### Mutation testing of the changed functions"
        yield ""
        yield from (f"- {line}" for line in strength_lines(report.strength))
        yield ""
    if report.warnings:
        yield "### Warnings"
        yield ""
        yield from (f"- {inert(warning)}" for warning in report.warnings)


def _weakened(report: Report) -> Iterator[str]:
    """What is claimed or possible less than at the base."""
    if not report.weakened:
        return
    yield "### What is weaker than before"
    yield ""
    for each in report.weakened[:CHANGES]:
        yield f"- **{title(each)}**" + ", accepted" * each.accepted
        yield from (f"  - {line}" for line in detail_lines(each))
    if len(report.weakened) > CHANGES:
        yield f"- and {len(report.weakened) - CHANGES} more"
    yield ""
    if command := acceptance(report):
        yield f"If that is right: `{command}`"
        yield ""


def _unexpected(report: Report) -> Iterator[str]:
    """What is violated, then what is not known, then what the gate has not come to."""
    wrong = [row for row in report.rows if row.code and not is_open(row)]
    causes = by_cause([*sorted(wrong, key=lambda row: row.code), *report.worsened])
    if wrong:
        yield "### What is not as expected"
        yield ""
        yield from _table([row for group in causes for row in group if row.code])
    for group in causes[:COUNTEREXAMPLES]:
        yield from _counterexample(group[0], group[1:])
    if len(causes) > COUNTEREXAMPLES:
        yield f"and {len(causes) - COUNTEREXAMPLES} more."
        yield ""
    left = [row for row in report.rows if is_open(row)]
    if left:
        yield f"<details><summary>{plural(len(left), 'pair')} not decided</summary>"
        yield ""
        yield f"{_pairs(left)}."
        yield "</details>"
        yield ""


def _unjudged(report: Report) -> Iterator[str]:
    """Pairs that are recorded as violated before and now: these cannot detect a regression."""
    rows = unjudged(report)
    if not rows:
        return
    yield "### Recorded as violated at the base, too"
    yield ""
    yield "As expected; already violated at the base, they cannot detect a regression."
    yield ""
    yield f"<details><summary>{plural(len(rows), 'pair')}</summary>"
    yield ""
    yield f"{_pairs(rows)}."
    yield "</details>"
    yield ""


def _pairs(rows: Sequence[Row]) -> str:
    named = ", ".join(f"`{row.pair}`" for row in rows[:PAIRS])
    return named + f" and {len(rows) - PAIRS} more" * (len(rows) > PAIRS)


def _table(rows: list[Row]) -> Iterator[str]:
    yield "| pair | verdict | expected | evidence |"
    yield "|---|---|---|---|"
    for row in rows:
        expected = row.expected or Verdict.PROVED
        if row.before not in (None, expected):
            expected += f" (before: {row.expected_before or 'not recorded'})"
        yield f"| `{row.pair}` | **{row.result.verdict}** | {expected} | {_cell(how(row))} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _counterexample(row: Row, group: Sequence[Row]) -> Iterator[str]:
    """What happened, since when, by which lines, and why; the execution itself is folded."""
    trace = row.result.evidence
    others = sum(bool(each.code) for each in group)
    yield f"#### `{row.pair}`" + f", and {others} more like it" * bool(others)
    yield ""
    if not isinstance(trace, Trace):
        yield f"{sentence(says(row))}."
        yield ""
        if group:
            yield f"The same in {_pairs(group)}."
            yield ""
        return
    what = happened(trace)
    if what:
        yield f"**{sentence(what)}.**"
        yield ""
    yield f"{sentence(failing_line(trace))}."
    if row.departure is not None:
        yield f"**{sentence(departure_line(row.departure))}.**"
        yield from _hunks(row.departure)
    else:
        yield ""
    because = grounds_text(trace)
    if because:
        yield from ("```text", *because, "```", "")
    yield from _same_cause(trace, group)
    yield f"<details><summary>The counterexample, {length(trace)}</summary>"
    yield ""
    yield from ("```text", *trace_text(trace, row.departure), "```", "")
    yield from ("```mermaid", *_diagram(trace, row.departure), "```")
    yield "</details>"
    yield ""
    yield f"See it: `nestproof show {row.pair}`"
    yield ""


def _same_cause(example: Trace, group: Sequence[Row]) -> Iterator[str]:
    """The pairs that the same lines violate, by how they end."""
    ends: dict[str, list[Row]] = {_end(example): []}
    for row in group:
        assert isinstance(row.result.evidence, Trace), "a group with one cause has executions"
        if row.code:
            ends.setdefault(_end(row.result.evidence), []).append(row)
    for end, rows in ends.items():
        if not rows:
            continue
        if end == _end(example):
            yield f"The same in {_pairs(rows)}."
        else:
            yield f"By the same lines in {_pairs(rows)}: {end}."
        yield ""
    worse = [row for row in group if not row.code]
    if worse:
        yield f"Again in {_pairs(worse)}, which other steps violated before."
        yield ""


def _end(trace: Trace) -> str:
    return happened(trace) or f"*{failing_claim(trace)}* fails"


def _diagram(trace: Trace, left: Departure | None) -> Iterator[str]:
    """The execution between the levels, and where it is not as before."""
    numbers = [shown[0] for shown in shown_steps(trace) if not isinstance(shown, int)]
    notes = {} if left is None else {left.number: "since here it is not as before the change"}
    return sequence(trace, numbers, notes)


def _hunks(left: Departure) -> Iterator[str]:
    yield ""
    if not left.hunks:
        yield "No changed line is in a function that this step runs: data it uses has changed."
        yield ""
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


def _differences(report: Report) -> Iterator[str]:
    names = [*report.added_systems, *report.removed_systems]
    if not (report.differences or names):
        return
    yield "### What the change does"
    yield ""
    yield from (f"- new system `{name}`" for name in report.added_systems)
    yield from (f"- system `{name}` is gone" for name in report.removed_systems)
    for group in by_effect(report.differences):
        yield from _difference(group)


def _difference(group: Sequence[Difference]) -> Iterator[str]:
    """What some systems do differently; a single thing needs no fold."""
    lines, names = change_lines(*group), [f"`{each.system}`" for each in group]
    if len(lines) == 1:
        yield f"- {', '.join(names)}: {lines[0]}"
        yield ""
        return
    more = f" and {len(names) - 1} more" * (len(names) > 1)
    differences = plural(len(lines), "difference")
    yield f"<details><summary><code>{group[0].system}</code>{more}: {differences}</summary>"
    yield ""
    yield from (f"- {line}" for line in lines[:CHANGES])
    if len(lines) > CHANGES:
        yield f"- and {len(lines) - CHANGES} more"
    yield ""
    if more:
        yield f"The same in {', '.join(names[1:])}."
        yield ""
    yield "</details>"
    yield ""
