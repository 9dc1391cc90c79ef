"""Fields may be called as what selects a step and its choices is: they are told apart."""

from enum import Enum

from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.translation import compile_system
from verifier.diff.compare import difference
from verifier.language import System, assume, record
from verifier.language import step as a_step


class Task(Enum):
    A = 0
    B = 1


@record
class Machine:
    step: Task = Task.A
    choice: Task = Task.A
    on: bool = False


@a_step
def switch(machine: Machine, task: Task) -> None:
    assume(task != machine.choice)
    machine.choice = task
    machine.step = machine.choice
    machine.on = not machine.on


def switch_if_on() -> System:
    @a_step
    def switch(machine: Machine, task: Task) -> None:
        assume(task != machine.choice and machine.on)
        machine.choice = task
        machine.step = machine.choice
        machine.on = not machine.on

    return System("named/as-inputs", Machine(), (switch,))


def behaviour(system: System) -> Behaviour:
    return behaviour_of(compile_system(system, ()))


def test_no_latch_is_called_as_an_input() -> None:
    circuit = behaviour(System("named/as-inputs", Machine(), (switch,))).circuit
    latches = {latch.name for latch in circuit.latches}
    assert {"step#0", "choice#0"} <= latches
    assert latches.isdisjoint(bit.name for bit in circuit.inputs)


def test_a_step_that_is_possible_less_often_is_found() -> None:
    was = behaviour(System("named/as-inputs", Machine(), (switch,)))
    changes = difference(was, behaviour(switch_if_on())).changes
    assert [(each.kind, each.step) for each in changes] == [("disabled", "switch")]
