"""Minimised counterexamples still violate, and every choice left in them counts."""

from dataclasses import replace

from tests.corpus import SYSTEMS
from tests.corpus.build import Builder
from tests.corpus.random_systems import random_system
from verifier.audit.proof_checking import path_violates
from verifier.circuit.circuit import Circuit
from verifier.engines.bmc import bmc
from verifier.evidence.verdicts import Limits, Path, Violated
from verifier.explain.choice_minimisation import Choice, minimise


def flipped(path: Path, choice: Choice) -> Path:
    step, name = choice
    if step == 0:
        return replace(path, start={**path.start, name: not path.start[name]})
    changed = {**path.inputs[step - 1], name: not path.inputs[step - 1][name]}
    return replace(path, inputs=(*path.inputs[: step - 1], changed, *path.inputs[step:]))


def check(circuit: Circuit, goal: str, path: Path) -> None:
    """The result replays, is no longer, and loses the violation with any true choice flipped."""
    result = minimise(circuit, goal, path)
    assert path_violates(circuit, goal, result) is None
    assert len(result.inputs) == len(path.inputs)
    free = [(0, latch.name) for latch in circuit.latches if latch.reset is None]
    steps = range(1, len(path.inputs) + 1)
    choices = free + [(step, bit.name) for step in steps for bit in circuit.inputs]
    values = [result.start, *result.inputs]
    for choice in choices:
        if values[choice[0]][choice[1]]:
            assert path_violates(circuit, goal, flipped(result, choice)) is not None


def test_corpus_counterexamples_are_minimal() -> None:
    for known in SYSTEMS.values():
        circuit = known.build()
        goals = [goal for goal, depth in known.depth.items() if depth]
        for goal, verdict in bmc(circuit, goals, Limits()).items():
            assert isinstance(verdict, Violated)
            check(circuit, goal, verdict.path)


def test_random_counterexamples_are_minimal() -> None:
    for seed in range(200):
        circuit = random_system(seed)
        for goal, verdict in bmc(circuit, list(circuit.bad), Limits(depth=8)).items():
            if isinstance(verdict, Violated):
                check(circuit, goal, verdict.path)


def test_choices_that_only_matter_together_stay_together() -> None:
    build = Builder()
    a, b, c = build.input("a"), build.input("b"), build.input("c")
    build.bad("same", build.graph.all([build.graph.differ(a, b) ^ 1, build.graph.either(a, c)]))
    path = Path({}, ({"a": True, "b": True, "c": True},))
    result = minimise(build.circuit(), "same", path)
    assert result.inputs[0] == {"a": True, "b": True, "c": False}
