"""An execution with one move changed does what it would do if it were taken from its start."""

from dataclasses import replace

import pytest

from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Execution
from verifier.execution.machine import Move
from verifier.execution.variations import Variations
from verifier.language.packages import bundled_root
from verifier.project.loading import load
from verifier.project.proof_store import ProofStore

CATALOGUE = load(bundled_root())


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("kvm-vmx/v2.6.34", "integrity"),
        ("kvm-nvmx/v3.14", "progress"),
        ("native/lazy-v3.2", "isolation"),
        ("native/lazy-v3.4", "assertions"),
    ],
)
def test_variations_agree_with_whole_replays(name: str, group: str) -> None:
    system = CATALOGUE.systems[name]
    properties = CATALOGUE.properties_of(system)
    stored = ProofStore(bundled_root()).bundle(name)
    assert stored is not None
    execution = execution_of_run(system, properties, stored.runs[group])
    assert isinstance(execution, Execution)
    moves, varied = execution.moves, Variations(execution, group)
    answers = set()
    for number, (step, choices) in enumerate(moves):
        for choice in step.choices:
            for value in choice.values:
                move: Move = (step, {**choices, choice.name: value})
                trial = [*moves[:number], move, *moves[number + 1 :]]
                whole = replace(execution, moves=trial).violation(group)
                assert varied.violate(number, move) is isinstance(whole, str)
                answers.add(isinstance(whole, str))
    assert answers == {False, True}


def test_an_adopted_variation_is_what_later_ones_start_from() -> None:
    system = CATALOGUE.systems["kvm-vmx/v2.6.34"]
    properties = CATALOGUE.properties_of(system)
    stored = ProofStore(bundled_root()).bundle(system.name)
    assert stored is not None
    execution = execution_of_run(system, properties, stored.runs["transparency"])
    assert isinstance(execution, Execution)
    varied = Variations(execution, "transparency")
    for number, (step, choices) in enumerate(execution.moves):
        for choice in step.choices:
            for value in choice.values:
                move: Move = (step, {**choices, choice.name: value})
                before = list(varied.moves)
                kept_it = varied.adopt(number, move)
                trial = [*before[:number], move, *before[number + 1 :]]
                assert varied.moves == (trial if kept_it else before)
                whole = replace(execution, moves=trial).violation("transparency")
                assert kept_it is isinstance(whole, str)
