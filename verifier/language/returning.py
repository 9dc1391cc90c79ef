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
from verifier.language.symbolic_values import Unknown
from verifier.language.views import stale


def leaving(result: Any, begin: int, end: int) -> Any:
    """A result at the end of its path: its references stale or fresh, whenever they were read.

    On a path that has assigned nothing since it began, those that were read on it stay as they are.
    """

    def born(reference: Any) -> int:
        if begin == end == reference._born:
            return begin
        return STALE if stale(reference) else FRESH

    return _dated(result, born)


def meeting(result: Any, begin: int) -> Any:
    """A result of a path that has assigned nothing, where it meets one that has."""
    return _dated(result, lambda each: FRESH if each._born == begin else each._born)


def arriving(result: Any, now: int) -> Any:
    """A result as its caller has it, whose fresh references are read now."""
    return _dated(result, lambda each: now if each._born == FRESH else each._born)


def _dated(value: Any, born: Callable[[Any], int]) -> Any:
    if value is None or isinstance(value, bool | Unknown | Enum):
        return value
    if is_record(value):
        time = born(value)
        return value if time == value._born else again(value, value._store, value._base, time)
    if isinstance(value, tuple):
        dated = [_dated(item, born) for item in value]
        return tuple.__new__(type(value), dated) if _differ(dated, value) else value
    if is_frozen(value):
        return _dated_fields(value, born)
    return value


def _dated_fields(value: Any, born: Callable[[Any], int]) -> Any:
    held = dict(items(value))
    dated = {name: _dated(item, born) for name, item in held.items()}
    if not _differ(dated.values(), held.values()):
        return value
    made = object.__new__(type(value))
    for name, item in dated.items():
        object.__setattr__(made, name.removeprefix("."), item)
    return made


def _differ(some: Iterable[Any], others: Iterable[Any]) -> bool:
    return any(a is not b for a, b in zip(some, others, strict=True))
