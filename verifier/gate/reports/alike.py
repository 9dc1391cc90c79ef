"""What a report says once: pairs that go wrong alike, and systems that change alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from verifier.evidence.traces import Trace
from verifier.gate.differences import Difference
from verifier.gate.row import Row

T = TypeVar("T")


def by_cause(rows: Iterable[Row]) -> list[list[Row]]:
    """Pairs that leave the way of the base alike; the shortest one that was fine comes first."""
    groups = _grouped(rows, _cause)
    return [sorted(alike, key=lambda row: (not row.code, _steps(row))) for alike in groups]


def by_effect(differences: Iterable[Difference]) -> list[list[Difference]]:
    """Systems whose steps do the same differently, however soon that is reached."""
    return _grouped(differences, _effect)


def _grouped(items: Iterable[T], key: Callable[[T], Hashable]) -> list[list[T]]:
    found: dict[Hashable, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return list(found.values())


def _steps(row: Row) -> int:
    trace = row.result.evidence
    return len(trace.steps) if isinstance(trace, Trace) else 0


def _cause(row: Row) -> Hashable:
    left = row.departure
    if left is None:
        return row.pair
    return left.step, left.field, left.old, left.new, left.hunks


def _effect(found: Difference) -> Hashable:
    changes = [(c.step, c.kind, c.name, c.old, c.new, c.reached) for c in found.changes]
    return (
        tuple(changes),
        found.added_fields,
        found.removed_fields,
        found.renamed_fields,
        found.added_steps,
        found.removed_steps,
        found.changed_choices,
        found.starts,
        found.added_properties,
        found.removed_properties,
    )
