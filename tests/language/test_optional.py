"""What is a member of an enum or None is the same for plain Python and for the circuit."""

from dataclasses import replace
from typing import Any

import pytest

from tests.language.ill_formed import refusal
from tests.language.optional_steps import (
    ARBITRARY,
    BODIES,
    PROPERTIES,
    REFUSED,
    Body,
    Only,
    Part,
    State,
    Task,
    assigned,
    called,
    called_for_nothing,
    chosen,
    matched,
)
from verifier.circuit.aig import Graph
from verifier.compiler.compile import compile_compared
from verifier.compiler.self_check import compare
from verifier.compiler.transition_system import DEADLOCK, TransitionSystem
from verifier.compiler.translation import translated
from verifier.engines.bmc import bmc
from verifier.engines.pdr import pdr
from verifier.evidence.certificates import sentence
from verifier.evidence.verdicts import Answer, Limits, Proved, Violated
from verifier.language import (
    System,
    always,
    assume,
    record,
    step,
)
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.encoding import bits_of, encoding
from verifier.language.functions import about
from verifier.language.moments import Moment
from verifier.language.optional import or_none, without_none
from verifier.language.plain_values import shown


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_python_and_circuit_do_the_same(body: Body) -> None:
    system = System("tried/one", State(), (step(body),), arbitrary=ARBITRARY)
    assert compare(translated(system, PROPERTIES), times=10) >= 20


def taken(body: Body, state: State, **choices: Any) -> State:
    """The state after a step, in plain Python."""
    run = ConcreteRun(State.__layout__.leaves, list(state._values()))
    after = System("one", state, ()).state(run.store)
    known = about(step(body))
    assert known is not None
    assert run.take(known, after, choices) is not None
    return after


def test_plain_python_has_none_and_the_enums_own_members() -> None:
    state = State()
    assert state.owner is State.owner is None
    assert state.blank.owner is None
    assert state.other is State.other is Task.C
    assert [*state.held.items()] == [(Task.A, Task.C), (Task.B, None), (Task.C, None)]
    state.owner = Task.A
    assert taken(called, state).owner is Task.A
    assert taken(called_for_nothing, state).owner is None
    assert taken(matched, state).task is Task.B
    assert repr(state) == "State(owner=A)"
    assert repr(Part(owner=None)) == "Part(owner=None)"


def test_a_choice_is_given_to_a_step_by_any_of_its_values() -> None:
    kind = or_none(Task)
    assert [shown(each) for each in kind] == ["None", "A", "B", "C"]
    only = or_none(Only)["IT"]
    assert taken(chosen, State(), who=kind["B"], only=only).owner is Task.B
    state = State(owner=Task.B)
    assert taken(chosen, state, who=kind["None"], only=only).owner is None


def test_presentations_have_none_and_the_enums_own_members() -> None:
    run = ConcreteRun(State.__layout__.leaves, list(State(owner=Task.B)._values()))
    state = System("one", State(), ()).state(run.store)
    known = about(step(assigned))
    assert known is not None
    done = run.take(known, state, {})
    assert done is not None
    moment = Moment(state, state, "assigned", {}, done.call)
    assert moment.given(lambda s: (s.owner, s.other, s.only)) == (Task.C, Task.B, Only.IT)
    found = moment.differences(lambda s: s.owner, lambda s: s.blank.owner, lambda s: s)
    assert [(each.actual, each.expected) for each in found] == [(Task.C, None)]


def test_a_bit_more_says_that_it_is_not_none() -> None:
    assert without_none(or_none(Task)) is Task
    assert encoding(or_none(Task)).width == 3
    assert encoding(or_none(Only)).width == 1
    none, *members = or_none(Task)
    assert bits_of(none)[0] is False
    assert [bits_of(each) for each in members] == [[True, *bits_of(task)] for task in Task]
    graph = Graph()
    code = tuple(graph.variable() for _ in range(3))
    code_of_task = encoding(or_none(Task))
    assert code_of_task.test(graph, code, none) == code[0] ^ 1
    for bits in [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]:
        meant = code_of_task.decode([bool(bit) for bit in bits])
        assert (meant is none) == (not bits[0])
        if bits[0]:
            assert meant.value is encoding(Task).decode([bool(bit) for bit in bits[1:]])


