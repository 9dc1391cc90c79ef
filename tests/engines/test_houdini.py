"""Proofs that start from the lemmas of an earlier one."""

from random import Random

import pytest

from tests.audit.second_judge import invariant_holds
from tests.corpus.lazy_fpu import lazy_fpu
from tests.corpus.protocols import peterson
from tests.corpus.random_systems import random_system
from verifier.audit.proof_checking import path_violates
from verifier.circuit.circuit import Circuit
from verifier.engines.bmc import Search
from verifier.engines.budget import Budget
from verifier.engines.pdr import INFINITE, holding, pdr
from verifier.engines.portfolio import auto
from verifier.evidence.verdicts import Answer, Clause, Limits, Progress, Proved, Violated


def queries(circuit: Circuit, lemmas: tuple[Clause, ...]) -> tuple[dict[str, Answer], int]:
    """The verdicts, and how many questions to the solver they took."""
    asked = [0]

    def watch(progress: Progress) -> None:
        asked.append(progress.facts.get("queries", 0))

    return pdr(circuit, list(circuit.bad), Limits(), watch, lemmas), max(asked)


def lemmas_of(circuit: Circuit) -> tuple[Clause, ...]:
    verdicts = pdr(circuit, list(circuit.bad), Limits())
    return tuple(
        clause
        for verdict in verdicts.values()
        if isinstance(verdict, Proved)
        for clause in verdict.invariant.clauses
    )


def nonsense(circuit: Circuit, seed: int) -> tuple[Clause, ...]:
    """Clauses of which some hold by chance."""
    random = Random(seed)
    names = [latch.name for latch in circuit.latches] or ["nowhere"]
    return tuple(
        tuple((random.choice(names), random.random() < 0.5) for _ in range(random.randint(1, 3)))
        for _ in range(30)
    )


@pytest.mark.parametrize("circuit", [lazy_fpu(3), peterson()], ids=["lazy", "peterson"])
def test_a_proof_that_starts_from_its_own_lemmas_asks_less(circuit: Circuit) -> None:
    lemmas = lemmas_of(circuit)
    verdicts, again = queries(circuit, lemmas)
    _, cold = queries(circuit, ())
    assert again < cold
    for goal, verdict in verdicts.items():
        if isinstance(verdict, Proved):
            assert invariant_holds(circuit, goal, verdict.invariant) is None


@pytest.mark.parametrize("seed", range(40))
def test_lemmas_that_do_not_hold_change_no_verdict(seed: int) -> None:
    circuit = random_system(seed)
    plain = pdr(circuit, list(circuit.bad), Limits())
    given = pdr(circuit, list(circuit.bad), Limits(), lemmas=nonsense(circuit, seed))
    for goal, verdict in given.items():
        assert type(verdict) is type(plain[goal])
        if isinstance(verdict, Proved):
            assert invariant_holds(circuit, goal, verdict.invariant) is None


def test_lemmas_about_latches_that_are_gone_are_passed_over() -> None:
    plain, _ = queries(peterson(), ())
    given, _ = queries(peterson(), ((("nowhere", True),), ()))
    assert {g: type(v) for g, v in given.items()} == {g: type(v) for g, v in plain.items()}


def test_the_lemmas_of_the_correct_system_hide_no_violation_of_the_broken_one() -> None:
    lemmas = lemmas_of(lazy_fpu(3))
    broken = lazy_fpu(3, "switch forgets TS")
    for engine in (pdr, auto):
        verdict = engine(broken, ["integrity"], Limits(), lemmas=lemmas)["integrity"]
        assert isinstance(verdict, Violated)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_violation_is_as_short_with_lemmas_as_without(seed: int, jobs: int) -> None:
    circuit = random_system(seed)
    lemmas = (*nonsense(circuit, seed), *lemmas_of(circuit))
    goals = list(circuit.bad)
    plain = auto(circuit, goals, Limits(), jobs=1)
    given = auto(circuit, goals, Limits(), jobs=jobs, lemmas=lemmas)
    for goal, verdict in given.items():
        before = plain[goal]
        assert type(verdict) is type(before)
        if isinstance(verdict, Violated) and isinstance(before, Violated):
            assert verdict.depth == before.depth
            assert path_violates(circuit, goal, verdict.path) is None


def test_what_holds_in_every_state_hides_no_violation_from_bmc() -> None:
    broken = lazy_fpu(3, "switch forgets TS")
    budget = Budget(Limits())
    known = holding(broken, ["integrity"], lemmas_of(lazy_fpu(3)), budget)
    assert known
    lemmas = [(lemma, INFINITE) for lemma in known]
    told, untold = Search(broken, "integrity", budget, lemmas), Search(broken, "integrity", budget)
    for search in (told, untold):
        while search.found is None:
            search.deepen()
    assert told.depth == untold.depth
    assert told.found is not None
    assert path_violates(broken, "integrity", told.found.path) is None


def test_a_frame_has_every_lemma_that_holds() -> None:
    """A lemma that does not hold hides the violation: lemmas are used, and must be filtered."""
    broken = lazy_fpu(3, "switch forgets TS")
    impossible: tuple[Clause, ...] = tuple(
        ((latch.name, bool(latch.reset)),) for latch in broken.latches if latch.reset is not None
    )
    lemmas = [(lemma, INFINITE) for lemma in impossible]
    search = Search(broken, "integrity", Budget(Limits()), lemmas)
    for _ in range(12):
        search.deepen()
    assert search.found is None
    verdict = auto(broken, ["integrity"], Limits(), lemmas=impossible)["integrity"]
    assert isinstance(verdict, Violated)
