"""Bounded model checking finds shortest violations and says how far it looked."""

import pytest

from tests.corpus import SYSTEMS
from tests.corpus.brute_force import shortest_violations
from tests.corpus.lazy_fpu import lazy_fpu
from tests.corpus.machines import counter, shift_register
from tests.corpus.random_systems import random_system
from verifier.engines.bmc import bmc
from verifier.evidence.check import path_violates
from verifier.evidence.verdicts import Limits, Progress, Unknown, Violated


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


def test_a_depth_limit_says_how_many_steps_are_good() -> None:
    verdict = bmc(counter(3), ["reaches the top"], Limits(depth=7))["reaches the top"]
    assert verdict == Unknown("bmc", "every path of 7 steps is good", 7, verdict.seconds)


def test_a_time_limit_ends_in_unknown_with_the_depth_reached() -> None:
    circuit = lazy_fpu(6, value_bits=3)
    verdict = bmc(circuit, ["integrity"], Limits(seconds=0.2))["integrity"]
    assert isinstance(verdict, Unknown)
    assert "time limit" in verdict.reason
    assert verdict.depth > 0
    assert verdict.seconds < 5


def test_a_memory_limit_ends_in_unknown() -> None:
    verdict = bmc(lazy_fpu(4, value_bits=4), ["integrity"], Limits(memory=1 << 20))["integrity"]
    assert isinstance(verdict, Unknown)
    assert "memory limit" in verdict.reason


def test_no_goals_need_no_search() -> None:
    assert bmc(counter(3), [], Limits()) == {}


def test_progress_names_the_depth_and_the_goal() -> None:
    seen: list[Progress] = []
    bmc(shift_register(3), ["all ones"], Limits(), seen.append)
    assert [(progress.engine, progress.depth) for progress in seen] == [
        ("bmc", depth) for depth in range(4)
    ]
    assert seen[-1].detail == "all ones"


def test_the_same_question_has_the_same_answer() -> None:
    circuit = lazy_fpu(3, "switch does not save", 2)
    paths = {repr(bmc(circuit, ["integrity"], Limits())["integrity"].path) for _ in range(2)}  # type: ignore[union-attr]
    assert len(paths) == 1
