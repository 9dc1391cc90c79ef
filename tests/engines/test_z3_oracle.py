"""Z3 as an oracle: models that fit, slices that end, signals that get through."""

import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
import z3

from verifier.circuit.aig import FALSE, TRUE, Graph
from verifier.engines import z3_oracle
from verifier.engines.budget import Budget, Exhausted
from verifier.engines.z3_oracle import Z3Oracle
from verifier.evidence.verdicts import Limits

ROOT = Path(__file__).parents[2]


def pigeons(limits: Limits, holes: int) -> tuple[Z3Oracle, int]:
    """One pigeon more than there are holes, and that each has a hole of its own: impossible."""
    graph = Graph()
    oracle = Z3Oracle(graph, Budget(limits))
    sits = [[graph.variable() for _ in range(holes)] for _ in range(holes + 1)]
    for pigeon in sits:
        oracle.add(pigeon)
    for hole in range(holes):
        for one in range(holes + 1):
            for other in range(one):
                oracle.add([sits[one][hole] ^ 1, sits[other][hole] ^ 1])
    return oracle, TRUE


def test_models_satisfy_what_is_asked_and_what_was_added() -> None:
    for seed in range(30):
        random, graph = Random(seed), Graph()
        variables = [graph.variable() for _ in range(8)]
        oracle = Z3Oracle(graph, Budget(Limits()))
        clauses = [[v ^ random.getrandbits(1) for v in random.sample(variables, 3)] for _ in "7777"]
        for clause in clauses:
            oracle.add(clause)
        asked = graph.differ(graph.both(*variables[:2]), graph.choose(*variables[2:5]))
        if oracle.solve(asked):
            values = {v: int(oracle.value(v)) for v in variables}
            assert graph.evaluate([asked], values) == [1]
            assert all(any(values[v & ~1] ^ v & 1 for v in clause) for clause in clauses)
        oracle.add([asked ^ 1])
        assert not oracle.solve(asked)


def test_constants_can_be_asked() -> None:
    oracle = Z3Oracle(Graph(), Budget(Limits()))
    assert oracle.solve(TRUE)
    assert not oracle.solve(FALSE)


def test_a_query_that_takes_many_slices_has_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(z3_oracle, "_SLICE", 2_000)
    oracle, question = pigeons(Limits(), 6)
    pauses: list[None] = []
    assert not oracle.solve(question, lambda: pauses.append(None))
    assert len(pauses) > 3


def test_the_time_limit_ends_a_query() -> None:
    oracle, question = pigeons(Limits(seconds=0.3), 11)
    with pytest.raises(Exhausted, match=r"time limit of 0\.3 s"):
        oracle.solve(question)


def test_a_solver_that_gives_up_is_a_limit_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda _: "(incomplete quantifiers)")
    oracle, question = pigeons(Limits(), 3)
    with pytest.raises(Exhausted, match=r"Z3 gives up: \(incomplete quantifiers\)"):
        oracle.solve(question)


SEARCH = """
from tests.engines.test_z3_oracle import Limits, pigeons
oracle, question = pigeons(Limits(), 11)
print("begun", flush=True)
oracle.solve(question)
"""


def test_ctrl_c_ends_a_query_that_z3_is_busy_with() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SEARCH],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as searching:
        try:
            assert searching.stdout is not None
            assert searching.stdout.readline() == "begun\n"
            with pytest.raises(subprocess.TimeoutExpired):
                searching.wait(0.5)
            searching.send_signal(signal.SIGINT)
            _, errors = searching.communicate(timeout=120)
        finally:
            searching.kill()
    assert "KeyboardInterrupt" in errors
