"""Values and choices of two versions: which one is which, by name, and the rest in their order.

Whatever pairs them does: states are compared value by value, so that a wrong pair shows as a
difference, and nothing is left out but what one version has more of.
"""

from __future__ import annotations

from collections.abc import Sequence

from verifier.evidence.traces import Value
from verifier.gate.behaviour import Action, Variable


def paired_values(was: Variable, now: Variable) -> list[tuple[Value, Value]]:
    """The values that both have, and those of one only as far as the other has such, too."""
    gone = [value for value in was.values if not _has(now, value)]
    come = [value for value in now.values if not _has(was, value)]
    both = [(value, value) for value in was.values if _has(now, value)]
    return [*both, *zip(gone, come, strict=False)]


def paired_choices(was: Action, now: Action) -> list[tuple[Variable, Variable | None]]:
    """Each old choice with the one that it is now; None where there is none any more."""
    names = {choice.name for choice in was.choices}
    left = [choice for choice in now.choices if choice.name not in names]
    found: list[tuple[Variable, Variable | None]] = []
    for choice in was.choices:
        same = next((each for each in now.choices if each.name == choice.name), None)
        if same is None:
            same = next((each for each in left if len(each.values) == len(choice.values)), None)
            left = [each for each in left if each is not same]
        found.append((choice, same))
    return found


def lost_values(was: Variable, now: Variable) -> Sequence[Value]:
    """The old values that stand for nothing any more."""
    left = [value for value, _ in paired_values(was, now)]
    return [value for value in was.values if not _is_in(value, left)]


def counterpart(value: Value | None, was: Variable, now: Variable) -> Value | None:
    """What a value of the old version is in the new one; None for any value, and for none."""
    if value is None:
        return None
    return next((new for old, new in paired_values(was, now) if _is(old, value)), None)


def _has(variable: Variable, value: Value) -> bool:
    return _is_in(value, variable.values)


def _is_in(value: Value, values: Sequence[Value]) -> bool:
    return any(_is(value, each) for each in values)


def _is(a: Value, b: Value) -> bool:
    """A bit is none of an enum's names, whatever that is."""
    return type(a) is type(b) and a == b
