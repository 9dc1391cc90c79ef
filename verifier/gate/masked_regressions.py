"""Pairs that were violated before, and that the new counterexample of another violates, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from verifier.evidence.traces import Trace
from verifier.execution.conversions import same_steps
from verifier.explain.annotate import violating
from verifier.explain.counterexample import taken_by
from verifier.gate.base_revision import Before
from verifier.gate.divergence import Hunk, departure, was_fine
from verifier.gate.report import PairRow
from verifier.project.catalogue import Catalogue


def worsened(
    catalogue: Catalogue, rows: Sequence[PairRow], was: Mapping[str, Before], hunks: Sequence[Hunk]
) -> Iterator[PairRow]:
    """The pairs already violated at the base, with an execution that was fine there."""
    new = [row for row in rows if row.code == 1 and row.departure is not None]
    for row in rows:
        before = was.get(row.pair.system)
        if not row.is_judged and before is not None:
            similar = (one for one in new if one.pair.property == row.pair.property)
            found = (_worse(catalogue, row, one, before, hunks) for one in similar)
            yield from filter(None, [next(filter(None, found), None)])


def _worse(
    catalogue: Catalogue, row: PairRow, new: PairRow, before: Before, hunks: Sequence[Hunk]
) -> PairRow | None:
    """The pair with the steps of the new counterexample, if they violate it only now."""
    system, trace_now = catalogue.systems[row.pair.system], new.result.evidence
    if not isinstance(trace_now, Trace):
        return None
    execution = violating(same_steps(system, catalogue.properties_of(system), trace_now), trace_now)
    if execution is None:
        return None
    trace = taken_by(execution, trace_now)
    left = departure(before.behaviour, trace, hunks)
    if left is None or not was_fine(before.behaviour, trace):
        return None
    return replace(row, result=replace(row.result, evidence=trace), departure=left)
