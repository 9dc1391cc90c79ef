"""The audit of saved or fresh evidence against a system as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from verifier.evidence.certificates import (
    MOST_CLAUSES,
    Certificate,
    alternatives_of,
    clauses_of,
    sentence_of,
)
from verifier.evidence.following import misfit
from verifier.evidence.kept import Kept, Run
from verifier.evidence.replay import Stopped, violation
from verifier.evidence.runs import moves_of_run, path_of
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Alternative, Clause, Induction, Invariant, Proved
from verifier.language.compiling import Compiled
from verifier.language.functions import ModelFunction


def rejection(
    compiled: Compiled, properties: Sequence[ModelFunction], evidence: Trace | Certificate
) -> str | None:
    """Why evidence does not show what it claims, and where; None where it does.

    A trace is replayed on plain values. A certificate is checked by Z3: the initial states satisfy
    its lemmas, every step keeps them, and together they imply the property.
    """
    if evidence.system != compiled.system.name:
        return f"it is about `{evidence.system}`, not `{compiled.system.name}`"
    is_case = isinstance(evidence, Trace) and evidence.case
    if not is_case and evidence.property not in compiled.circuit.bad:
        return f"`{compiled.system.name}` has no property `{evidence.property}`"
    if isinstance(evidence, Trace):
        return misfit(compiled.system, properties, evidence)
    return _certificate_rejection(compiled, evidence)


def kept_rejections(
    compiled: Compiled, properties: Sequence[ModelFunction], kept: Kept
) -> Iterator[tuple[str, str, str | None]]:
    """Each goal that a system's kept evidence is about, what it claims, and why that is not shown.

    None where it is shown.
    """
    for goal in kept.runs:
        claim = "reached" if ":" in goal else "violated"
        yield goal, claim, _run_rejection(compiled, properties, goal, kept.runs[goal])
    certificates = {goal: kept.certificate(goal) for goal in kept.proofs}
    proofs = {goal: proof for goal, proof in certificates.items() if proof is not None}
    together = hold_together(compiled, list(proofs.values()))
    for goal, proof in proofs.items():
        claim = "unreachable" if ":" in goal else "proved"
        yield goal, claim, None if together else rejection(compiled, properties, proof)


def _run_rejection(
    compiled: Compiled, properties: Sequence[ModelFunction], goal: str, run: Run
) -> str | None:
    from verifier.evidence.check import path_violates

    start, moves = moves_of_run(compiled.system, run)
    if isinstance(moves, Stopped):
        return f"step {moves.at}: {moves.reason}"
    if ":" not in goal:
        found = violation(compiled.system, properties, goal, start, moves)
        return f"step {found.at}: {found.reason}" if isinstance(found, Stopped) else None
    path = path_of(compiled, run)
    if path is None:
        return "it has no steps"
    rejected = path_violates(compiled.circuit, goal, path)
    return None if rejected is None else rejected.reason


def hold_together(compiled: Compiled, certificates: Sequence[Certificate]) -> bool:
    """Whether Z3 confirms several proofs at once: their lemmas are one invariant.

    Where it does not, each may still hold by itself, and `rejection` says of each.
    """
    from verifier.evidence.check import all_hold

    lemmas: list[list[Alternative]] = []
    size = 0
    for lemma in {str(lemma): lemma for each in certificates for lemma in each.lemmas}.values():
        alternatives = alternatives_of(compiled, lemma)
        if isinstance(alternatives, str) or size > MOST_CLAUSES:
            return False
        lemmas.append(alternatives)
        size += prod(map(len, alternatives))
    if any(each.induction or each.system != compiled.system.name for each in certificates):
        return False
    return all_hold(compiled.circuit, [each.property for each in certificates], lemmas)


def _certificate_rejection(compiled: Compiled, certificate: Certificate) -> str | None:
    from verifier.evidence.check import proof_holds

    lemma_of: dict[Clause, int] = {}
    for number, lemma in enumerate(certificate.lemmas):
        clauses = clauses_of(compiled, lemma)
        if isinstance(clauses, str):
            return f"lemma {number + 1}: {clauses}"
        lemma_of |= dict.fromkeys(clauses, number)
        if len(lemma_of) > MOST_CLAUSES:
            return f"its lemmas stand for more than {MOST_CLAUSES} clauses"
    proved = Proved(
        certificate.engine,
        Invariant(tuple(lemma_of)),
        certificate.depth,
        0.0,
        Induction(certificate.induction, certificate.simple_path),
    )
    rejected = proof_holds(compiled.circuit, certificate.property, proved)
    if rejected is None:
        return None
    if rejected.clause in lemma_of:
        number = lemma_of[rejected.clause]
        text = sentence_of(compiled, certificate.lemmas[number])
        return f"lemma {number + 1}, `{text}`: {rejected.reason}"
    return rejected.reason
