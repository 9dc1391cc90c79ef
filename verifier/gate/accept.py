"""Taking the verdicts that were found as those that are expected, for people to review."""

from __future__ import annotations

from pathlib import Path

from verifier.evidence.verdicts import Verdict
from verifier.gate.report import Report
from verifier.language.errors import ModelError
from verifier.project.catalogue import Catalogue
from verifier.project.expectations import VERDICTS
from verifier.project.proof_store import ProofStore
from verifier.project.recorded_verdicts import accepted, recorded, write


def accept(catalogue: Catalogue, report: Report, before: str) -> list[Path]:
    """Write the verdicts and the evidence; the files that have changed.

    `before` is the text of verdicts.toml that the gate started with.
    """
    empty = [row for row in report.rows if row.result.verdict is Verdict.VACUOUS]
    if empty:
        what = f"`{empty[0].pair}` is vacuous, which no one can expect: {empty[0].result.reason}"
        raise ModelError(what, help="fix the model or the property; nothing was accepted")
    verdicts = {row.pair: row.result.verdict for row in report.rows}
    changed = []
    if write(catalogue.root, before, accepted(recorded(catalogue.root), verdicts)):
        changed.append(catalogue.root / VERDICTS)
    unknown = {row.pair.system for row in report.rows if row.result.verdict is Verdict.UNKNOWN}
    evidence = [each.bundle for each in report.decided if each.system not in unknown]
    changed += ProofStore(catalogue.root).save(evidence)
    return changed