@record
class Lock:
    holder: Task | None = None


@step
def take(lock: Lock, task: Task) -> None:
    assume(lock.holder is None)
    lock.holder = task


@step
def give(lock: Lock, to: Task | None) -> None:
    assume(lock.holder is not None)
    assume(to is None or to == Task.B)
    lock.holder = to


@step
def give_to_somebody(lock: Lock, to: Task | None) -> None:
    assume(lock.holder is not None and to is not None and to != lock.holder)
    lock.holder = to


@step
def drop(lock: Lock, to: Task | None) -> None:
    assume(lock.holder == Task.A and to is None)
    lock.holder = to


@always("held")
def nobody_but_a_and_b_holds_it(lock: Lock) -> bool:
    return lock.holder is None or lock.holder != Task.C


HELD = [each for each in [about(nobody_but_a_and_b_holds_it)] if each]


def decided(compiled: TransitionSystem, group: str) -> Answer:
    return pdr(compiled.circuit, [group], Limits())[group]


def test_a_field_that_may_be_none_is_proved_and_violated() -> None:
    system = System("lock/one", Lock(holder=Task.A), (give, drop))
    compiled = compile_compared(system, HELD)
    assert isinstance(decided(compiled, "held"), Proved)
    wrong = compile_compared(replace(system, steps=(take, give)), HELD)
    found = decided(wrong, "held")
    assert isinstance(found, Violated)
    assert len(found.path.inputs) == 2


def test_a_step_with_a_choice_that_may_be_none_is_enabled_with_any_of_its_values() -> None:
    for steps in ((take, give), (take, give_to_somebody)):
        compiled = compile_compared(System("lock/two", Lock(), steps), [])
        assert isinstance(decided(compiled, DEADLOCK), Proved)
    compiled = compile_compared(System("lock/three", Lock(holder=Task.A), (drop,)), [])
    assert isinstance(decided(compiled, DEADLOCK), Violated)
    compiled = compile_compared(System("lock/four", Lock(), (take, drop)), [])
    assert isinstance(decided(compiled, DEADLOCK), Violated)


def test_a_lemma_asks_for_none_as_a_model_does() -> None:
    types = {"holder": or_none(Task)}
    assert sentence({"holder": ("None",)}, types) == "holder is None"
    assert sentence({"holder": ("A", "B", "C")}, types) == "holder is not None"
    assert sentence({"holder": ("None", "A", "B")}, types) == "holder != C"
    assert sentence({"holder": ("None", "A")}, types) == "holder in (None, A)"


@pytest.mark.parametrize(("body", "what"), REFUSED, ids=lambda each: getattr(each, "__name__", ""))
def test_what_is_no_member_where_it_must_be_is_refused(body: Body, what: str) -> None:
    system = System("refused/one", State(), (step(body),), arbitrary=ARBITRARY)
    assert what in refusal(lambda: compile_compared(system, PROPERTIES))


@record
class Shelf:
    holder: Task | None = None
    last: Task = Task.A


@step
def put(shelf: Shelf, by: Task | None) -> None:
    shelf.holder = by


@step
def look(shelf: Shelf) -> None:
    """A type checker knows that what is noted is a task."""
    holder = shelf.holder
    if holder is None:
        assume(False)
    shelf.last = holder


@always("first")
def nobody_else_is_noted(shelf: Shelf) -> bool:
    return shelf.last == Task.A


def test_a_step_that_assumes_false_where_there_is_none_is_not_enabled_there() -> None:
    claim = about(nobody_else_is_noted)
    assert claim is not None
    compiled = compile_compared(System("shelf", Shelf(), (put, look)), (claim,))
    [answer] = bmc(compiled.circuit, ["first"], Limits()).values()
    assert isinstance(answer, Violated)
    assert len(answer.path.inputs) == 2
