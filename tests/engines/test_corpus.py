"""Every engine on every system with a known answer: verdict, depth, audit of the evidence."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pytest

from tests.corpus import SYSTEMS
from tests.corpus.brute_force import shortest_violations
from tests.corpus.random_systems import random_system
from verifier.circuit.circuit import Circuit
from verifier.engines.auto import auto
from verifier.engines.bmc import bmc
from verifier.engines.kinduction import kinduction
from verifier.engines.pdr import pdr
from verifier.evidence.check import path_violates, proof_holds
from verifier.evidence.judges import cadical_judge
from verifier.evidence.verdicts import Limits, Proved, Unknown, Verdict, Violated

Engine = Callable[[Circuit, Sequence[str], Limits], Mapping[str, Verdict]]

ENGINES: dict[str, Engine] = {
    "bmc": bmc,
    "kinduction": kinduction,
    "pdr": pdr,
    "auto": partial(auto, jobs=1),
    "auto side by side": partial(auto, jobs=2),
}
SHORTEST = ("bmc", "kinduction", "auto", "auto side by side")
LONG_SIMPLE_PATHS = (
    "Peterson",
    "token ring",
    "buffer",
    "buffer that overflows",
    "lazy FPU",
    "lazy FPU, three tasks",
)


def check(
    engine: str, circuit: Circuit, answers: Mapping[str, int | None], depth: int | None
) -> None:
    """With a depth, what holds may end as unknown."""
    verdicts = ENGINES[engine](circuit, list(answers), Limits(depth=depth))
    assert list(verdicts) == list(answers)
    for goal, steps in answers.items():
        verdict = verdicts[goal]
        if isinstance(verdict, Violated):
            assert steps is not None, goal
            assert path_violates(circuit, goal, verdict.path) is None, goal
            assert verdict.depth == steps or engine not in SHORTEST, goal
        elif isinstance(verdict, Proved):
            assert steps is None, goal
            assert proof_holds(circuit, goal, verdict) is None, goal
            assert proof_holds(circuit, goal, verdict, cadical_judge) is None, goal
        else:
            assert steps is None, (goal, verdict.reason)
            assert verdict.depth == depth, (goal, verdict.reason)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", SYSTEMS)
def test_every_engine_gives_every_known_answer(name: str, engine: str) -> None:
    known = SYSTEMS[name]
    endless = engine == "kinduction" and name in LONG_SIMPLE_PATHS
    depth = 20 if engine == "bmc" else 7 if endless else None
    check(engine, known.build(), known.depth, depth)


@pytest.mark.parametrize(
    ("engine", "systems"),
    [("bmc", 200), ("kinduction", 100), ("pdr", 200), ("auto", 200), ("auto side by side", 15)],
)
def test_every_engine_agrees_with_brute_force(engine: str, systems: int) -> None:
    for seed in range(1000, 1000 + systems):
        circuit = random_system(seed)
        check(engine, circuit, shortest_violations(circuit), 20 if engine == "bmc" else None)


def test_kinduction_says_how_far_it_got_where_simple_paths_are_long() -> None:
    circuit = SYSTEMS["lazy FPU, three tasks"].build()
    verdict = kinduction(circuit, ["integrity"], Limits(depth=4))["integrity"]
    assert isinstance(verdict, Unknown)
    assert verdict.depth == 4
    assert "4 steps" in verdict.reason
