"""Which fields a system has, and which steps may change each."""

from dataclasses import replace
from random import Random

from nestproof.models.systems.native_classic import CLASSIC
from tests.compiler.faults import compared
from tests.compiler.machines import MACHINE, stumble
from verifier.compiler.compile import compile_compared
from verifier.execution.machine import Machine
from verifier.execution.random_walk import changes, random_move
from verifier.project.state_fields import writers


def test_the_steps_that_may_change_a_field_are_those_whose_text_assigns_it() -> None:
    assert writers(compared(MACHINE)) == {
        "a": ("toggle",),
        "b": ("toggle",),
        "c": ("settle",),
        "row": ("settle",),
        **{f"parts[{row}].row": ("turn",) for row in "ABC"},
    }


def test_a_field_that_two_steps_assign_has_both_in_their_order() -> None:
    both = replace(MACHINE, name="machine/both", steps=(stumble, *MACHINE.steps))
    assert writers(compared(both))["c"] == ("stumble", "settle")


def test_what_a_step_changes_in_an_execution_it_may_change() -> None:
    written = writers(compile_compared(CLASSIC, ()))
    machine, random, met = Machine(CLASSIC), Random(5), set[str]()
    for _ in range(300):
        before = machine.values
        made = random_move(machine, random)
        assert made is not None
        for path, _, _ in changes(machine, before):
            if path in written:
                assert made[0][0].name in written[path]
                met.add(path)
    same = {f"threads[{name}].save_area.owner" for name in "ABC"}  # as nothing goes wrong
    assert written.keys() - met == same
