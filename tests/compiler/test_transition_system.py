"""Steps and their choices as inputs of a circuit, and back."""

from itertools import product

from tests.compiler.faults import compared
from tests.compiler.machines import MACHINE, Row


def test_inputs_mean_the_step_and_the_choices_that_they_were_made_of() -> None:
    compiled = compared(MACHINE)
    values = {bool: (False, True), Row: tuple(Row)}
    for step in compiled.system.actions:
        names = [choice.name for choice in step.choices]
        for chosen in product(*(values[choice.type] for choice in step.choices)):
            choices = dict(zip(names, chosen, strict=True))
            assert compiled.taken(compiled.inputs_of(step, choices)) == (step, choices)
    assert compiled.taken({}) is None


def test_what_inputs_leave_out_is_false() -> None:
    compiled = compared(MACHINE)
    toggle, turn, _ = compiled.system.actions
    for step, choices in ((toggle, {"also": False}), (turn, {"row": Row.A})):
        inputs = compiled.inputs_of(step, choices)
        assert compiled.taken({name: True for name, bit in inputs.items() if bit}) == (
            step,
            choices,
        )
