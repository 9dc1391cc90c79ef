"""Every engine on every system with a known answer: verdict, depth, audit of the evidence."""

from collections.abc import Mapping

import pytest

from tests.audit.second_judge import cadical_judge
from tests.corpus import SYSTEMS
from tests.corpus.brute_force import shortest_violations
from tests.corpus.random_systems import random_system
from verifier.audit.proof_checking import path_violates, proof_holds
from verifier.circuit.circuit import Circuit
from verifier.engines.contract import ENGINES, engine_named
from verifier.engines.kinduction import kinduction
from verifier.evidence.verdicts import Limits, Proved, Unknown, Violated, silent

PROCESSES = [(name, 1) for name in ENGINES] + [("auto", 2)]
"""Every engine of the list, with so many processes."""
SYSTEMS_AGAINST_BRUTE_FORCE = {("kinduction", 1): 30, ("bmc-z3", 1): 30, ("auto", 2): 10}
"""Where 60 take too long; `make campaigns` has twenty times as many."""
LONG_SIMPLE_PATHS = (
    "Peterson",
    "token ring",
    "buffer",
    "buffer that overflows",
    "lazy FPU",
    "lazy FPU, three tasks",
)


def check(
    engine: str,
    jobs: int,
    circuit: Circuit,
    answers: Mapping[str, int | None],
    depth: int | None = None,
) -> None:
    """With a depth, what holds may end as unknown; an engine that cannot prove needs one."""
    listed = ENGINES[engine]
    search = engine_named(engine, jobs)
    verdicts = search(circuit, list(answers), Limits(depth=depth), silent)
    assert list(verdicts) == list(answers)
    for goal, steps in answers.items():
        verdict = verdicts[goal]
        if isinstance(verdict, Violated):
            assert steps is not None, goal
            assert path_violates(circuit, goal, verdict.path) is None, goal
            assert verdict.depth == steps, goal
        elif isinstance(verdict, Proved):
            assert listed.proves, goal
            assert verdict.engine in ENGINES, goal
            assert steps is None, goal
            assert proof_holds(circuit, goal, verdict) is None, goal
            assert proof_holds(circuit, goal, verdict, cadical_judge) is None, goal
        else:
            assert steps is None, (goal, verdict.reason)
            assert verdict.depth == depth, (goal, verdict.reason)


@pytest.mark.parametrize(("engine", "jobs"), PROCESSES)
@pytest.mark.parametrize("name", SYSTEMS)
def test_every_engine_gives_every_known_answer(name: str, engine: str, jobs: int) -> None:
    known = SYSTEMS[name]
    endless = engine == "kinduction" and name in LONG_SIMPLE_PATHS
    depth = 20 if not ENGINES[engine].proves else 7 if endless else None
    check(engine, jobs, known.build(), known.depth, depth)


@pytest.mark.parametrize(("engine", "jobs"), PROCESSES)
def test_every_engine_agrees_with_brute_force(engine: str, jobs: int, campaign: bool) -> None:
    depth = None if ENGINES[engine].proves else 20
    systems = SYSTEMS_AGAINST_BRUTE_FORCE.get((engine, jobs), 60) * (20 if campaign else 1)
    for seed in range(1000, 1000 + systems):
        circuit = random_system(seed)
        check(engine, jobs, circuit, shortest_violations(circuit), depth)


def test_kinduction_says_how_far_it_got_where_simple_paths_are_long() -> None:
    circuit = SYSTEMS["lazy FPU, three tasks"].build()
    verdict = kinduction(circuit, ["integrity"], Limits(depth=4))["integrity"]
    assert isinstance(verdict, Unknown)
    assert verdict.depth == 4
    assert "4 steps" in verdict.reason
