"""Counterexamples in reports: whole where they are short, their ends where they are long."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.traces import Stride, Trace
from verifier.gate.divergence import Departure
from verifier.language.plain_values import plural
from verifier.reports.wording import value
from verifier.viewer.claims import failing_claim
from verifier.viewer.in_short import grounds
from verifier.viewer.markup import rendered
from verifier.viewer.trace_index import Reading, acts, writes
from verifier.viewer.why import blocked_lines, looked_at, others_line

HEAD, TAIL = 12, 12
"""Steps at the start and at the end of a long counterexample that are shown."""
FIELDS = 8
"""Changes of a step that are listed."""


def shown_steps(trace: Trace) -> list[tuple[int, Stride] | int]:
    """Numbered steps, with the number of steps left out in place of the middle of a long one."""
    numbered = list(enumerate(trace.steps, 1))
    if len(numbered) <= HEAD + TAIL + 1:
        return list(numbered)
    return [*numbered[:HEAD], len(numbered) - HEAD - TAIL, *numbered[-TAIL:]]


def grounds_text(trace: Trace) -> list[str]:
    """Which code decided, on what, and the actual values, as far as the trace is explained."""
    reading = Reading(trace)
    return list(rendered(row.text for row in grounds(reading)))


def relevant_fields(trace: Trace) -> frozenset[str] | None:
    """The fields that the violation depends on; None where the trace is not explained."""
    reading = Reading(trace)
    return reading.matter if reading.is_explained else None


def trace_text(trace: Trace, left: Departure | None = None) -> Iterator[str]:
    """Each step with its choices, and the fields that it changes with their lines.

    Where the trace is explained, only the fields that the violation depends on; where it leaves the
    way of the base, that field in any case.
    """
    matter = relevant_fields(trace)
    if matter is not None:
        yield "      (without the fields that the violation does not depend on)"
    reading = Reading(trace)
    for shown in shown_steps(trace):
        if isinstance(shown, int):
            yield f"     ... {plural(shown, 'step')} ..."
            continue
        number, stride = shown
        level = f"{reading.who(number)}  " if stride.level else ""
        yield f"{number:4}  {level}{stride.step}{choices_text(stride)}"
        departs = left is not None and number == left.number
        yield from _changes(stride, matter, left if departs else None)
    yield f"      fails: {failing_claim(trace)}"
    for field in looked_at(trace):
        yield f"        {field} = {value(trace.failure.seen[field])}"
    if others := others_line(trace):
        yield f"        {others}"
    for text in rendered(blocked_lines(trace)):
        yield f"      {text}"


def _changes(
    stride: Stride, matter: frozenset[str] | None, left: Departure | None
) -> Iterator[str]:
    """What a step changes, first what it changed differently at the base."""
    made = [each for each in writes(stride.call) if acts(each.change)]
    lines = {each.change.field: f"{each.function.file}:{each.change.line}" for each in made}
    listed = {
        field: f"{value(old)} -> {value(new)}" + f"   {lines.get(field, '')}".rstrip()
        for field, (old, new) in stride.changes.items()
        if matter is None or field in matter or (left is not None and field == left.field)
    }
    if left is not None and left.field:
        now = listed.pop(left.field, f"stays {value(left.new)}")
        yield f"        {left.field}: {now}   <- {value(left.old)} before the change"
    elif left is not None:
        yield "        <- not possible before the change"
    for field, text in list(listed.items())[:FIELDS]:
        yield f"        {field}: {text}"
    if len(listed) > FIELDS:
        yield f"        and {len(listed) - FIELDS} more"


def choices_text(stride: Stride) -> str:
    """The choices that matter."""
    found = [f"{name}={value(stride.choices[name])}" for name in stride.matters]
    return f" ({', '.join(found)})" if found else ""
