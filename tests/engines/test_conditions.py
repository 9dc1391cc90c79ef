"""Those conditions of a proof that engines test for themselves, before any audit sees it."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from tests.audit.second_judge import invariant_holds
from tests.corpus.build import Builder
from tests.corpus.machines import counter, equal_latches, uninitialised
from tests.evidence.forged import AB, BC, CA, FORGED, NONE, SINGLE, Forged, ring
from verifier.audit.lemma_dependencies import premises
from verifier.audit.proof_checking import all_hold, proof_holds
from verifier.circuit.circuit import Circuit
from verifier.circuit.reduce import reduce
from verifier.engines.budget import Budget
from verifier.engines.kinduction import kinduction
from verifier.engines.pdr import holding, minimise, supports
from verifier.evidence.certificates import Lemma, clauses_from
from verifier.evidence.verdicts import Clause, Invariant, Limits, Proved, Violated
from verifier.language.errors import ModelError

PLAIN = [each for each in FORGED if each.induction == NONE]
ALL = pytest.mark.parametrize("forged", PLAIN, ids=[each.name for each in PLAIN])


def inductive(circuit: Circuit, clauses: Sequence[Clause]) -> bool:
    """Whether clauses hold at the start and every step keeps them, as Z3 finds."""
    return all_hold(circuit, [], [[(clause,)] for clause in clauses])


def clauses(*lemmas: Lemma) -> tuple[Clause, ...]:
    return tuple(clauses_from(ring(), lemmas))


@ALL
def test_of_candidates_those_are_taken_that_hold_together(forged: Forged) -> None:
    circuit = ring().circuit
    taken = holding(circuit, [*circuit.bad], forged.clauses(), Budget(Limits()))
    assert inductive(circuit, taken)
    if set(map(str, SINGLE)) <= set(map(str, forged.lemmas)):
        assert set(clauses(*SINGLE)) <= set(taken)


@pytest.mark.parametrize("lemmas", [*permutations((AB, CA)), *permutations((AB, BC))])
def test_a_candidate_that_rested_on_a_lost_one_is_lost_as_well(lemmas: tuple[Lemma, ...]) -> None:
    circuit = ring().circuit
    assert holding(circuit, [*circuit.bad], clauses(*lemmas), Budget(Limits())) == ()


@ALL
def test_no_proof_is_made_smaller_that_steps_break_or_that_rules_nothing_out(
    forged: Forged,
) -> None:
    circuit = ring().circuit
    lemmas = [clauses(lemma) for lemma in forged.lemmas]
    needed = len(lemmas) < len(SINGLE)
    if forged.wrong == "implies" or (forged.wrong == "inductive" and needed):
        with pytest.raises(ValueError, match=r"the invariant (is not|does not)"):
            minimise(circuit, [forged.property], Invariant(forged.clauses()), Limits())
        with pytest.raises(ValueError, match=r"the invariant (is not|does not)"):
            supports(circuit, [forged.property], lemmas)
    elif not forged.wrong:
        smaller = minimise(circuit, [forged.property], Invariant(forged.clauses()), Limits())
        assert invariant_holds(circuit, forged.property, smaller) is None
        [numbers] = supports(circuit, [forged.property], lemmas).values()
        kept = [clause for number in numbers for clause in lemmas[number]]
        assert invariant_holds(circuit, forged.property, Invariant(tuple(kept))) is None


def test_a_clause_is_not_shortened_until_the_start_breaks_it() -> None:
    """`y` alone would do for every step and for the property."""
    build = Builder()
    x, y = build.latch("x", True), build.latch("y", False)
    build.bad("neither", build.graph.both(x ^ 1, y ^ 1))
    circuit = build.circuit()
    for clause in ((("x", True), ("y", True)), (("y", True), ("x", True))):
        smaller = minimise(circuit, ["neither"], Invariant((clause,)), Limits())
        assert smaller == Invariant(((("x", True),),))


def test_a_clause_is_not_shortened_until_a_step_breaks_it() -> None:
    """`x` alone holds at the start and rules the violation out."""
    build = Builder()
    x, y, z = build.latch("x", True), build.latch("y", False), build.input("z")
    build.next(x, z)
    build.next(y, build.graph.either(y, z ^ 1))
    build.bad("neither", build.graph.both(x ^ 1, y ^ 1))
    circuit = build.circuit()
    clause = (("x", True), ("y", True))
    smaller = minimise(circuit, ["neither"], Invariant((clause,)), Limits())
    assert invariant_holds(circuit, "neither", smaller) is None


@pytest.mark.parametrize("circuit", [equal_latches(4), uninitialised(), counter(3, limit=4)])
def test_what_a_reduction_takes_for_granted_holds_at_the_start_and_after_every_step(
    circuit: Circuit,
) -> None:
    assert inductive(circuit, reduce(circuit).facts)


def test_latches_that_part_at_the_start_or_late_are_not_merged() -> None:
    build = Builder()
    free, other = build.latch("free", None), build.latch("other", None)
    late, never = build.latch("late"), build.latch("never")
    seen = build.input_word("seen", 12)
    build.next(late, build.graph.either(late, build.graph.all(seen)))
    build.bad("late", late)
    build.bad("free", build.graph.differ(free, other))
    build.bad("never", never)
    circuit = build.circuit()
    facts = reduce(circuit).facts
    assert facts == ((("never", False),),)
    assert inductive(circuit, facts)


def test_induction_looks_at_the_first_steps() -> None:
    found = kinduction(counter(3), ["reaches the top"], Limits(depth=20))["reaches the top"]
    assert isinstance(found, Violated)
    circuit = ring().circuit
    assert isinstance(kinduction(circuit, ["old"], Limits(depth=20))["old"], Violated)


@pytest.mark.parametrize("goal", ["single", "off"])
def test_induction_claims_no_more_than_holds(goal: str) -> None:
    circuit = ring().circuit
    found = kinduction(circuit, [goal], Limits(depth=20))[goal]
    assert isinstance(found, Proved)
    assert proof_holds(circuit, goal, found) is None


@ALL
def test_which_step_needs_which_lemma_is_shown_of_proofs_only(forged: Forged) -> None:
    compiled = ring()
    if forged.wrong in ("inductive", "implies"):
        with pytest.raises(ModelError, match="not every step preserves the lemmas"):
            premises(compiled, forged.certificate())
    elif not forged.wrong:
        assert premises(compiled, forged.certificate())
