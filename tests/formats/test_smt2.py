"""Exported Horn clauses mean the circuit: Z3's Spacer answers as brute force does."""

from dataclasses import replace

import pytest
import z3

from tests.corpus import SYSTEMS
from tests.corpus.brute_force import shortest_violations
from tests.corpus.build import Builder
from tests.corpus.random_systems import random_system
from verifier.formats.smt2 import Smt2Error, write_smt2

QUICK = ["no latches", "no inputs", "uninitialised", "two phases", "naive mutex", "handshake"]


def spacer(text: str) -> z3.CheckSatResult:
    solver = z3.SolverFor("HORN")
    solver.set("timeout", 300_000)
    solver.from_string(text)
    return solver.check()


@pytest.mark.parametrize("name", QUICK)
def test_spacer_agrees_on_the_corpus(name: str) -> None:
    known = SYSTEMS[name]
    circuit = known.build()
    for goal, depth in known.depth.items():
        assert spacer(write_smt2(circuit, goal)) == (z3.unsat if depth else z3.sat), goal


def test_spacer_agrees_on_random_systems() -> None:
    for seed in range(40):
        circuit = random_system(seed)
        for goal, depth in shortest_violations(circuit).items():
            assert spacer(write_smt2(circuit, goal)) == (z3.unsat if depth else z3.sat), seed


RESERVED = ["bad", "g2", "g3", "g4", "g5", "g6", "g7", "g8", "init", "trans", "reachable", "true"]


def test_no_name_of_a_latch_or_input_is_taken_for_another() -> None:
    """Gates, functions and the next state have names, too."""
    for seed in range(12):
        circuit = random_system(seed)
        names = [f"{name}{suffix}" for suffix in ("", "'", "''") for name in RESERVED]
        latches = tuple(
            replace(x, name=name) for x, name in zip(circuit.latches, names, strict=False)
        )
        left = names[len(latches) :]
        inputs = tuple(replace(x, name=name) for x, name in zip(circuit.inputs, left, strict=False))
        renamed = replace(circuit, latches=latches, inputs=inputs)
        for goal, depth in shortest_violations(circuit).items():
            assert spacer(write_smt2(renamed, goal)) == (z3.unsat if depth else z3.sat), seed


def test_every_corpus_file_is_well_formed() -> None:
    for known in SYSTEMS.values():
        circuit = known.build()
        for goal in known.depth:
            solver = z3.SolverFor("HORN")
            solver.from_string(write_smt2(circuit, goal))
            assert len(solver.assertions()) >= 2, "the start and the step, at least"


def test_a_name_that_no_symbol_can_carry_is_refused() -> None:
    build = Builder()
    build.bad("p", build.input("a|b"))
    with pytest.raises(Smt2Error, match="cannot be a quoted symbol"):
        write_smt2(build.circuit(), "p")
