"""The contract: what is expected, beside what is actual."""

from __future__ import annotations

from functools import lru_cache

from verifier.evidence.pictures import ReadField
from verifier.viewer.trace_index import Reading


@lru_cache(maxsize=4)
def pairs(reading: Reading) -> tuple[ReadField, ...]:
    """What can be compared."""
    promise = reading.picture.promise
    known = promise.pairs if promise is not None else ()
    return tuple(one for one in known if reading.has(one.actual) and reading.has(one.expected))


def is_broken(reading: Reading, number: int) -> bool:
    """Whether nothing is compared any more, as an outcome has differed."""
    promise = reading.picture.promise
    broken = promise.broken if promise is not None else ()
    return any(reading.value(field, number) is True for field in broken)


def differences(reading: Reading, number: int) -> list[ReadField]:
    """What differs after a step that was observed.

    Once an outcome differs the two sides go their own ways, so it alone counts.
    """
    promise = reading.picture.promise
    if promise is None:
        return []
    observed = promise.observed
    seen = not observed or any(reading.value(field, number) is True for field in observed)
    found = [
        one
        for one in pairs(reading)
        if reading.value(one.actual, number) != reading.value(one.expected, number)
        if seen or one.actual not in reading.events
    ]
    return [one for one in found if one.actual in reading.events] or found


@lru_cache(maxsize=4)
def first_difference(reading: Reading) -> tuple[int, ReadField] | None:
    """The first step after which an observation is not as expected."""
    events = [one for one in pairs(reading) if one.actual in reading.events]
    named = {name for one in events for name in (one.actual, one.expected)}
    for number, stride in enumerate(reading.trace.steps, 1):
        if named.isdisjoint(stride.changes):
            continue
        for one in differences(reading, number):
            if one in events:
                return number, one
    return None
