"""Bounded model checking finds shortest violations and reports how far it searched."""

from collections.abc import Callable, Sequence

import pytest

from tests.corpus import SYSTEMS
from tests.corpus.brute_force import shortest_violations
from tests.corpus.lazy_fpu import lazy_fpu
from tests.corpus.machines import counter, shift_register
from tests.corpus.random_systems import random_system
from tests.engines import clock
from verifier.audit.proof_checking import path_violates
from verifier.circuit.circuit import Circuit
from verifier.engines import sat, z3_oracle
from verifier.engines.bmc import bmc
from verifier.engines.bmc_z3 import bmc_z3
from verifier.evidence.verdicts import Limits, Progress, Unknown, Violated, Watch, silent

Bmc = Callable[[Circuit, Sequence[str], Limits, Watch], dict[str, Violated | Unknown]]

BOTH = pytest.mark.parametrize("search", [bmc, bmc_z3])


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_known_violation_is_found_at_its_depth(name: str) -> None:
    known = SYSTEMS[name]
    circuit = known.build()
    verdicts = bmc(circuit, list(known.depth), Limits(depth=20))
    for goal, depth in known.depth.items():
        verdict = verdicts[goal]
        assert verdict.depth == (depth or 20), goal
        assert isinstance(verdict, Violated if depth else Unknown), goal
        if isinstance(verdict, Violated):
            assert path_violates(circuit, goal, verdict.path) is None


def test_random_systems_agree_with_brute_force() -> None:
    for seed in range(400):
        circuit = random_system(seed)
        verdicts = bmc(circuit, list(circuit.bad), Limits(depth=16))
        for goal, depth in shortest_violations(circuit).items():
            verdict = verdicts[goal]
            found = verdict.depth if isinstance(verdict, Violated) else None
            assert found == depth, (seed, goal)
            if isinstance(verdict, Violated):
                assert path_violates(circuit, goal, verdict.path) is None, (seed, goal)


def test_goals_asked_alone_or_together_have_the_same_depths() -> None:
    circuit = SYSTEMS["uninitialised"].build()
    for goal, depth in SYSTEMS["uninitialised"].depth.items():
        verdict = bmc(circuit, [goal], Limits(depth=5))[goal]
        assert verdict.depth == (depth or 5)


@BOTH
def test_a_depth_limit_reports_how_many_steps_are_good(search: Bmc) -> None:
    verdict = search(counter(3), ["reaches the top"], Limits(depth=7), silent)["reaches the top"]
    assert isinstance(verdict, Unknown)
    assert (verdict.reason, verdict.depth) == ("every path of 7 steps is good", 7)


@BOTH
def test_a_time_limit_ends_in_unknown_with_the_depth_that_was_searched_completely(
    search: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    circuit = lazy_fpu(6, value_bits=3)
    clock.put_in(monkeypatch, 0.02)
    verdict = search(circuit, ["integrity"], Limits(seconds=0.5), silent)["integrity"]
    assert isinstance(verdict, Unknown)
    assert verdict.reason == f"every path of {verdict.depth} steps is good; time limit of 0.5 s"
    assert verdict.depth > 0
    assert 0.5 < verdict.seconds < 1
    at_least = search(circuit, ["integrity"], Limits(depth=verdict.depth), silent)["integrity"]
    assert isinstance(at_least, Unknown)


@BOTH
def test_a_depth_that_was_begun_and_not_finished_does_not_count(
    search: Bmc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sat, "_CONFLICTS_OF_GLUCOSE", 1)
    monkeypatch.setattr(z3_oracle, "_SLICE", 10_000)
    circuit, seen = lazy_fpu(4, value_bits=3), list[Progress]()

    class Impatient(BaseException):
        """Somebody loses patience at the third look at the clock inside one depth."""

    def watch(progress: Progress) -> None:
        seen.append(progress)
        if seen[-4:] == [progress] * 4:
            raise Impatient

    with pytest.raises(Impatient):
        search(circuit, ["integrity"], Limits(), watch)
    reached = seen[-1].depth
    assert [progress.depth for progress in seen] == sorted(progress.depth for progress in seen)
    assert {progress.depth for progress in seen} == set(range(reached + 1))
    verdict = search(circuit, ["integrity"], Limits(depth=reached + 1), silent)["integrity"]
    assert isinstance(verdict, Unknown), "the depth that was not finished holds nothing either"


@BOTH
def test_each_of_several_goals_has_its_own_depth(search: Bmc) -> None:
    circuit = SYSTEMS["uninitialised"].build()
    goals = SYSTEMS["uninitialised"].depth
    verdicts = search(circuit, list(goals), Limits(depth=9), silent)
    assert {goal: verdict.depth for goal, verdict in verdicts.items()} == {
        goal: depth or 9 for goal, depth in goals.items()
    }
    assert len({verdict.depth for verdict in verdicts.values()}) > 1


@BOTH
def test_a_memory_limit_ends_in_unknown(search: Bmc) -> None:
    circuit = lazy_fpu(4, value_bits=4)
    verdict = search(circuit, ["integrity"], Limits(memory=1 << 20), silent)["integrity"]
    assert verdict.depth == 0
    assert isinstance(verdict, Unknown)
    assert verdict.reason == "every path of 0 steps is good; memory limit of 1 MB"


@BOTH
def test_no_goals_need_no_search(search: Bmc) -> None:
    assert search(counter(3), [], Limits(), silent) == {}


@BOTH
def test_progress_names_the_depth_that_is_good_and_the_goal(search: Bmc) -> None:
    seen: list[Progress] = []
    verdict = search(shift_register(3), ["all ones"], Limits(), seen.append)["all ones"]
    assert seen == [
        *(Progress(verdict.engine, depth, "all ones") for depth in range(4)),
        Progress(verdict.engine, 3, "all ones", found=verdict),
    ]


@BOTH
def test_the_same_question_has_the_same_answer(search: Bmc) -> None:
    circuit = lazy_fpu(3, "switch does not save", 2)
    verdicts = [search(circuit, ["integrity"], Limits(), silent)["integrity"] for _ in range(2)]
    first, second = (each.path for each in verdicts if isinstance(each, Violated))
    assert first == second
