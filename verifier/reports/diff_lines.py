"""A semantic difference by step, what is reached first, and what goes together in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from verifier.diff.compare import Difference
from verifier.diff.witnesses import Change
from verifier.language.plain_values import Value, plural
from verifier.reports.diff_text import REACHED, change_lines, difference_of, nearness
from verifier.reports.wording import paragraph, value
from verifier.viewer.markup import Role, Style, unstyled

INDENT = "       "
FIELDS = 16
"""Fields of an example's state that are listed."""


def difference_lines(found: Difference, was: str, style: Style = unstyled) -> Iterator[str]:
    """By step, what it does differently and after how many steps that is reached, if ever."""
    yield style(f"{found.system} against {was}", "title")
    other = change_lines(replace(found, changes=()))
    yield from (f"  {line}" for line in other if "no behavioural" not in line)
    if found.none:
        yield style("  no behavioural change", "good")
        return
    steps: dict[str, list[Change]] = {}
    for change in sorted(found.changes, key=nearness):
        steps.setdefault(change.step, []).append(change)
    shared = _in_every_step(steps)
    effects = {change.effect for change in shared}
    if shared:
        yield ""
        yield f"  {style('in each of these steps', 'step')}  {style(', '.join(steps), 'source')}"
        yield from _nearest_first(shared, style)
    for changes in steps.values():
        own = [change for change in changes if change.effect not in effects]
        if own:
            yield ""
            yield f"  {style(own[0].step, 'step')}  {style(own[0].place, 'source')}"
            yield from _nearest_first(own, style)
    if steps:
        yield ""
        yield f"{plural(len(found.changes), 'difference')} in {plural(len(steps), 'step')}: " + (
            ", ".join(_counts(found.changes))
        )


def _in_every_step(steps: Mapping[str, Sequence[Change]]) -> list[Change]:
    """What all of several steps do differently in the same way, as the first one does it."""
    if len(steps) < 2:
        return []
    effects = [{change.effect for change in changes} for changes in steps.values()]
    [first, *_] = steps.values()
    return [change for change in first if change.effect in set.intersection(*effects)]


def _nearest_first(changes: Sequence[Change], style: Style) -> Iterator[str]:
    """Changes, the soonest reached first; that one has an example."""
    groups: dict[tuple[int, int], list[Change]] = {}
    for change in changes:
        groups.setdefault(nearness(change), []).append(change)
    for place, group in enumerate(groups.values()):
        role: Role = "wrong" if group[0].reached == "reachable" else "source"
        yield f"    {_heading(group[0])}:"
        for text in _folded(group):
            yield from (style(line, role) for line in paragraph(text, "      "))
        if not place:
            yield from _example(group[0], style)


def _heading(change: Change) -> str:
    if change.reached == "reachable":
        return f"reached within {plural(len(change.moves), 'step')}"
    if change.reached == "unreachable":
        return "in unreachable states only"
    return "neither reached nor proved to be unreachable in the time given"


def _folded(group: Sequence[Change]) -> Iterator[str]:
    """Judgements one by one; the fields of a record with the same change together."""
    records: dict[tuple[str, str, str], list[Change]] = {}
    for change in group:
        if change.kind != "field":
            yield difference_of(change)
            continue
        record = change.name.rpartition(".")[0]
        ways = (value(change.new), value(change.old)) if change.reached == "reachable" else ("", "")
        records.setdefault((record, *ways), []).append(change)
    for (record, new, old), same_values in records.items():
        if len(same_values) == 1:
            yield difference_of(same_values[0]) if new else f"`{same_values[0].name}` differs"
            continue
        names = ", ".join(change.name.rpartition(".")[2] for change in same_values)
        yield f"`{record}`: {names} " + (f"become {new}, not {old}" if new else "differ")


def _counts(changes: Sequence[Change]) -> Iterator[str]:
    words = {"reachable": "reached", "not reached": "undecided", "unreachable": "unreachable"}
    for reached in REACHED:
        count = sum(change.reached == reached for change in changes)
        if count:
            yield f"{count} {words[reached]}"


def _example(change: Change, style: Style) -> Iterator[str]:
    """How the first of a step's differences comes about."""
    if change.reached == "reachable":
        moves = [name + _chosen(choices) for name, choices in change.moves[:-1]]
        yield from paragraph(f"such as after {', '.join(moves) or 'the start'}", INDENT)
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
