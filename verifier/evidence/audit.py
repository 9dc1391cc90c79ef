"""The audit of saved or fresh evidence against a system as it is now."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.evidence.certificates import Certificate, clauses_of, sentence_of
from verifier.evidence.following import misfit
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Clause, Induction, Invariant, Proved
from verifier.language.compiling import Compiled
from verifier.language.functions import ModelFunction

MOST_CLAUSES = 100_000
"""Clauses over bits beyond which a certificate is refused."""


def rejection(
    compiled: Compiled, properties: Sequence[ModelFunction], evidence: Trace | Certificate
) -> str | None:
    """Why evidence does not show what it claims, and where; None where it does.

    A trace is replayed on plain values. A certificate is checked by Z3: the initial states satisfy
    its lemmas, every step keeps them, and together they imply the property.
    """
    if evidence.system != compiled.system.name:
        return f"it is about `{evidence.system}`, not `{compiled.system.name}`"
    if evidence.property not in compiled.circuit.bad:
        return f"`{compiled.system.name}` has no property `{evidence.property}`"
    if isinstance(evidence, Trace):
        return misfit(compiled.system, properties, evidence)
    return _certificate_rejection(compiled, evidence)


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
