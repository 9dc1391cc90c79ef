"""Example states of what got weaker."""

from verifier.compiler.behaviour import behaviour_of
from verifier.compiler.translation import compile_system
from verifier.diff.miter import Joint
from verifier.gate.weakened.states import States
from verifier.language import System, record, step


@record
class Switch:
    """Two bits."""

    on: bool = False
    was: bool = False


@step
def turn(switch: Switch, on: bool, kept: bool) -> None:
    """A choice has the name of a field."""
    if not switch.on and on:
        switch.on = kept
    switch.was = switch.on


def test_a_choice_does_not_hide_the_field_of_its_name() -> None:
    system = System("tried/switch", Switch(), (turn,))
    behaviour = behaviour_of(compile_system(system, ()))
    joint = Joint(behaviour, behaviour, {})
    [action] = behaviour.actions
    effect = joint.effect(joint.new, action, {}, [])
    changed = joint.graph.both(effect["field on"][0], joint.new.image["on"] ^ 1)
    assert States(joint).where([changed], action.choices) == {
        "on": False,
        "choice on": True,
        "kept": True,
    }
