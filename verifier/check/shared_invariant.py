"""The part of a system's evidence to store: one small invariant for all its proofs."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from verifier.audit.audit import hold_together
from verifier.compiler.transition_system import TransitionSystem
from verifier.engines.pdr import minimise, supports
from verifier.evidence.certificates import Certificate, certificate_of, clauses_from, clauses_of
from verifier.evidence.verdicts import Invariant, Limits, Proved
from verifier.language.errors import ToolFailure

SECONDS = 120.0


def shared(compiled: TransitionSystem, proofs: Mapping[str, Certificate]) -> dict[str, Certificate]:
    """The same claims from lemmas that the proofs share, none of which can be left out for all.

    A proof by induction over several steps stays as it is.
    """
    plain = {goal: proof for goal, proof in proofs.items() if not proof.induction}
    if not plain:
        return dict(proofs)
    lemmas = (lemma for proof in plain.values() for lemma in proof.lemmas)
    whole = Invariant(tuple(clauses_from(compiled, lemmas)))
    small = minimise(compiled.circuit, list(plain), whole, Limits(seconds=SECONDS))
    common = certificate_of(compiled, "", Proved("pdr", small, 0, 0.0)).lemmas
    clauses = [each for lemma in common if not isinstance(each := clauses_of(compiled, lemma), str)]
    needed = supports(compiled.circuit, plain, clauses)
    found = dict(proofs)
    for goal, numbers in needed.items():
        found[goal] = replace(plain[goal], lemmas=tuple(common[number] for number in numbers))
    if not hold_together(compiled, [found[goal] for goal in plain]):
        raise ToolFailure(f"the lemmas to store for {compiled.system.name} do not hold together")
    return found
