"""The sentences that all reports share."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from verifier.evidence.certificates import Certificate
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Verdict
from verifier.gate.divergence import Departure
from verifier.gate.report import PairRow, Report
from verifier.gate.weakened.weakening import value as value
from verifier.language.errors import within_project
from verifier.language.plain_values import plural
from verifier.mutation.baseline import Comparison
from verifier.mutation.campaign import Trial
from verifier.mutation.operators import Mutant
from verifier.processes.signals import REASON
from verifier.viewer.claims import failing_claim, length
from verifier.viewer.headline import what_happened
from verifier.viewer.markup import COLUMNS, inert, rendered
from verifier.viewer.trace_index import Reading


def summary(report: Report) -> str:
    """One sentence: how many pairs, how they were decided, how it ended."""
    if report.error is not None:
        return inert(report.error.message)
    rows = report.rows
    searched = sum(row.how.startswith("searched") for row in rows)
    lost = sum(row.code == 3 and row.how == row.result.reason != "" for row in rows)
    refused = sum(row.code == 2 for row in rows)
    earlier = len(rows) - searched - lost - refused
    wrong = sum(row.code == 1 for row in rows)
    unknown = sum(row.code == 3 for row in rows) - lost
    end = [f"{refused} of ill-formed systems"] * bool(refused)
    end += [f"{wrong} not as expected"] * bool(wrong) + [f"{unknown} inconclusive"] * bool(unknown)
    missed = sum(trial.status == "survived" for each in report.strength for trial in each.new)
    end += [plural(missed, "surviving mutant")] * bool(missed)
    end = [weakened_summary(report), *end] if report.weakened else end
    if report.weakened and not end[1:]:
        end.append("all verdicts as expected")
    end = end or ["all others as expected" if lost else "all as expected"]
    return (
        f"{'interrupted; ' * bool(report.stopped)}"
        f"{plural(len(rows), 'pair')}: {earlier} from earlier evidence, "
        f"{searched} searched{f', {lost + refused} not decided' * bool(lost + refused)}; "
        f"{', '.join(end)}"
    )


def weakened_summary(report: Report) -> str:
    """How much is weaker, for a headline; empty where nothing is."""
    new = sum(not each.accepted for each in report.weakened)
    accepted = len(report.weakened) - new
    parts = [f"{new} weakened"] * bool(new) + [f"{accepted} weakened and accepted"] * bool(accepted)
    return ", ".join(parts)


def heading(report: Report) -> str:
    """What was compared with what."""
    only = f"only {', '.join(map(inert, report.only))}" if report.only else ""
    if report.base is None:
        return f"{only or 'the whole catalogue'}; there is no revision to compare with"
    touched = sum(row.moved for row in report.rows)
    files = plural(len(report.changed_files), "file")
    pairs = plural(len(report.rows), "pair")
    if report.stopped:
        decided = sum(not is_open(row) for row in report.rows)
        pairs = f"the {plural(decided, 'pair')} decided by then"
    return f"against {report.base}: {files} changed, {touched} of {pairs} touched" + (
        f"; {only}" * bool(only)
    )


def is_open(row: PairRow) -> bool:
    """Whether the gate was stopped before it came to it."""
    return row.result.reason == REASON


def unjudged(report: Report) -> list[PairRow]:
    """Pairs already violated at the base: their verdicts cannot detect a regression."""
    worse = {row.pair for row in report.worsened}
    return [row for row in report.rows if not row.is_judged and row.pair not in worse]


def says(row: PairRow) -> str:
    """The line about a pair without an execution."""
    return row.result.reason or row.against_expected


def how(row: PairRow) -> str:
    """The evidence and where it comes from."""
    evidence = row.result.evidence
    if row.result.verdict is Verdict.VACUOUS:
        return row.result.reason
    if isinstance(evidence, Certificate):
        found = plural(len(evidence.lemmas), "lemma")
    elif isinstance(evidence, Trace):
        found = length(evidence)
    elif row.result.verdict is Verdict.PROVED:
        return "every witness found"
    else:
        return row.how
    return f"{found}; {row.how}"


def departure_line(left: Departure) -> str:
    """Since when a counterexample is one."""
    if left.field:
        what = f"sets `{left.field}` = {value(left.new)} (base: {value(left.old)})"
    else:
        what = "was not possible before"
    return f"since step {left.number}: `{left.step}` {what}"


def happened(trace: Trace) -> str:
    """What was observed and should not have been; empty where only the claim is known."""
    reading = Reading(trace)
    [text] = rendered([what_happened(reading)])
    return "" if text.startswith("violated") else text


def failing_line(trace: Trace) -> str:
    """What fails, and after how many steps."""
    when = f"after {length(trace)}" if trace.steps else "at the start"
    return f"{failing_claim(trace)}: fails {when}"


def paragraph(text: str, indent: str, deeper: str = "  ") -> list[str]:
    """A text on as many lines as it needs, all but the first a little deeper."""
    return wrap(
        text,
        COLUMNS,
        initial_indent=indent,
        subsequent_indent=indent + deeper,
        break_long_words=False,
        break_on_hyphens=False,
    )


def sentence(text: str) -> str:
    """A text that begins a sentence."""
    return text[:1].upper() + text[1:]


def strength_lines(found: Sequence[Comparison]) -> list[str]:
    """How many mutants of the changed functions are killed, and which new ones are not."""
    lines, missed = [], dict[str, list[str]]()
    for each in found:
        total = each.score
        lines.append(
            f"{each.system}: {total.killed} of {total.killed + total.survived + total.undecided} "
            f"mutants of the changed functions killed"
        )
        for trial in each.new:
            missed.setdefault(_missed(trial), []).append(each.system)
    for text, systems in missed.items():
        lines.append(text + f" ({', '.join(systems)})" * (len(found) > 1))
    return lines


def _missed(trial: Trial) -> str:
    mutant = trial.mutant
    place = f"{within_project(mutant.file)}:{mutant.line} in {mutant.function}"
    return f"{trial.status}: {place}: {mistake(mutant)}"


def mistake(mutant: Mutant) -> str:
    """The mutation: what is changed, and into what."""
    return f"{mutant.what} `{mutant.was}`" + f" -> `{mutant.instead}`" * bool(mutant.instead)
