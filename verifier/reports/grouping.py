"""Groups in a report: pairs that go wrong by one cause, systems with the same change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import TypeVar

from verifier.diff.compare import Difference
from verifier.evidence.traces import Trace
from verifier.gate.report import PairRow
from verifier.reports.diff_text import nearness, parts, renamings
from verifier.reports.wording import happened, says

T = TypeVar("T")

UNREPORTED = ("lost", "exposed", "lost_starts")
"""What a difference has that `change_lines` does not show."""


def by_cause(rows: Iterable[PairRow]) -> list[list[PairRow]]:
    """Pairs that depart from the base at the same step, or have the same message.

    Those that were fine come first, of these the ones that say what somebody saw, then those with
    the fewest steps.
    """
    return [sorted(group, key=_informative_first) for group in _grouped(rows, _cause)]


def by_effect(differences: Iterable[Difference]) -> list[list[Difference]]:
    """Systems whose steps set the same fields otherwise, however soon that is reached."""
    return _grouped(differences, _effect)


def _grouped(items: Iterable[T], key: Callable[[T], Hashable]) -> list[list[T]]:
    found: dict[Hashable, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return list(found.values())


def _informative_first(row: PairRow) -> tuple[bool, bool, int]:
    trace = row.result.evidence
    if not isinstance(trace, Trace):
        return not row.code, False, 0
    return not row.code, not happened(trace), len(trace.steps)


def _cause(row: PairRow) -> Hashable:
    left, result = row.departure, row.result
    if left is not None:
        return left.step, left.field, left.hunks
    return row.pair if isinstance(result.evidence, Trace) else (result.verdict, says(row))


def _effect(found: Difference) -> Hashable:
    grouped = []
    for part in parts(found):
        names = tuple(change.name for change in part)
        grouped.append((part[0].step, part[0].kind, names, min(part, key=nearness).reached))
    rest = replace(
        found,
        system="",
        changes=(),
        renamed_fields=tuple(sorted(renamings(found.renamed_fields))),
        replaced_fields=tuple(sorted(renamings(found.replaced_fields))),
        **dict.fromkeys(UNREPORTED, ()),
    )
    return tuple(grouped), rest
