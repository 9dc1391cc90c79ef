"""Observers and properties read an execution: nothing that they do has an influence on it."""

import linecache
from collections.abc import Callable
from typing import Any

import pytest

from verifier.language import (
    ModelError,
    System,
    abstracts,
    always,
    assume,
    event,
    ghost,
    observer,
    record,
    snapshot,
    sometimes,
    step,
)
from verifier.language.compiling import compile_system
from verifier.language.concrete import ConcreteRun
from verifier.language.errors import Disabled, Place
from verifier.language.functions import about
from verifier.language.system import bindings


@record
class Part:
    flag: bool = False


@ghost
class Note:
    flag: bool = False
    part: Part = Part()


@event
class Seen:
    flag: bool = False


@record
class State:
    flag: bool = False
    part: Part = Part()
    note: Note = Note()
    seen: Seen = Seen()


Step = Callable[..., None]
REFUSED: list[tuple[Step, str]] = []


def refused(message: str) -> Callable[[Step], Step]:
    """Note that a step with this body is refused in the line marked `# here`."""

    def note(body: Step) -> Step:
        REFUSED.append((body, message))
        return body

    return note


ASSERTS = "asserts something for an observer or property"
ENDS = "an observer or property {} something"
TELLS = "gives a model function what an observer sees"


# they cannot end the step


@observer("asserts")
def asserting(s: State) -> None:
    assert s.note.flag  # here


@observer("asserts what always holds")
def asserting_the_obvious(_: State) -> None:
    assert True  # here


@abstracts("asserts for whoever calls it")
def must(s: State) -> None:
    assert s.flag  # here


@observer("calls what asserts")
def asserting_in_a_call(s: State) -> None:
    must(s)


def must_plainly(bit: bool) -> None:
    assert bit  # here


@observer("calls a plain function that asserts")
def asserting_in_a_plain_call(s: State) -> None:
    must_plainly(s.note.flag)


@observer("raises what an assertion raises")
def raising_an_assertion(s: State) -> None:
    if s.note.flag:
        raise AssertionError  # here


@observer("assumes")
def assuming(s: State) -> None:
    assume(s.note.flag)  # here


@observer("assumes what always holds")
def assuming_the_obvious(_: State) -> None:
    assume(True)  # here


@abstracts("assumes for whoever calls it")
def needs(bit: bool) -> None:
    assume(bit)  # here


@observer("calls what assumes")
def assuming_in_a_call(s: State) -> None:
    needs(s.note.flag)


@observer("calls what assumes a constant")
def assuming_in_a_plain_call(_: State) -> None:
    needs(True)


@observer("raises what an assumption raises")
def raising_an_assumption(s: State) -> None:
    if s.note.flag:
        raise Disabled  # here


@refused(f"`asserting` {ASSERTS}")
def asserts(s: State) -> None:
    asserting(s)


@refused(f"`asserting_the_obvious` {ASSERTS}")
def asserts_the_obvious(s: State) -> None:
    asserting_the_obvious(s)


@refused(f"`must` {ASSERTS}")
def asserts_in_a_call(s: State) -> None:
    asserting_in_a_call(s)


@refused(ENDS.format("asserts"))
def asserts_in_a_plain_call(s: State) -> None:
    asserting_in_a_plain_call(s)


@refused(ENDS.format("asserts"))
def raises_an_assertion(s: State) -> None:
    raising_an_assertion(s)


@refused(ENDS.format("assumes"))
def assumes(s: State) -> None:
    assuming(s)


@refused(ENDS.format("assumes"))
def assumes_the_obvious(s: State) -> None:
    assuming_the_obvious(s)


@refused(ENDS.format("assumes"))
def assumes_in_a_call(s: State) -> None:
    assuming_in_a_call(s)


@refused(ENDS.format("assumes"))
def assumes_in_a_plain_call(s: State) -> None:
    assuming_in_a_plain_call(s)


def raises_an_assumption(s: State) -> None:
    raising_an_assumption(s)


# they cannot answer


@observer("answers")
def answering(s: State) -> bool:
    return s.note.flag


@observer("answers whoever gives it a constant")
def answering_a_constant(bit: bool) -> bool:
    return bit


