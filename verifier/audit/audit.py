"""The audit of saved or fresh evidence against a system as it is now.

Why so: docs/decisions/0011-lemmas-are-audited-as-they-stand.md
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

from verifier.audit.trace_replay import replayed
from verifier.compiler.transition_system import TransitionSystem
from verifier.evidence.bundle import Bundle, Run
from verifier.evidence.certificates import (
    MOST_CLAUSES,
    Certificate,
    Lemma,
    alternatives_of,
    clauses_of,
    sentence_of,
)
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Alternative, Clause, Induction, Invariant, Proved
from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Stopped
from verifier.language.goals import Goal, Kind, is_claim, is_step, is_witness
from verifier.language.plain_values import plural

Status = Literal["confirmed", "rejected", "unknown"]

NOTHING = "it has no claim"
WHAT = {Kind.CLAIM: "property", Kind.STEP: "step", Kind.CASE: "case"}

Witnesses = Mapping[str, Collection[str]]
"""For each property the goals that must be reachable, or its proof says nothing."""


@dataclass(frozen=True)
class Audited:
    """What became of one claim of a file: about a goal, or about the file where that is empty."""

    goal: str
    status: Status
    text: str


def claimed(evidence: SavedTrace | Certificate | Bundle) -> list[str]:
    """The goals that a file is about."""
    if isinstance(evidence, Bundle):
        return [*evidence.runs, *evidence.proofs]
    if isinstance(evidence, Certificate):
        return [evidence.property]
    if evidence.differs_from:
        return [f"differs from {evidence.differs_from}"]
    return [evidence.goal()]


def audited(
    compiled: TransitionSystem, evidence: SavedTrace | Certificate | Bundle, witnesses: Witnesses
) -> Iterator[Audited]:
    """Each claim of a file, and whether it holds of a system as it is now."""
    if isinstance(evidence, Bundle):
        yield from _audited_together(compiled, evidence, witnesses)
        return
    [goal] = claimed(evidence)
    why = rejection(compiled, evidence)
    if why is not None:
        yield Audited(goal, "rejected", why)
    elif isinstance(evidence, SavedTrace):
        how = "reached" if evidence.case else "violated"
        yield Audited(goal, "confirmed", f"{how} after {plural(len(evidence.steps), 'step')}")
    else:
        empty = excluded(compiled, evidence.lemmas, witnesses.get(goal, ()))
        yield Audited(goal, "confirmed", _proved(goal, bool(empty)))


def _audited_together(
    compiled: TransitionSystem, stored: Bundle, witnesses: Witnesses
) -> Iterator[Audited]:
    """The claims of a system's evidence; its proofs are checked together where they hold so."""
    if not claimed(stored):
        yield Audited("", "rejected", NOTHING)
    used = {number for proof in stored.proofs.values() for number in proof.lemmas}
    for number, lemma in enumerate(stored.lemmas):
        if number not in used:
            wrong = alternatives_of(compiled, lemma)
            unused = wrong if isinstance(wrong, str) else "it is part of no proof"
            yield Audited("", "rejected", f"lemma {number + 1}: {unused}")
    for goal, run in stored.runs.items():
        why = run_rejection(compiled, goal, run)
        how = "violated" if is_claim(goal) else "reached"
        text = f"{how} after {plural(len(run.moves), 'step')}" if why is None else why
        yield Audited(goal, "confirmed" if why is None else "rejected", text)
    certificates = {goal: stored.certificate(goal) for goal in stored.proofs}
    proofs = {goal: proof for goal, proof in certificates.items() if proof is not None}
    reasons: dict[str, str | None] = dict.fromkeys(proofs)
    if not hold_together(compiled, list(proofs.values())):
        reasons = {goal: rejection(compiled, proofs[goal]) for goal in proofs}
    sound = {goal: proof for goal, proof in proofs.items() if reasons[goal] is None}
    empty = {goal for goal in sound if is_witness(goal)}
    for goal, reason in reasons.items():
        if reason is not None:
            yield Audited(goal, "rejected", reason)
            continue
        wanted = witnesses.get(goal, ())
        none = empty.intersection(wanted) or excluded(compiled, proofs[goal].lemmas, wanted)
        yield Audited(goal, "confirmed", _proved(goal, bool(none)))


