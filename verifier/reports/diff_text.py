"""What systems do differently, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.diff.compare import Difference
from verifier.diff.witnesses import Change
from verifier.language.goals import Goal, is_claim
from verifier.language.plain_values import plural
from verifier.reports.wording import value

REACHED = ("reachable", "not reached", "unreachable")
OF_STEPS = {
    "enabled": "is possible where it was not",
    "disabled": "is not possible any more where it was",
    "failing": "fails an assertion where it was possible",
    "idle": "does nothing any more where it did something",
}


def change_lines(*alike: Difference) -> list[str]:
    """What systems do differently in the same way, one thing a line, a step's fields in one."""
    difference = alike[0]
    lines = [f"new step `{name}`" for name in difference.added_steps]
    lines += [f"step `{name}` is gone" for name in difference.removed_steps]
    lines += [f"another choice: `{name}`" for name in difference.changed_choices]
    lines += [f"new field `{name}`" for name in difference.added_fields]
    lines += [f"field `{name}` is gone" for name in difference.removed_fields]
    lines += [
        f"field `{a}` is now called `{b}`" + f", and {len(more)} more like it" * bool(more)
        for (a, b), *more in renamings(difference.renamed_fields).values()
    ]
    lines += [
        f"field `{a}` is gone, and `{b}` is compared with it"
        + f", and {len(more)} more like it" * bool(more)
        for (a, b), *more in renamings(difference.replaced_fields).values()
    ]
    lines += [f"step `{a}` is now called `{b}`" for a, b in difference.renamed_steps]
    lines += [f"choice `{a}` is now called `{b}`" for a, b in difference.renamed_choices]
    lines += [
        f"{'property' if is_claim(a) else 'case'} `{Goal.of(a).name}` "
        f"is now called `{Goal.of(b).name}`"
        for a, b in difference.renamed_goals
    ]
    lines += [f"new property `{name}`" for name in difference.added_properties]
    lines += [f"property `{name}` is gone" for name in difference.removed_properties]
    lines += [
        f"`{name}` starts as {value(new)}, not {value(old)}" for name, old, new in difference.starts
    ]
    lines += [
        f"`{part[0][0].step}`: {_what(part)} ({_reach(part)})"
        for part in zip(*(parts(each) for each in alike), strict=True)
    ]
    return lines or ["no behavioural change"]


def renamings(fields: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Fields with new names, by the part of the path that is another."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for names in fields:
        old, new = (name.split(".") for name in names)
        while len(old) > 1 and len(new) > 1 and old[0] == new[0]:
            old, new = old[1:], new[1:]
        while len(old) > 1 and len(new) > 1 and old[-1] == new[-1]:
            old, new = old[:-1], new[:-1]
        found.setdefault((".".join(old), ".".join(new)), []).append(names)
    return found


def parts(difference: Difference) -> list[list[Change]]:
    """The changes that a line tells: a judgement, or all fields that a step sets otherwise."""
    found: dict[tuple[str, str], list[Change]] = {}
    for change in difference.changes:
        name = "" if change.kind == "field" else f"{change.kind} {change.name}"
        found.setdefault((change.step, name), []).append(change)
    return list(found.values())


def _what(alike: Sequence[Sequence[Change]]) -> str:
    """A part in several systems: fields by record, with values where all have the same."""
    first, *more = alike[0]
    values = {(change.old, change.new) for part in alike for change in part}
    if first.kind != "field":
        return difference_of(first)
    records: dict[str, list[Change]] = {}
    for change in alike[0]:
        records.setdefault(change.name.rpartition(".")[0], []).append(change)
    named = "; ".join(_named(record, changes) for record, changes in records.items())
    singular = "s" * (not more)
    if len(values) > 1:
        return f"{named} differ{singular}"
    return f"{named} become{singular} {value(first.new)}, not {value(first.old)}"


def _named(record: str, changes: Sequence[Change]) -> str:
    if len(changes) == 1 or not record:
        return ", ".join(f"`{change.name}`" for change in changes)
    return f"`{record}`: {', '.join(change.name.rpartition('.')[2] for change in changes)}"


def _reach(alike: Sequence[Sequence[Change]]) -> str:
    """How soon the first of an equal part is reached in each of several systems."""
    nearest = [min(part, key=nearness) for part in alike]
    if nearest[0].reached == "unreachable":
        return "only in states that are never reached"
    if nearest[0].reached == "not reached":
        return "no execution was found in which this happens"
    fewest, *_, most = sorted(len(change.moves) for change in [*nearest, nearest[0]])
    return f"reached in {f'{fewest} to ' * (fewest < most)}{plural(most, 'step')}"


def nearness(change: Change) -> tuple[int, int]:
    """What is reached sooner comes first, and what may be reached before what never is."""
    return REACHED.index(change.reached), len(change.moves)


def difference_of(change: Change) -> str:
    """What was and what is, of one change."""
    if change.kind in OF_STEPS:
        return OF_STEPS[change.kind]
    if change.kind == "property":
        return f"`{change.name}` is {'violated' if change.new else 'satisfied'} where it was not"
    if change.kind == "witness":
        did = "happens where it did not" if change.new else "does not happen where it did"
        return f"`{change.name}` {did}"
    return f"`{change.name}` becomes {value(change.new)}, not {value(change.old)}"
