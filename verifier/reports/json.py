"""The document of `nestproof check --json`, with what the gate knows besides."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec

from verifier.check.result import Result
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Verdict
from verifier.gate.divergence import Departure
from verifier.gate.report import Report
from verifier.gate.weakened.weakening import Weakening
from verifier.language.errors import ModelError, within_project
from verifier.mutation.baseline import Comparison
from verifier.mutation.campaign import Trial
from verifier.project.assumptions import Assumption
from verifier.project.proof_store import file_of
from verifier.reports.check_text import row_of
from verifier.reports.wording import happened


def document(report: Report) -> bytes:
    """One JSON document; fields are only ever added."""
    rows: list[dict[str, Any]] = []
    worsened = {row.pair for row in report.worsened}
    for row in report.rows:
        result, left, trace = row.result, row.departure, row.result.evidence
        file = file_of(row.pair.system) if _is_stored(result) else None
        rows.append(
            row_of(result, row.expected, file)
            | {
                "expected_before": row.expected_before,
                "how": row.how,
                "moved": row.moved,
                "worsened": row.pair in worsened,
                "happened": happened(trace) if row.code and isinstance(trace, Trace) else "",
                "departs": None if left is None else _departs(left),
            }
        )
    whole = {
        "schema": 1,
        "results": rows,
        "only": report.only,
        "stopped": bool(report.stopped),
        "error": None if report.error is None else _error(report.error),
        "base": report.base,
        "weakened": [_weakened(each) for each in report.weakened],
        "changed_files": report.changed_files,
        "differences": report.differences,
        "added_systems": report.added_systems,
        "removed_systems": report.removed_systems,
        "strength": [_strength(each) for each in report.strength],
        "assumptions": [_assumption(*each) for each in report.assumptions],
        "warnings": report.warnings,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def _error(error: ModelError) -> dict[str, Any]:
    place = error.place
    file = None if place is None else within_project(place.file)
    return {"message": error.message, "file": file, "line": None if place is None else place.line}


def _weakened(found: Weakening) -> dict[str, Any]:
    names = ("kind", "name", "file", "line", "before", "after", "example", "accepted", "reason")
    return {name: getattr(found, name) for name in (*names, "systems")}


def _assumption(system: str, found: Assumption) -> dict[str, Any]:
    names = ("kind", "name", "text", "file", "line")
    return {"system": system, **{name: getattr(found, name) for name in names}}


def _departs(left: Departure) -> dict[str, Any]:
    return {
        "step": left.number,
        "field": left.field,
        "old": left.old,
        "new": left.new,
        "lines": left.hunks,
    }


def _strength(found: Comparison) -> dict[str, Any]:
    """A system's mutants of the changed functions, and the new survivors."""
    new = [{"status": t.status, **asdict(t.mutant), "file": _file(t)} for t in found.new]
    return {"system": found.system, **asdict(found.score), "new": new}


def _file(trial: Trial) -> str:
    return within_project(trial.mutant.file)


def _is_stored(result: Result) -> bool:
    """Whether there is evidence to store: a proof or an execution, not of a vacuous pair."""
    shown = result.evidence is not None or result.verdict is Verdict.VIOLATED
    return shown and result.verdict is not Verdict.VACUOUS
