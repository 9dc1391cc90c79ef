"""The document of `nestproof check --json`, with what the gate knows besides."""

from __future__ import annotations

from typing import Any

import msgspec

from verifier.checking import Result
from verifier.gate.gating import Report
from verifier.gate.kept import FOLDER, kept_file


def document(report: Report) -> bytes:
    """One JSON document; fields are only ever added."""
    rows: list[dict[str, Any]] = []
    worsened = {row.pair for row in report.worsened}
    for row in report.rows:
        result = row.result
        file = kept_file(FOLDER.parent.parent, row.pair.system)
        left = row.departure
        rows.append(
            {
                "pair": str(row.pair),
                "system": row.pair.system,
                "property": row.pair.property,
                "verdict": result.verdict,
                "expected": row.expected,
                "engine": result.engine,
                "depth": result.depth,
                "seconds": round(result.seconds, 3),
                "audited": result.verdict in ("proved", "violated"),
                "evidence": str(file) if _is_kept(result) else None,
                "reason": result.reason,
                "expected_before": row.expected_before,
                "how": row.how,
                "moved": row.moved,
                "worsened": row.pair in worsened,
                "departs": None
                if left is None
                else {"step": left.number, "field": left.field, "old": left.old, "new": left.new},
            }
        )
    whole = {
        "schema": 1,
        "results": rows,
        "only": report.only,
        "stopped": bool(report.stopped),
        "base": report.base,
        "changed_files": report.changed_files,
        "differences": report.differences,
        "added_systems": report.added_systems,
        "removed_systems": report.removed_systems,
        "warnings": report.warnings,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def _is_kept(result: Result) -> bool:
    """Whether there is evidence to keep: a proof, or an execution."""
    return result.evidence is not None or result.verdict == "violated"
