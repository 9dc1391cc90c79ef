"""Properties read an execution: nothing that they do has an influence on it."""

from typing import Any

import pytest

from tests.language.observed import ASSERTS, ENDS, Note, Part, State, line, system_of
from tests.language.observing_answers import answers
from verifier.compiler.translation import compile_system
from verifier.language import (
    ModelError,
    System,
    always,
    assume,
    observer,
    sometimes,
    step,
)
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.functions import about
from verifier.language.system import bindings

CHANGED = "`note.flag` is changed by a property"


@always("p")
def assigns_a_ghost(note: Note) -> bool:
    note.flag = True  # here
    return note.flag


@sometimes("p")
def assigns_in_a_call(state: State) -> bool:
    noting(state)
    return state.flag


@observer("notes")
def noting(s: State) -> None:
    s.note.flag = not s.note.flag  # here


@always("p")
def assigns_the_model(state: State) -> bool:
    state.part = Part()  # here
    return True


@always("p")
def assumes_something(note: Note) -> bool:
    assume(note.flag)  # here
    return True


@always("p")
def asserts_something(note: Note) -> bool:
    assert note.flag  # here
    return True


@step
def idle(s: State) -> None:
    s.flag = not s.flag
    noting(s)


PROPERTIES = [
    (assigns_a_ghost, CHANGED),
    (assigns_in_a_call, CHANGED),
    (assigns_the_model, "`part.flag` is changed by a property"),
    (assumes_something, ENDS.format("assumes")),
    (asserts_something, f"`asserts_something` {ASSERTS}"),
]


def compiled_with(property: Any) -> ModelError:
    known = about(property)
    assert known is not None
    system = System("observers/two", State(), (idle,), arbitrary=("note.*", "part.*"))
    with pytest.raises(ModelError) as caught:
        compile_system(system, [known])
    return caught.value


def evaluated(property: Any) -> ModelError:
    known = about(property)
    assert known is not None
    system = System("observers/two", State(), (idle,))
    run = ConcreteRun(system.layout.leaves, list(system.initial_values))
    with pytest.raises(ModelError) as caught:
        bindings(system, known)[0].holds(run.store)
    return caught.value


@pytest.mark.parametrize("how", [compiled_with, evaluated])
@pytest.mark.parametrize(("property", "message"), PROPERTIES)
def test_a_property_changes_nothing(property: Any, message: str, how: Any) -> None:
    error = how(property)
    assert error.message == message
    assert "# here" in line(error)
    assert error.help


def test_a_level_changes_nothing() -> None:
    run = ConcreteRun(State().__layout__.leaves, [False] * 5)  # type: ignore[attr-defined]
    system = system_of(answers)
    with pytest.raises(ModelError, match="is changed by a property"), run.observed():
        system.state(run.store).note.flag = True
    assert not any(run.store.values)


def test_what_observes_can_read_ghosts_and_change_them() -> None:
    system = System("observers/two", State(), (idle,))
    run = ConcreteRun(system.layout.leaves, list(system.initial_values))
    assert run.take(system.actions[0].function, system.state(run.store), {})
    state = system.state(run.store)
    with run.observed():
        assert state.flag
        assert state.note.flag
    compile_system(system, [])
