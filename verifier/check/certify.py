"""Proofs of our own engines as certificates, audited before anyone sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from msgspec import structs

from verifier.audit.audit import excluded, hold_together, rejection
from verifier.circuit.circuit import Circuit
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.certificates import Certificate, certificate_of, readable
from verifier.evidence.verdicts import Limits, Progress, Proved, Watch
from verifier.language.errors import ToolFailure

MINIMISING_SECONDS = 60.0


def audited_proofs(
    compiled: TransitionSystem, proofs: Mapping[str, Proved], minimal: bool, watch: Watch
) -> dict[str, Certificate]:
    """The proofs as certificates, `minimal` ones of few lemmas. Raises ToolFailure.

    Z3 audits all in one solver; only where they do not hold together, one after the other.
    """
    name, certificates = compiled.system.name, dict[str, Certificate]()
    for group, proof in proofs.items():
        if minimal and not proof.induction.steps:
            watch(Progress("minimise", 0, f"{name}/{group}"))
            proof = _minimised(compiled.circuit, group, proof)
        certificates[group] = certificate_of(compiled, group, proof)
    watch(Progress("audit", 0, name))
    if certificates and not hold_together(compiled, list(certificates.values())):
        for group, certificate in certificates.items():
            why = rejection(compiled, certificate)
            if why is not None:
                raise ToolFailure(
                    f"{certificate.engine}'s proof of {name}/{group} is rejected: {why}"
                )
    return certificates


def vacuous_proof(
    compiled: TransitionSystem, proof: Certificate | None, missing: Certificate
) -> Certificate:
    """What shows that a property is vacuous: its own proof, which also rules a case of it out.

    Where one invariant does not show both, it is the proof that the case is `missing`.
    """
    if proof is None:
        return missing
    lemmas = tuple(readable([*proof.lemmas, *missing.lemmas]))
    both = structs.replace(proof, lemmas=lemmas)
    ruled_out = excluded(compiled, lemmas, [missing.property])
    return both if ruled_out and rejection(compiled, both) is None else missing


def _minimised(circuit: Circuit, group: str, proof: Proved) -> Proved:
    """The proof without what it does not need."""
    from verifier.engines.pdr import minimise

    limits = Limits(seconds=MINIMISING_SECONDS)
    return replace(proof, invariant=minimise(circuit, [group], proof.invariant, limits))
