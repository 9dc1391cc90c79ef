"""Each condition of an inductive proof, wherever it is tested, by a proof wrong in it alone."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from itertools import product

import msgspec
import pytest

from tests.audit.second_judge import cadical_judge
from tests.evidence.forged import FORGED, SINGLE, Forged, ring
from verifier.audit.audit import audited, hold_together, rejection
from verifier.audit.proof_checking import all_hold, proof_holds
from verifier.audit.solvers import Judge, z3_judge
from verifier.check.certify import audited_proofs
from verifier.check.reuse import confirmed
from verifier.check.shared_invariant import shared
from verifier.circuit.circuit import Circuit
from verifier.evidence.bundle import Bundle
from verifier.evidence.certificates import alternatives_of
from verifier.evidence.verdicts import Induction, Invariant, Proved, silent
from verifier.language.errors import ToolFailure
from verifier.language.goals import step_goal

State = tuple[bool, ...]

ALL = pytest.mark.parametrize("forged", FORGED, ids=[each.name for each in FORGED])
PLAIN = [each for each in FORGED if each.induction == Induction()]
NOT_BY_INDUCTION = pytest.mark.parametrize("forged", PLAIN, ids=[each.name for each in PLAIN])
REASONS = {
    "initial": "a reset state breaks the clause",
    "inductive": "a step breaks the clause",
    "implies": "do not rule out a violation",
    "base": "from a reset state violates",
}


class Explicit:
    """The conditions by enumeration of all states and inputs: slow, and plain to see."""

    def __init__(self, circuit: Circuit, forged: Forged) -> None:
        self.circuit, self.induction = circuit, forged.induction
        names = [latch.name for latch in circuit.latches]
        place = {name: number for number, name in enumerate(names)}
        self.clauses = [[(place[name], value) for name, value in c] for c in forged.clauses()]
        self.states = list(product((False, True), repeat=len(names)))
        self.after = {state: set(self._steps(state, forged.property)) for state in self.states}

    def _steps(self, state: State, goal: str) -> Iterator[tuple[State, bool]]:
        """Each state that follows, and whether the step there violates the goal."""
        circuit = self.circuit
        roots = [circuit.bad[goal], *(latch.next for latch in circuit.latches)]
        now = {latch.literal: int(bit) for latch, bit in zip(circuit.latches, state, strict=True)}
        for bits in product((0, 1), repeat=len(circuit.inputs)):
            inputs = {bit.literal: value for bit, value in zip(circuit.inputs, bits, strict=True)}
            bad, *following = circuit.graph.evaluate(roots, now | inputs)
            yield tuple(map(bool, following)), bool(bad)

    def wrong(self) -> set[str]:
        """The conditions that do not hold."""
        within = {s for s in self.states if self._holds(s)}
        resets = [latch.reset for latch in self.circuit.latches]
        starts = {
            s
            for s in self.states
            if all(want is None or want == bit for want, bit in zip(resets, s, strict=True))
        }
        found = set()
        if not starts <= within:
            found.add("initial")
        if any(then not in within for state in within for then, _ in self.after[state]):
            found.add("inductive")
        if any(bad for path in self._good(within) for _, bad in self.after[path[-1]]):
            found.add("implies")
        reached = starts
        for _ in range(self.induction.steps):
            if any(bad for state in reached for _, bad in self.after[state]):
                found.add("base")
            reached = {t for s in reached for t, _ in self.after[s]}
        return found

    def _good(self, within: set[State]) -> set[tuple[State, ...]]:
        """Paths of good steps through some states, as many as the induction says."""
        paths: set[tuple[State, ...]] = {(state,) for state in within}
        for _ in range(self.induction.steps):
            paths = {
                (*path, then) if self.induction.simple_path else (then,)
                for path in paths
                for then, bad in self.after[path[-1]]
                if not bad and then in within
                if not (self.induction.simple_path and then in path)
            }
        return paths

    def _holds(self, state: State) -> bool:
        return all(any(state[place] == value for place, value in c) for c in self.clauses)


def explicit(forged: Forged) -> Explicit:
    """The conditions of a proof in what it is about."""
    named = {name for clause in forged.clauses() for name, _ in clause}
    return Explicit(ring().circuit.restricted([forged.property], named), forged)


@ALL
def test_each_proof_is_wrong_in_just_the_condition_that_it_says(forged: Forged) -> None:
    assert explicit(forged).wrong() == ({forged.wrong} if forged.wrong else set())


@pytest.mark.parametrize("judge", [z3_judge, cadical_judge], ids=["z3", "cadical"])
@ALL
def test_one_proof_at_the_circuit(forged: Forged, judge: Judge) -> None:
    proved = Proved("pdr", Invariant(forged.clauses()), 1, 0.0, forged.induction)
    rejected = proof_holds(ring().circuit, forged.property, proved, judge)
    assert (rejected.condition if rejected else "") == forged.wrong


@NOT_BY_INDUCTION
def test_several_proofs_at_the_circuit(forged: Forged) -> None:
    compiled = ring()
    lemmas = [alternatives_of(compiled, lemma) for lemma in forged.lemmas]
    whole = [lemma for lemma in lemmas if not isinstance(lemma, str)]
    assert len(whole) == len(forged.lemmas)
    for order in (whole, whole[::-1]):
        assert all_hold(compiled.circuit, [forged.property], order) == (not forged.wrong)
        both = ["single", forged.property]
        assert all_hold(compiled.circuit, both, order) == (not forged.wrong)
        assert all_hold(compiled.circuit, both[::-1], order) == (not forged.wrong)


@ALL
def test_a_certificate(forged: Forged) -> None:
    compiled = ring()
    why = rejection(compiled, forged.certificate())
    if not forged.wrong:
        assert why is None
        return
    assert why is not None
    assert REASONS[forged.wrong] in why
    [one] = audited(compiled, forged.certificate(), {})
    assert (one.status, one.text) == ("rejected", why)


@ALL
def test_several_certificates(forged: Forged) -> None:
    compiled = ring()
    other = FORGED[forged.property != "off"]
    good, tried = other.certificate(), forged.certificate()
    holds = not (forged.wrong or tried.induction)
    assert hold_together(compiled, [tried]) == holds
    stored = Bundle.of("ring/one", {good.property: good, forged.property: tried}, {})
    found = {one.goal: one.status for one in audited(compiled, stored, {})}
    alone = {good.property: "confirmed"}
    alone[forged.property] = "rejected" if forged.wrong else "confirmed"
    together = replace(forged, lemmas=(*forged.lemmas, *other.lemmas))
    helped = not (tried.induction or explicit(together).wrong())
    assert found == (dict.fromkeys(alone, "confirmed") if helped else alone)
    sound = confirmed(compiled, {good.property: good, forged.property: tried})
    assert sound.keys() == {goal for goal, status in found.items() if status == "confirmed"}


@pytest.mark.parametrize(("step", "text"), [("turn", "vacuous"), ("age", "proved")])
def test_a_proof_whose_lemmas_rule_out_a_case_is_vacuous_alone_and_with_others(
    step: str, text: str
) -> None:
    proof, goal = FORGED[0].certificate(), step_goal(step)
    for evidence in (proof, Bundle.of("ring/one", {"single": proof}, {})):
        [one] = audited(ring(), evidence, {"single": (goal,)})
        assert (one.status, one.text) == ("confirmed", text)


def test_a_certificate_of_another_system_holds_with_no_other() -> None:
    compiled = ring()
    other = msgspec.structs.replace(FORGED[0].certificate(), system="ring/two")
    assert not hold_together(compiled, [other])
    assert rejection(compiled, other) == "it is about `ring/two`, not `ring/one`"
    assert confirmed(compiled, {"single": other}) == {}


def test_a_lemma_that_does_not_fit_holds_with_no_other() -> None:
    compiled = ring()
    good = FORGED[0].certificate()
    for lemma in ({"gone": (True,)}, {"mode": ("FULL",)}, {"a": ("OFF",)}):
        odd = msgspec.structs.replace(good, lemmas=(*good.lemmas, lemma))
        assert not hold_together(compiled, [odd])
        assert rejection(compiled, odd) is not None
        assert confirmed(compiled, {"single": odd}) == {}


@ALL
def test_an_engine_s_own_proof(forged: Forged) -> None:
    compiled = ring()
    proved = Proved("pdr", Invariant(forged.clauses()), 1, 0.0, forged.induction)
    if not forged.wrong:
        assert audited_proofs(compiled, {forged.property: proved}, False, silent)
        return
    with pytest.raises(ToolFailure, match=REASONS[forged.wrong]):
        audited_proofs(compiled, {forged.property: proved}, False, silent)


@NOT_BY_INDUCTION
def test_what_the_gate_stores(forged: Forged) -> None:
    """It may leave out a lemma that is not needed and does not hold."""
    compiled = ring()
    needed = forged.wrong == "implies" or (forged.wrong and len(forged.lemmas) < len(SINGLE))
    with pytest.raises((ToolFailure, ValueError)) if needed else nullcontext():
        [stored] = shared(compiled, {forged.property: forged.certificate()}).values()
        assert rejection(compiled, stored) is None
