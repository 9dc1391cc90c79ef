"""What evidence must have beyond its types, so that whoever shows or audits it can rely on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.evidence.certificates import Certificate, Lemma
from verifier.evidence.kept import Kept, Proof
from verifier.evidence.traces import CHOICE, Entered, Trace

DEEPEST = 100
"""Calls within calls beyond which a trace is refused."""
MOST_STEPS = 100_000
LONGEST = 10_000
"""Characters of a name or sentence beyond which a trace is refused."""


MOST_LEMMAS = 10_000
MOST_GOALS = 1_000
MOST_MOVES = 10_000
MOST_VALUES = 5_000_000
"""Values in all lemmas, or of all fields after all steps, beyond which evidence is refused."""
LONGEST_INDUCTION = 100
LONGEST_SIMPLE_PATH = 50
"""Steps beyond which an audit takes longer than anybody waits."""


def fault(evidence: Trace | Certificate | Kept) -> str | None:
    """The first thing that is wrong with it; None where nothing is."""
    if isinstance(evidence, Certificate):
        return next(_certificate_faults(evidence), None)
    if isinstance(evidence, Kept):
        return next(_kept_faults(evidence), None)
    return next(_trace_faults(evidence), None)


def _kept_faults(kept: Kept) -> Iterator[str]:
    if len(kept.proofs) + len(kept.runs) > MOST_GOALS:
        yield f"it is about more than {MOST_GOALS} goals"
    yield from _lemma_faults(kept.lemmas)
    for goal, proof in kept.proofs.items():
        for number in proof.lemmas:
            if not 0 <= number < len(kept.lemmas):
                yield f"the proof of `{goal}` rests on lemma {number}, which is not there"
        if len(proof.lemmas) > MOST_LEMMAS:
            yield f"the proof of `{goal}` names more than {MOST_LEMMAS} lemmas"
        yield from (f"the proof of `{goal}`: {fault}" for fault in _induction_faults(proof))
    for goal, run in kept.runs.items():
        if len(run.moves) > MOST_MOVES:
            yield f"the execution to `{goal}` has more than {MOST_MOVES} steps"


def _certificate_faults(certificate: Certificate) -> Iterator[str]:
    yield from _lemma_faults(certificate.lemmas)
    yield from _induction_faults(certificate)


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


def _induction_faults(proof: Certificate | Proof) -> Iterator[str]:
    longest = LONGEST_SIMPLE_PATH if proof.simple_path else LONGEST_INDUCTION
    if not 0 <= proof.induction <= longest:
        yield f"it is an induction over {proof.induction} steps, not 0 to {longest}"


def _trace_faults(trace: Trace) -> Iterator[str]:
    if len(trace.steps) > MOST_STEPS:
        yield f"it has more than {MOST_STEPS} steps"
    named = {name for stride in trace.steps for name in stride.changes}
    known = {*trace.start, *trace.events, *named}
    if len(trace.steps) * len(known) > MOST_VALUES:
        yield f"it has more than {MOST_VALUES} values of fields"
    long = next((name for name in known if len(name) > LONGEST), None)
    names = (trace.system, trace.property, trace.conjunct, trace.case)
    if long is not None or max(map(len, names)) > LONGEST:
        yield f"it has a name of more than {LONGEST} characters"
    for name in trace.decisive:
        if name not in trace.seen:
            yield f"`{name}` decides what is not looked at"
    for number, stride in enumerate(trace.steps, 1):
        if _depth(stride.call) > DEEPEST:
            yield f"step {number}: calls are nested more than {DEEPEST} deep"
        for cause in (*stride.needs, *(c for causes in stride.because.values() for c in causes)):
            if cause.startswith(CHOICE):
                if cause.removeprefix(CHOICE) not in stride.choices:
                    yield f"step {number}: there is no {cause!r}"
            elif cause not in known:
                yield f"step {number}: there is no field `{cause}`"
        unknown = set(stride.because) - known
        if unknown:
            yield f"step {number}: there is no field `{min(unknown)}`"
    yield from _otherwise_faults(trace)


def _otherwise_faults(trace: Trace) -> Iterator[str]:
    other = trace.otherwise
    if other is not None:
        if not 1 <= other.number <= len(trace.steps):
            yield f"the other execution differs in step {other.number}, which there is not"
        elif other.choice and other.choice not in trace.steps[other.number - 1].choices:
            yield f"step {other.number}: there is no choice `{other.choice}`"
        if not 0 <= other.stops <= len(trace.steps):
            yield f"the other execution stops at step {other.stops}, which there is not"
    for turn in trace.turned:
        if not 1 <= turn.number <= len(trace.steps):
            yield f"a decision is turned in step {turn.number}, which there is not"
        if not 0 <= turn.stops <= len(trace.steps):
            yield f"it stops at step {turn.stops} after a decision, which there is not"
    if not 0 <= trace.doomed <= len(trace.steps):
        yield f"the violation is settled after step {trace.doomed}, which there is not"


def _depth(call: Entered) -> int:
    """How deep calls are nested, as far as it matters."""
    level, depth = [call], 0
    while level and depth <= DEEPEST:
        depth += 1
        level = [entry for each in level for entry in each.entries if isinstance(entry, Entered)]
    return depth
