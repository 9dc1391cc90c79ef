"""The circuit of the x86 layer says what its functions do on plain values."""

from random import Random

import pytest

from nestproof.models.x86.instructions import Instruction
from tests.models.trial import (
    TRIAL,
    after,
    bits_of,
    compiled,
    concretely,
    decoded,
    packed,
    random_value,
)
from verifier.language.system import Step


def agree(step: Step, draws: int, seed: str, **fixed: object) -> None:
    random = Random(seed)
    leaves = TRIAL.layout.leaves
    states, choices, cases = [], [], []
    for _ in range(draws):
        state = [random_value(random, leaf.type) for leaf in leaves]
        choice = {c.name: random_value(random, c.type) for c in step.choices} | fixed
        case = compiled().inputs_of(step, choice)
        for leaf, value in zip(leaves, state, strict=True):
            case |= bits_of(leaf.path, value)
        states.append(state)
        choices.append(choice)
        cases.append(case)
    words = after(packed(cases), draws)
    for place, (state, choice) in enumerate(zip(states, choices, strict=True)):
        expected = concretely(step, state, choice)
        for leaf, names, value in zip(leaves, compiled().latch_names, expected, strict=True):
            if names:
                assert decoded(words, leaf.path, leaf.type, place) == value, leaf.path


@pytest.mark.parametrize("instruction", list(Instruction))
def test_an_instruction_s_circuit_equals_its_concrete_run(instruction: Instruction) -> None:
    agree(TRIAL.action("run"), 120, instruction.name, instruction=instruction)


@pytest.mark.parametrize("name", ["enter", "leave"])
def test_a_transition_s_circuit_equals_its_concrete_run(name: str) -> None:
    agree(TRIAL.action(name), 250, name)


def test_the_contract_in_a_ghost_record_does_what_the_cpu_does() -> None:
    random = Random("promise")
    cases = 2000
    words = {bit.name: random.getrandbits(cases) for bit in compiled().circuit.inputs}
    words |= {f"step:{i}": (1 << cases) - 1 if i == 0 else 0 for i in range(2)}
    for leaf, names in zip(TRIAL.layout.leaves, compiled().latch_names, strict=True):
        if leaf.path.startswith("cpu."):
            for name in names:
                words[name] = words[f"promise.{name}"] = random.getrandbits(cases)
    result = after(words, cases)
    for name in result:
        if name.startswith("promise."):
            assert result[name] == result[name.removeprefix("promise.")], name


def test_every_leaf_of_an_arbitrary_cpu_is_part_of_the_circuit() -> None:
    for leaf, names in zip(TRIAL.layout.leaves, compiled().latch_names, strict=True):
        assert names, leaf.path


def test_no_rule_needs_more_paths_than_a_page_of_the_manual() -> None:
    for name, cost in compiled().costs.items():
        assert cost.paths <= 16 * cost.calls, name
