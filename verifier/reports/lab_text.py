"""What the lab has found, for people and as JSON: a table of cases, and what differs in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click
import msgspec

from verifier.lab.describing import described
from verifier.lab.judge import Difference
from verifier.lab.recording import Header
from verifier.lab.summary import Counts, Example, Summary
from verifier.language.plain_values import plural

COLUMNS = ("cases", "agree", "known", "differ")
NO_SILICON = "an emulator: no silicon is involved"
SILICON = "a processor executes L2, under KVM"
WIDTH = 9


def title(summary: Summary) -> str:
    """Where a recording is from."""
    return title_of(summary.header)


def title_of(header: Header) -> str:
    """The machine, its CPU model and the list of programs."""
    kernel = f" ({header.kernel.split()[0]})" if header.kernel else ""
    return f"{header.leg}: {header.emulator}{kernel}, {header.cpu}, {header.list}"


def lines(summary: Summary) -> Iterator[str]:
    """Everything about one recording."""
    yield click.style(f"{title(summary)} ({_machine(summary)})", bold=True)
    first = max(map(len, [*summary.rows, "total"])) + 2
    yield " " * (first + 2) + "".join(f"{name:>{WIDTH}}" for name in COLUMNS)
    for name, counts in sorted(summary.rows.items()):
        yield f"  {name:<{first}}{_cells(counts)}"
    yield f"  {'total':<{first}}{_cells(summary.total)}"
    yield from _not_compared(summary)
    yield from _departures(summary)
    yield from _given_up(summary)
    for example in summary.examples:
        yield from _example(example)
    if len(summary.examples) < summary.total.differ:
        yield f"  {summary.total.differ - len(summary.examples)} more differ"


def lines_between(expected: Header, actual: Header, found: Sequence[Example]) -> Iterator[str]:
    """The programs in which a machine does not do what another one does, which is `predicted`."""
    yield click.style(f"{title_of(actual)} against {title_of(expected)}", bold=True)
    for example in found:
        yield from _example(example)
    yield f"  {len(found)} of {plural(actual.programs, 'program')} differ"


def document_between(expected: Header, actual: Header, found: Sequence[Example]) -> bytes:
    """One JSON document; fields are only ever added."""
    whole = {
        "schema": 1,
        "expected": title_of(expected),
        "actual": title_of(actual),
        "programs": actual.programs,
        "examples": [*map(_example_entry, found)],
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def table(summaries: Sequence[Summary]) -> Iterator[str]:
    """A line for each recording."""
    first = max(map(len, map(title, summaries))) + 2
    yield " " * first + "".join(f"{name:>{WIDTH}}" for name in COLUMNS)
    for summary in summaries:
        yield f"{title(summary):<{first}}{_cells(summary.total)}"
        yield from _not_compared(summary)
        yield from _departures(summary)
        yield from _given_up(summary)
    yield f"{'; '.join(dict.fromkeys(map(_machine, summaries)))}"


def document(summaries: Sequence[Summary]) -> bytes:
    """One JSON document; fields are only ever added."""
    whole = {"schema": 1, "recordings": [_entry(summary) for summary in summaries]}
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def _machine(summary: Summary) -> str:
    return SILICON if summary.header.silicon else NO_SILICON


def _cells(counts: Counts) -> str:
    shown = "".join(f"{getattr(counts, name):>{WIDTH}}" for name in COLUMNS)
    return click.style(shown, fg="red") if counts.differ else shown


def _not_compared(summary: Summary) -> Iterator[str]:
    total = summary.total
    if total.skipped:
        yield f"  {plural(total.skipped, 'program')} need what {summary.header.cpu} does not have"
    if total.not_expressible:
        yield f"  {plural(total.not_expressible, 'program')} not expressible in models/x86:"
        for reason, count in summary.reasons.most_common(5):
            yield f"    {count} {reason}"


def _departures(summary: Summary) -> Iterator[str]:
    for name, count in sorted(summary.known.items()):
        yield f"  known departure {name}: {plural(count, 'program')}"
    for departure, expected, found in summary.miscounted:
        text = f"  known departure {departure.name}: {found} programs; expected {expected}"
        yield click.style(text, fg="red")


def _given_up(summary: Summary) -> Iterator[str]:
    found = summary.given_up
    if not summary.header.kernel or not found.programs:
        return
    text = (
        f"  L0 gave FPU registers up between write and read in {found.put_away} of "
        f"{plural(found.programs, 'program')}, in {found.switched} also while the guest ran"
    )
    yield click.style(text, fg="red") if summary.too_few_given_up else text


def _example(example: Example) -> Iterator[str]:
    yield f"  program {example.number} differs:"
    yield from (f"    {line}" for line in described(example.program))
    yield from (f"    {difference_text(each)}" for each in example.differences)


def difference_text(each: Difference) -> str:
    """A field of an outcome that is not as it was predicted."""
    where = f"outcome {each.act + 1}, {each.field}"
    if not isinstance(each.predicted, tuple):
        return f"{where}: predicted {_shown(each.predicted)}, actual {_shown(each.actual)}"
    pairs = enumerate(zip(each.predicted, each.actual, strict=True))
    return f"{where}: " + "; ".join(
        f"of number {number} predicted {_shown(one)}, actual {_shown(other)}"
        for number, (one, other) in pairs
        if one not in (None, other)
    )


def _shown(value: int) -> str:
    return str(value) if isinstance(value, bool) else f"{value:#x}"


def _entry(summary: Summary) -> dict[str, Any]:
    header = summary.header
    return {
        "leg": header.leg,
        "emulator": header.emulator,
        "cpu": header.cpu,
        "kernel": header.kernel,
        "list": header.list,
        "payload": header.payload,
        "silicon": header.silicon,
        "total": asdict(summary.total),
        "rows": {name: asdict(counts) for name, counts in sorted(summary.rows.items())},
        "known": dict(sorted(summary.known.items())),
        "miscounted": [
            {"name": departure.name, "expected": expected, "found": found}
            for departure, expected, found in summary.miscounted
        ],
        "given_up": asdict(summary.given_up),
        "not_compared": dict(summary.reasons),
        "examples": [*map(_example_entry, summary.examples)],
        "code": summary.code,
    }


def _example_entry(example: Example) -> dict[str, Any]:
    return {
        "number": example.number,
        "program": list(described(example.program)),
        "differences": [difference_text(each) for each in example.differences],
    }