def _proved(goal: str, empty: bool) -> str:
    """What a proof shows; a property of which some case cannot occur is vacuous."""
    if is_witness(goal):
        return "unreachable"
    return "vacuous" if empty else "proved"


def rejection(compiled: TransitionSystem, evidence: Trace | SavedTrace | Certificate) -> str | None:
    """Why evidence does not show what it claims, and where; None where it does.

    An execution is replayed on plain values. A certificate is checked by Z3: the initial states
    satisfy its lemmas, every step preserves them, and together they imply the property.
    """
    if evidence.system != compiled.system.name:
        return f"it is about `{evidence.system}`, not `{compiled.system.name}`"
    if isinstance(evidence, Certificate):
        return _unknown_goal(compiled, evidence.property) or _unproved(compiled, evidence)
    if not (evidence.case or evidence.property or evidence.conjunct):
        return NOTHING
    if not evidence.case and is_witness(evidence.property):
        return f"`{compiled.system.name}` has no property `{evidence.property}`"
    unknown = None if evidence.case else _unknown_goal(compiled, evidence.property)
    if unknown is not None:
        return unknown
    shown = replayed(compiled.system, compiled.properties, evidence)
    return str(shown) if isinstance(shown, Stopped) else None


def _unknown_goal(compiled: TransitionSystem, goal: str) -> str | None:
    if goal in compiled.circuit.bad:
        return None
    missing = Goal.of(goal)
    return f"`{compiled.system.name}` has no {WHAT[missing.kind]} `{missing.name}`"


def run_rejection(compiled: TransitionSystem, goal: str, run: Run) -> str | None:
    """Why an execution does not reach a goal, replayed on plain values; None where it does."""
    unknown = _unknown_goal(compiled, goal)
    if unknown is not None:
        return unknown
    execution = execution_of_run(compiled.system, compiled.properties, run)
    if isinstance(execution, Stopped):
        return str(execution)
    if is_witness(goal):
        found = execution.occurrence(Goal.of(goal).name, fires=is_step(goal))
    else:
        found = execution.violation(goal)
    return str(found) if isinstance(found, Stopped) else None


def hold_together(compiled: TransitionSystem, certificates: Sequence[Certificate]) -> bool:
    """Whether Z3 confirms several proofs at once: their lemmas are one invariant.

    Where it does not, each may still hold by itself, and `rejection` says of each.
    """
    from verifier.audit.proof_checking import all_hold

    if any(each.induction or each.system != compiled.system.name for each in certificates):
        return False
    lemmas = _alternatives(compiled, [lemma for each in certificates for lemma in each.lemmas])
    if lemmas is None:
        return False
    return all_hold(compiled.circuit, [each.property for each in certificates], lemmas)


def excluded(
    compiled: TransitionSystem, lemmas: Iterable[Lemma], goals: Iterable[str]
) -> list[str]:
    """The goals that lemmas, which hold in every reachable state, rule out."""
    from verifier.audit.proof_checking import ruled_out

    placed = _alternatives(compiled, lemmas)
    return [] if placed is None else ruled_out(compiled.circuit, list(goals), placed)


def _alternatives(
    compiled: TransitionSystem, lemmas: Iterable[Lemma]
) -> list[list[Alternative]] | None:
    """Lemmas over latches, each once; None where one does not fit or they are too many."""
    found: list[list[Alternative]] = []
    size = 0
    for lemma in {str(lemma): lemma for lemma in lemmas}.values():
        alternatives = alternatives_of(compiled, lemma)
        if isinstance(alternatives, str) or size > MOST_CLAUSES:
            return None
        found.append(alternatives)
        size += prod(map(len, alternatives))
    return found


def _unproved(compiled: TransitionSystem, certificate: Certificate) -> str | None:
    """Which condition of a proof Z3 rejects, and where."""
    from verifier.audit.proof_checking import proof_holds

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
