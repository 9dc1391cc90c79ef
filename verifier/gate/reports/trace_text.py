"""Counterexamples in reports: whole where they are short, their ends where they are long."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.traces import Changed, Entered, Entry, Stride, Trace, Value
from verifier.gate.reports.sentences import value, words
from verifier.viewer.lines import plural

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


def trace_text(trace: Trace) -> Iterator[str]:
    """Each step with its choices, and the fields that it changes with their lines."""
    for shown in shown_steps(trace):
        if isinstance(shown, int):
            yield f"     ... {plural(shown, 'step')} ..."
            continue
        number, stride = shown
        level = f"{stride.level}  " if stride.level else ""
        yield f"{number:4}  {level}{stride.step}{choices_text(stride)}"
        lines = dict(assigned(stride.call))
        for field, (old, new) in list(stride.changes.items())[:FIELDS]:
            where = lines.get(field, "")
            place = f"   {where}" if where else ""
            yield f"        {field}: {value(old)} -> {value(new)}{place}"
        if len(stride.changes) > FIELDS:
            yield f"        and {len(stride.changes) - FIELDS} more"
    yield f"      fails: {words(trace.conjunct)}"
    for field, seen in trace.seen.items():
        yield f"        {field} = {value(seen)}"


def choices_text(stride: Stride) -> str:
    """The choices that matter."""
    found = [f"{name}={value(stride.choices[name])}" for name in stride.matters]
    return f" ({', '.join(found)})" if found else ""


def assigned(call: Entered) -> Iterator[tuple[str, str]]:
    """The fields that a call gives another value, each with the line that does it last."""
    yield from _assigned(call.entries, call.file)


def _assigned(entries: tuple[Entry, ...], file: str) -> Iterator[tuple[str, str]]:
    for entry in entries:
        if isinstance(entry, Changed):
            if differs(entry.old, entry.new):
                yield entry.field, f"{file}:{entry.line}"
        elif isinstance(entry, Entered):
            yield from _assigned(entry.entries, entry.file)


def differs(old: Value, new: Value) -> bool:
    return old is not new and old != new
