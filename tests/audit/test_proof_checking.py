"""The audit accepts what holds and rejects every kind of damage, saying where."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.audit.second_judge import cadical_judge, invariant_holds
from tests.corpus import SYSTEMS
from tests.corpus.brute_force import shortest_violations
from tests.corpus.build import Builder
from tests.corpus.machines import counter, lock, one_hot_ring, two_phase
from tests.corpus.random_systems import random_system
from tests.evidence.kettle import kettle
from verifier.audit.proof_checking import (
    Rejected,
    path_violates,
    proof_holds,
    reached,
)
from verifier.audit.solvers import Judge, z3_judge
from verifier.circuit.circuit import Circuit
from verifier.engines.bmc import bmc
from verifier.evidence.bundle import Run
from verifier.evidence.verdicts import (
    Clause,
    Induction,
    Invariant,
    Limits,
    Path,
    Proved,
    Violated,
)
from verifier.execution.conversions import path_of

JUDGES = pytest.mark.parametrize("judge", [z3_judge, cadical_judge], ids=["z3", "cadical"])
RING = one_hot_ring(3)
PAIRS: tuple[Clause, ...] = tuple(
    ((f"cell{i}", False), (f"cell{j}", False)) for j in range(3) for i in range(j)
)


def condition(rejected: Rejected | None) -> str | None:
    return None if rejected is None else rejected.condition


@JUDGES
def test_an_inductive_invariant_is_accepted(judge: Judge) -> None:
    assert invariant_holds(RING, "two tokens", Invariant(PAIRS), judge) is None


@JUDGES
def test_a_missing_clause_is_rejected(judge: Judge) -> None:
    for missing in PAIRS:
        left = tuple(clause for clause in PAIRS if clause != missing)
        rejected = invariant_holds(RING, "two tokens", Invariant(left), judge)
        assert condition(rejected) == "inductive"
        assert rejected is not None
        assert rejected.clause in left


@JUDGES
def test_a_clause_that_excludes_a_reset_state_is_rejected(judge: Judge) -> None:
    wrong: Clause = (("cell0", False),)
    rejected = invariant_holds(RING, "two tokens", Invariant((*PAIRS, wrong)), judge)
    assert condition(rejected) == "initial"
    assert rejected is not None
    assert rejected.clause == wrong


@JUDGES
def test_clauses_that_say_too_little_are_rejected_with_a_violating_step(judge: Judge) -> None:
    weak: Clause = (("cell0", True), ("cell1", True), ("cell2", True))
    rejected = invariant_holds(RING, "two tokens", Invariant((weak,)), judge)
    assert condition(rejected) == "implies"
    assert rejected is not None
    assert rejected.counterexample is not None
    anywhere = free_start(RING)
    assert path_violates(anywhere, "two tokens", rejected.counterexample) is None


def free_start(circuit: Circuit) -> Circuit:
    latches = tuple(replace(latch, reset=None) for latch in circuit.latches)
    return replace(circuit, latches=latches)


def test_an_empty_clause_and_an_unknown_name_are_rejected() -> None:
    assert condition(invariant_holds(RING, "two tokens", Invariant(((),)))) == "initial"
    unknown = Invariant(((("cell9", True),),))
    assert condition(invariant_holds(RING, "two tokens", unknown)) == "well-formed"
    assert condition(invariant_holds(RING, "three tokens", Invariant(PAIRS))) == "well-formed"


def test_a_clause_over_an_uninitialised_latch_does_not_hold_at_the_start() -> None:
    build = Builder()
    build.latch("free", None)
    build.bad("never", 0)
    circuit = build.circuit()
    for value in (False, True):
        rejected = invariant_holds(circuit, "never", Invariant(((("free", value),),)))
        assert condition(rejected) == "initial"
        assert rejected is not None
        assert rejected.counterexample == Path({"free": not value}, ())
    tautology: Clause = (("free", True), ("free", False))
    assert invariant_holds(circuit, "never", Invariant((tautology,))) is None


def test_flipping_any_literal_of_an_invariant_is_rejected() -> None:
    for index, clause in enumerate(PAIRS):
        for place, (name, value) in enumerate(clause):
            flipped = (*clause[:place], (name, not value), *clause[place + 1 :])
            damaged = Invariant((*PAIRS[:index], flipped, *PAIRS[index + 1 :]))
            assert invariant_holds(RING, "two tokens", damaged) is not None


@JUDGES
def test_a_violated_property_has_no_accepted_invariant(judge: Judge) -> None:
    for seed in range(150):
        circuit = random_system(seed)
        for goal, depth in shortest_violations(circuit).items():
            clauses = tuple(((latch.name, bool(latch.reset)),) for latch in circuit.latches)
            for invariant in (Invariant(()), Invariant(clauses), Invariant(clauses[:1])):
                holds = invariant_holds(circuit, goal, invariant, judge) is None
                assert not (holds and depth), (seed, goal)


@JUDGES
def test_an_induction_is_accepted_only_with_enough_steps(judge: Judge) -> None:
    circuit = SYSTEMS["unreachable loop"].build()

    def audited(induction: Induction) -> str | None:
        proved = Proved("kinduction", Invariant(()), induction.steps, 0.0, induction)
        return condition(proof_holds(circuit, "fifteen", proved, judge))

    assert audited(Induction(3, simple_path=True)) == "implies"
    assert audited(Induction(9, simple_path=True)) == "implies"
    assert audited(Induction(10, simple_path=False)) == "implies"
    assert audited(Induction(10, simple_path=True)) is None
    assert audited(Induction(-1)) == "well-formed"


@JUDGES
def test_an_induction_is_over_as_many_good_steps_as_it_says(judge: Judge) -> None:
    """From 5, which is not reached, come 6 and 7: three good steps in a row exclude it."""
    circuit = counter(3, limit=4, stalls=False)
    found = [
        condition(proof_holds(circuit, "reaches the top", by_induction(steps), judge))
        for steps in range(5)
    ]
    assert found == ["implies", "implies", "implies", None, None]


def by_induction(steps: int) -> Proved:
    return Proved("kinduction", Invariant(()), steps, 0.0, Induction(steps))


def test_an_induction_over_more_steps_than_a_violation_takes_fails_its_base() -> None:
    proved = Proved("kinduction", Invariant(()), 20, 0.0, Induction(20, simple_path=True))
    rejected = proof_holds(counter(3), "reaches the top", proved)
    assert condition(rejected) == "base"
    assert rejected is not None
    assert rejected.counterexample is not None
    assert path_violates(counter(3), "reaches the top", rejected.counterexample) is None


def test_the_base_of_an_induction_is_as_many_steps_as_it_says() -> None:
    """Seven steps are good; the eighth, which violates it, is for the other condition."""
    goal = "reaches the top"
    found = [condition(proof_holds(counter(3), goal, by_induction(steps))) for steps in (7, 8)]
    assert found == ["implies", "base"]


def violation(circuit: Circuit, goal: str) -> Path:
    verdict = bmc(circuit, [goal], Limits())[goal]
    assert isinstance(verdict, Violated)
    return verdict.path


def test_every_damaged_path_is_rejected() -> None:
    circuit = lock([2, 0, 3, 1])
    path = violation(circuit, "opens")
    assert path_violates(circuit, "opens", path) is None
    for step in range(4):
        for name in path.inputs[step]:
            changed = {**path.inputs[step], name: not path.inputs[step][name]}
            inputs = (*path.inputs[:step], changed, *path.inputs[step + 1 :])
            assert condition(path_violates(circuit, "opens", replace(path, inputs=inputs)))
    for cut in (path.inputs[:-1], path.inputs[1:], (*path.inputs, path.inputs[0])):
        assert condition(path_violates(circuit, "opens", Path(path.start, cut))) == "replays"


def test_a_path_that_does_not_fit_the_system_is_rejected() -> None:
    circuit = two_phase()
    path = violation(circuit, "fires")
    for start, inputs, reason in (
        ({**path.start, "hot": False}, path.inputs, "`hot` starts as True, not False"),
        ({**path.start, "cold": False}, path.inputs, "`cold` is unknown"),
        ({"hot": True}, path.inputs, "`armed` is missing"),
        (path.start, (), "the path has no steps"),
        (path.start, ({}, *path.inputs[1:]), "the inputs of step 1 do not fit: `arm` is missing"),
    ):
        rejected = path_violates(circuit, "fires", Path(start, inputs))
        assert condition(rejected) == "well-formed"
        assert rejected is not None
        assert reason in rejected.reason
    assert condition(path_violates(circuit, "melts", path)) == "well-formed"


def variations(path: Path) -> Iterator[Path]:
    """The path, and others that are shorter, longer, or do not fit."""
    yield path
    yield replace(path, inputs=path.inputs * 2)
    yield replace(path, inputs=path.inputs[1:])
    yield replace(path, start={name: not bit for name, bit in path.start.items()})
    yield replace(path, inputs=({"unknown": True}, *path.inputs))


def test_several_paths_reach_side_by_side_what_each_one_does_alone() -> None:
    found = []
    for seed in range(150):
        circuit = random_system(seed)
        violated = [goal for goal, depth in shortest_violations(circuit).items() if depth]
        paths = {goal: list(variations(violation(circuit, goal))) for goal in violated}
        for number in range(5):
            chosen = {g: paths[g][(number + place) % 5] for place, g in enumerate(violated)}
            alone = {g for g, path in chosen.items() if path_violates(circuit, g, path) is None}
            assert reached(circuit, chosen | {"unknown": Path({}, ({},))}).keys() == alone, seed
            found.append((len(alone), len(chosen)))
    assert {(0, 1), (1, 1), (1, 2), (2, 2), (1, 3), (2, 3)} <= {*found}


def test_the_steps_that_each_of_several_paths_takes_are_its_own() -> None:
    """A step that is not enabled is not taken; one that fails its assertion is not, either."""
    compiled = kettle()
    moves = {
        "fires:fill": ("pour", "fill"),
        "fires:pour": ("fill", "fill", "pour"),
        "sometimes:it_is_empty": ("smash", "fill", "pour"),
        "fires:smash": ("fill", "smash"),
    }
    paths = {
        goal: path
        for goal, steps in moves.items()
        if (path := path_of(compiled, Run({}, tuple((step, {}) for step in steps))))
    }
    assert reached(compiled.circuit, paths) == {
        "fires:fill": (1,),
        "fires:pour": (0, 2),
        "sometimes:it_is_empty": (1, 2),
    }
