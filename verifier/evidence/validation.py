"""What evidence must have beyond its types, so that whoever shows or audits it can rely on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from verifier.evidence.bundle import Bundle, Proof
from verifier.evidence.certificates import Certificate, Lemma
from verifier.evidence.saved_execution import FirstTrace, SavedTrace

MOST_STEPS = 100_000
LONGEST = 10_000
"""Characters of a name or sentence beyond which a trace is refused."""


MOST_LEMMAS = 10_000
MOST_GOALS = 1_000
MOST_MOVES = 10_000
MOST_VALUES = 5_000_000
"""Values in all lemmas, or of all fields after all steps, beyond which evidence is refused."""
ENGINE = re.compile(r"[a-z][a-z0-9-]{,39}")
"""What engines are called; which of them has found a proof does not matter to its audit."""
LONGEST_INDUCTION = 100
LONGEST_SIMPLE_PATH = 50
"""Steps beyond which a file is refused: its audit would take too long."""


def rejection(evidence: SavedTrace | FirstTrace | Certificate | Bundle) -> str | None:
    """Why the evidence is rejected; None where nothing is wrong."""
    if isinstance(evidence, Certificate):
        faults = chain(_lemma_faults(evidence.lemmas), _proof_rejections(evidence))
        return next(faults, None)
    if isinstance(evidence, Bundle):
        return next(_bundle_faults(evidence), None)
    return next(_trace_faults(evidence), None)


def _bundle_faults(bundle: Bundle) -> Iterator[str]:
    if len(bundle.proofs) + len(bundle.runs) > MOST_GOALS:
        yield f"it is about more than {MOST_GOALS} goals"
    yield from _lemma_faults(bundle.lemmas)
    for goal, proof in bundle.proofs.items():
        for number in proof.lemmas:
            if not 0 <= number < len(bundle.lemmas):
                yield f"the proof of `{goal}` rests on lemma {number}, which is not there"
        if len(proof.lemmas) > MOST_LEMMAS:
            yield f"the proof of `{goal}` names more than {MOST_LEMMAS} lemmas"
        yield from (f"the proof of `{goal}`: {rejection}" for rejection in _proof_rejections(proof))
    for goal, run in bundle.runs.items():
        if len(run.moves) > MOST_MOVES:
            yield f"the execution to `{goal}` has more than {MOST_MOVES} steps"


def _lemma_faults(lemmas: Sequence[Lemma]) -> Iterator[str]:
    if len(lemmas) > MOST_LEMMAS:
        yield f"it has more than {MOST_LEMMAS} lemmas"
    if sum(len(values) for lemma in lemmas for values in lemma.values()) > MOST_VALUES:
        yield f"its lemmas name more than {MOST_VALUES} values"
    for number, lemma in enumerate(lemmas, 1):
        for field, values in lemma.items():
            if len(field) > LONGEST:
                yield f"lemma {number}: a field's name has more than {LONGEST} characters"
            if not values:
                yield f"lemma {number}: `{field}` has no value left"
            if {False, True} <= set(values):
                yield f"lemma {number}: `{field}` may have any value"


def _proof_rejections(proof: Certificate | Proof) -> Iterator[str]:
    if not ENGINE.fullmatch(proof.engine):
        yield f"`{proof.engine[:LONGEST]}` is not the name of an engine"
    if proof.depth < 0:
        yield f"its depth is {proof.depth}, less than 0"
    longest = LONGEST_SIMPLE_PATH if proof.simple_path else LONGEST_INDUCTION
    if not 0 <= proof.induction <= longest:
        yield f"it is an induction over {proof.induction} steps, not 0 to {longest}"


def _trace_faults(trace: SavedTrace | FirstTrace) -> Iterator[str]:
    if len(trace.steps) > MOST_STEPS:
        yield f"it has more than {MOST_STEPS} steps"
    if len(trace.steps) * len(trace.start) > MOST_VALUES:
        yield f"it has more than {MOST_VALUES} values of fields"
    if trace.conjunct and not trace.property:
        yield "it names a conjunct of no property"
    names = [trace.system, trace.property, trace.conjunct, trace.case, *trace.start]
    for step in trace.steps:
        names += (step.step, *step.choices)
    if max(map(len, names)) > LONGEST:
        yield f"it has a name of more than {LONGEST} characters"
