"""A report for a pull request: what broke, since which step, by which line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.diff.compare import Difference
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Verdict
from verifier.gate.divergence import Departure
from verifier.gate.report import PairRow, Report
from verifier.language.plain_values import plural
from verifier.reports import wording
from verifier.reports.assumptions_text import new_lines
from verifier.reports.diff_text import change_lines
from verifier.reports.grouping import by_cause, by_effect
from verifier.reports.trace_text import grounds_text, shown_steps, trace_text
from verifier.reports.weakened_text import MARK, acceptance, detail_lines, title
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
    yield from _block(f"## {mark} nestproof gate: {wording.summary(report)}")
    if report.error is not None:
        yield from ("```text", *map(inert, str(report.error).splitlines()), "```")
        return
    yield from _block(f"{wording.sentence(wording.heading(report))}.")
    yield from _weakened(report)
    yield from _unexpected(report)
    moved = [row for row in report.rows if not row.code and row.is_news]
    if moved:
        yield from _block("### Verdicts that this change records")
        yield from _table(moved)
    yield from _unjudged(report)
    yield from _differences(report)
    yield from _assumptions(report)
    if report.strength:
        yield from _block("### Mutation testing of the changed functions")
        yield from _block(*(f"- {line}" for line in wording.strength_lines(report.strength)))
    if report.warnings:
        yield from _block("### Warnings")
        yield from (f"- {inert(warning)}" for warning in report.warnings)


def _weakened(report: Report) -> Iterator[str]:
    """What is claimed or possible less than at the base."""
    if not report.weakened:
        return
    yield from _block("### What is weaker than before")
    for each in report.weakened[:CHANGES]:
        yield f"- **{title(each)}**" + ", accepted" * each.accepted
        yield from (f"  - {line}" for line in detail_lines(each))
    if len(report.weakened) > CHANGES:
        yield f"- and {len(report.weakened) - CHANGES} more"
    yield ""
    if command := acceptance(report):
        yield from _block(f"If that is right: `{command}`")


def _unexpected(report: Report) -> Iterator[str]:
    """What is violated, then what is not known, then what the gate has not come to."""
    wrong = [row for row in report.rows if row.code and not wording.is_open(row)]
    causes = by_cause([*sorted(wrong, key=lambda row: row.code), *report.worsened])
    if wrong:
        yield from _block("### What is not as expected")
        yield from _table([row for group in causes for row in group if row.code])
    for group in causes[:COUNTEREXAMPLES]:
        yield from _counterexample(group[0], group[1:])
    if len(causes) > COUNTEREXAMPLES:
        yield from _block(f"and {len(causes) - COUNTEREXAMPLES} more.")
    left = [row for row in report.rows if wording.is_open(row)]
    if left:
        yield from _folded(f"{plural(len(left), 'pair')} not decided", [f"{_pairs(left)}."])


def _unjudged(report: Report) -> Iterator[str]:
    """Pairs that are recorded as violated before and now: these cannot detect a regression."""
    rows = wording.unjudged(report)
    if not rows:
        return
    yield from _block("### Recorded as violated at the base, too")
    yield from _block("As expected; already violated at the base, they cannot detect a regression.")
    yield from _folded(plural(len(rows), "pair"), [f"{_pairs(rows)}."])


def _pairs(rows: Sequence[PairRow]) -> str:
    named = ", ".join(f"`{row.pair}`" for row in rows[:PAIRS])
    return named + f" and {len(rows) - PAIRS} more" * (len(rows) > PAIRS)


def _table(rows: list[PairRow]) -> Iterator[str]:
    yield "| pair | verdict | expected | evidence |"
    yield "|---|---|---|---|"
    for row in rows:
        expected = row.expected or Verdict.PROVED
        if row.before not in (None, expected):
            expected += f" (before: {row.expected_before or 'not recorded'})"
        evidence = _cell(wording.how(row))
        yield f"| `{row.pair}` | **{row.result.verdict}** | {expected} | {evidence} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _counterexample(row: PairRow, group: Sequence[PairRow]) -> Iterator[str]:
    """What happened, since when, by which lines, and why; the execution itself is folded."""
    trace = row.result.evidence
    others = sum(bool(each.code) for each in group)
    yield from _block(f"#### `{row.pair}`" + f", and {others} more like it" * bool(others))
    if not isinstance(trace, Trace):
        yield from _block(f"{wording.sentence(wording.says(row))}.")
        if group:
            yield from _block(f"The same in {_pairs(group)}.")
        return
    what = wording.happened(trace)
    if what:
        yield from _block(f"**{wording.sentence(what)}.**")
    left = row.departure
    since = [f"**{wording.sentence(wording.departure_line(left))}.**"] if left is not None else []
    yield from _block(f"{wording.sentence(wording.failing_line(trace))}.", *since)
    if left is not None:
        yield from _hunks(left)
    because = grounds_text(trace)
    if because:
        yield from _block("```text", *because, "```")
    yield from _same_cause(trace, group)
    text = _block("```text", *trace_text(trace, left), "```")
    diagram = ("```mermaid", *_diagram(trace, left), "```")
    yield from _folded(f"The counterexample, {length(trace)}", [*text, *diagram])
    yield from _block(f"See it: `nestproof show {row.pair}`")


def _same_cause(example: Trace, group: Sequence[PairRow]) -> Iterator[str]:
    """The pairs that the same lines violate, by how they end."""
    ends: dict[str, list[PairRow]] = {_end(example): []}
    for row in group:
        assert isinstance(row.result.evidence, Trace), "a group with one cause has executions"
        if row.code:
            ends.setdefault(_end(row.result.evidence), []).append(row)
    for end, rows in ends.items():
        if rows and end == _end(example):
            yield from _block(f"The same in {_pairs(rows)}.")
        elif rows:
            yield from _block(f"By the same lines in {_pairs(rows)}: {end}.")
    worse = [row for row in group if not row.code]
    if worse:
        yield from _block(f"Again in {_pairs(worse)}, which other steps violated before.")


def _end(trace: Trace) -> str:
    return wording.happened(trace) or f"*{failing_claim(trace)}* fails"


def _diagram(trace: Trace, left: Departure | None) -> Iterator[str]:
    """The execution between the levels, and where it is not as before."""
    numbers = [shown[0] for shown in shown_steps(trace) if not isinstance(shown, int)]
    notes = {} if left is None else {left.number: "since here it is not as before the change"}
    return sequence(trace, numbers, notes)


def _hunks(left: Departure) -> Iterator[str]:
    if not left.hunks:
        yield from _block(
            "No changed line is in a function that this step runs: data it uses has changed."
        )
    for hunk in left.hunks:
        yield from _block(f"`{inert(hunk.place)}`, in `{hunk.function}`:")
        removed = (f"-{inert(line)}" for line in hunk.removed)
        added = (f"+{inert(line)}" for line in hunk.added)
        yield from _block("```diff", *removed, *added, "```")


def _differences(report: Report) -> Iterator[str]:
    names = [*report.added_systems, *report.removed_systems]
    if report.differences or names:
        yield from _block("### What the change does")
    yield from (f"- new system `{name}`" for name in report.added_systems)
    yield from (f"- system `{name}` is gone" for name in report.removed_systems)
    for group in by_effect(report.differences):
        yield from _difference(group)


def _assumptions(report: Report) -> Iterator[str]:
    lines = [
        f"{inert(text)} in {', '.join(names)}" for text, names in new_lines(report.assumptions)
    ]
    if lines:
        yield from _block("### What verdicts rest on that they did not rest on before")
        yield from _block(*_listed(lines))


def _difference(group: Sequence[Difference]) -> Iterator[str]:
    """What some systems do differently; a single thing needs no fold."""
    lines, names = change_lines(*group), [f"`{each.system}`" for each in group]
    if len(lines) == 1:
        yield from _block(f"- {', '.join(names)}: {lines[0]}")
        return
    more = f" and {len(names) - 1} more" * (len(names) > 1)
    caption = f"<code>{group[0].system}</code>{more}: {plural(len(lines), 'difference')}"
    same = _block(f"The same in {', '.join(names[1:])}.") if more else ()
    yield from _folded(caption, [*_block(*_listed(lines)), *same])


def _listed(lines: Sequence[str]) -> Iterator[str]:
    """The first of some lines as a list; the rest is counted."""
    yield from (f"- {line}" for line in lines[:CHANGES])
    if len(lines) > CHANGES:
        yield f"- and {len(lines) - CHANGES} more"


def _block(*lines: str) -> Iterator[str]:
    """Lines, set apart from what follows."""
    yield from (*lines, "")


def _folded(caption: str, lines: Sequence[str]) -> Iterator[str]:
    """Lines behind a caption."""
    yield from _block(f"<details><summary>{caption}</summary>")
    yield from _block(*lines, "</details>")