@always("p")
def always_noted(note: Note) -> bool:
    return note.flag


@observer("ends an iteration")
def ending(s: State) -> None:
    if s.note.flag:
        raise StopIteration  # here


@observer("lacks an attribute")
def lacking(s: State) -> None:
    if s.note.flag:
        raise AttributeError("flag")  # here


@observer("writes into what it is given")
def writing(s: State, seen: list[bool]) -> None:
    seen.append(s.note.flag)


@refused(f"`answering` {TELLS}")
def answers(s: State) -> None:
    s.flag = answering(s)  # here


@refused(f"`answering_a_constant` {TELLS}")
def answers_a_constant(s: State) -> None:
    s.flag = answering_a_constant(True)  # here


@refused(f"`always_noted` {TELLS}")
def asks_a_property(s: State) -> None:
    s.flag = always_noted(s.note)  # here


@refused("`ending` raises StopIteration")
def counts_what_does_not_end(s: State) -> None:
    s.flag = len(list(map(ending, (s,)))) == 1


@refused("`lacking` raises AttributeError: flag")
def asks_for_what_is_lacking(s: State) -> None:
    lacking(s)


@refused("`writing` is given a `list`")
def gives_a_list(s: State) -> None:
    seen: list[bool] = []
    writing(s, seen)  # here
    s.flag = seen == [True]


# ghosts are not read by models, whatever carries them


@refused("`note.flag` is ghost state and is read by a model function")
def reads_a_snapshot(s: State) -> None:
    s.flag = snapshot(s.note).flag  # here


@refused("`note.flag` is ghost state and is read by a model function")
def compares_snapshots(s: State) -> None:
    s.flag = snapshot(s.note) == Note()  # here


@refused("`note.part.flag` is ghost state and is copied to `part.flag`")
def copies_a_snapshot(s: State) -> None:
    s.part = snapshot(s.note.part)  # here


@refused("`note.part.flag` is ghost state and is copied to `part.flag`")
def builds_on_a_snapshot(s: State) -> None:
    s.note.part = s.part
    s.part = State(part=snapshot(s.note).part).part  # here


@refused("`seen.flag` is ghost state and is read by a model function")
def reads_an_event(s: State) -> None:
    s.flag = s.seen.flag  # here


# they change ghosts only, properties nothing


@observer("changes the model")
def meddling(s: State) -> None:
    meddled(s)


@abstracts("changes a part")
def meddled(s: State) -> None:
    s.part.flag = True  # here


@refused("`part.flag` is changed by an observer")
def meddles(s: State) -> None:
    meddling(s)


def system_of(body: Step) -> System:
    return System("observers/one", State(), (step(body),), arbitrary=("flag", "note.*", "part.*"))


def symbolically(body: Step) -> ModelError:
    with pytest.raises(ModelError) as caught:
        compile_system(system_of(body), [])
    return caught.value


def concretely(body: Step) -> ModelError:
    """The refusal in a state with the ghost set, or else in one without."""
    system = system_of(body)
    for bit in (True, False):
        run = ConcreteRun(system.layout.leaves, [bit] * len(system.layout.leaves))
        try:
            run.take(system.actions[0].function, system.state(run.store), {})
        except ModelError as error:
            return error
    raise AssertionError("not refused")


def line(error: ModelError) -> str:
    assert isinstance(error.place, Place)
    return linecache.getline(error.place.file, error.place.line)


@pytest.mark.parametrize("how", [symbolically, concretely])
@pytest.mark.parametrize(
    ("body", "message"), [pytest.param(*each, id=each[0].__name__) for each in REFUSED]
)
def test_an_observer_has_no_influence(body: Step, message: str, how: Any) -> None:
    error = how(body)
    assert error.message.startswith(message)
    assert "# here" in line(error)
    assert error.mend


def test_an_observer_cannot_raise_what_an_assumption_raises() -> None:
    assert symbolically(raises_an_assumption).message.startswith("`raising_an_assumption` uses")
    error = concretely(raises_an_assumption)
    assert error.message == ENDS.format("assumes")
    assert "# here" in line(error)


# properties

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
    assert error.mend


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
