"""A semantic difference, each thing with its example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from verifier.evidence.traces import Value
from verifier.gate.differences import Change, Difference
from verifier.gate.reports.sentences import change_lines, difference_of, value
from verifier.viewer.lines import Style, plural, unstyled

INDENT = "       "
FIELDS = 16
"""Fields of an example's state that are listed."""


def difference_lines(found: Difference, was: str, style: Style = unstyled) -> Iterator[str]:
    """By step, what it does differently and where; examples that can be reached come first."""
    yield style(f"{found.system} against {was}", "title")
    other = [line for line in change_lines(_without_changes(found)) if "no behavioural" not in line]
    yield from (f"  {line}" for line in other)
    if found.none:
        yield style("  no behavioural change", "good")
        return
    steps: dict[str, list[Change]] = {}
    for change in sorted(found.changes, key=_nearness):
        steps.setdefault(change.step, []).append(change)
    for step, changes in steps.items():
        yield ""
        yield f"  {style(step, 'step')}  {style(changes[0].place, 'source')}"
        for change in changes:
            yield f"    {style(difference_of(change), 'wrong')}{_unless_reached(change)}"
        yield from _example(changes[0], style)
    count = plural(len(found.changes), "difference")
    yield ""
    yield f"{count} in {plural(len(steps), 'step')}"


def _nearness(change: Change) -> tuple[bool, int]:
    return change.reached != "reachable", len(change.moves)


def _unless_reached(change: Change) -> str:
    if change.reached == "reachable":
        return ""
    return ", in unreachable states only" if change.reached == "unreachable" else ", not reached"


def _without_changes(found: Difference) -> Difference:
    return replace(found, changes=())


def _example(change: Change, style: Style) -> Iterator[str]:
    """How the first of a step's differences comes about."""
    if change.reached == "reachable":
        moves = [name + _chosen(choices) for name, choices in change.moves[:-1]]
        yield f"{INDENT}such as after {', '.join(moves) or 'the start'}"
    elif change.reached == "unreachable":
        yield f"{INDENT}such as in this state, which is never reached"
    else:
        yield f"{INDENT}such as in this state, which no execution was found to reach"
    if change.choices:
        yield f"{INDENT}with{_chosen(change.choices)}"
    fields = list(change.state.items())
    width = max((len(name) for name, _ in fields[:FIELDS]), default=0)
    for name, seen in fields[:FIELDS]:
        yield f"{INDENT}  {name:<{width}}  {style(value(seen), 'old')}"
    if len(fields) > FIELDS:
        yield f"{INDENT}  and {len(fields) - FIELDS} more fields"


def _chosen(choices: Mapping[str, Value]) -> str:
    shown = [f"{name}={value(of)}" for name, of in choices.items() if of is not False]
    return f" ({', '.join(shown)})" if shown else ""
