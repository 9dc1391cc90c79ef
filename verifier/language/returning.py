"""References that a call returns: read in the call, stale or fresh for its caller.

The paths of a call can assign different records, and so count different times. A reference that
is fresh at the end of its path is as if the caller had read it just after the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from verifier.language.constants import is_frozen, items
from verifier.language.ownership import is_record
from verifier.language.records import again
from verifier.language.references import FRESH, STALE
from verifier.language.symbolic_values import Unknown, decided
from verifier.language.views import stale


def leaving(result: Any, begin: int, end: int) -> Any:
    """A result at the end of its path: its references stale or fresh, whenever they were read.

    On a path that has assigned nothing since it began, those that were read on it stay as they are.
    """

    def born(reference: Any) -> int:
        if begin == end == reference._born:
            return begin
        return STALE if stale(reference) else FRESH

    return _changed(result, _dated(born))


def meeting(result: Any, begin: int) -> Any:
    """A result of a path that has assigned nothing, where it meets one that has."""
    return _changed(result, _dated(lambda each: FRESH if each._born == begin else each._born))


def arriving(result: Any, now: int) -> Any:
    """A result as its caller has it, whose fresh references are read now."""
    return _changed(result, _dated(lambda each: now if each._born == FRESH else each._born))


def settled(result: Any) -> Any:
    """A result as its caller sees it, on whose path it is decided what is None."""
    return _changed(result, decided)


def _dated(born: Callable[[Any], int]) -> Callable[[Any], Any]:
    def dated(value: Any) -> Any:
        if not is_record(value):
            return value
        time = born(value)
        return value if time == value._born else again(value, value._store, value._base, time)

    return dated


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with other records and symbolic values in it; as it is where none is another."""
    if value is None or isinstance(value, bool | Enum):
        return value
    if isinstance(value, Unknown) or is_record(value):
        return change(value)
    if isinstance(value, tuple):
        changed = [_changed(item, change) for item in value]
        return tuple.__new__(type(value), changed) if _differ(changed, value) else value
    if is_frozen(value):
        return _with_fields(value, change)
    return value


def _with_fields(value: Any, change: Callable[[Any], Any]) -> Any:
    held = dict(items(value))
    changed = {name: _changed(item, change) for name, item in held.items()}
    if not _differ(changed.values(), held.values()):
        return value
    made = object.__new__(type(value))
    for name, item in changed.items():
        object.__setattr__(made, name.removeprefix("."), item)
    return made


def _differ(some: Iterable[Any], others: Iterable[Any]) -> bool:
    return any(a is not b for a, b in zip(some, others, strict=True))
