"""What a project keeps of a system, put to use before anything is searched.

Lemmas of its proofs are candidates: PDR keeps those that hold together, and the audit judges the
proof it finds. A counterexample counts if its replay still violates the property. A file that is
damaged counts as none; commands report it.
"""

from __future__ import annotations

from pathlib import Path

from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.certificates import clauses_from
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Clause
from verifier.execution.conversions import moves_of_run
from verifier.execution.machine import Stopped
from verifier.explain.counterexample import trace_of_moves
from verifier.project.proof_store import usable_evidence


def kept_lemmas(root: Path, compiled: TransitionSystem) -> tuple[Clause, ...]:
    """What the kept proofs of a system say that can be said of it as it is now."""
    kept = usable_evidence(root, compiled.system.name)
    return () if kept is None else tuple(clauses_from(compiled, kept.lemmas))


def kept_counterexample(root: Path, compiled: TransitionSystem, group: str) -> Trace | None:
    """The kept execution that violates a property, explained; None where none does any more."""
    kept = usable_evidence(root, compiled.system.name)
    if kept is None or group not in kept.runs:
        return None
    start, moves = moves_of_run(compiled.system, kept.runs[group])
    if isinstance(moves, Stopped) or not moves:
        return None
    trace = trace_of_moves(compiled, group, start, moves, shortest=True, explain=True)
    return None if isinstance(trace, Stopped) else trace
