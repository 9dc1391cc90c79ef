"""Going other ways from any step of an execution."""

from typing import Any

from tests.evidence.lazy_project import execution, trace
from verifier.audit.trace_replay import replayed
from verifier.execution.execution import Execution
from verifier.execution.machine import Move
from verifier.explain.session import Exploration


def exploration() -> Exploration:
    return Exploration(execution(), trace())


def enabled(session: Exploration, number: int) -> list[Move]:
    return [move for move in session.enabled(number) if move is not None]


def test_from_any_step_the_enabled_steps_are_listed() -> None:
    assert [step.name for step, _ in enabled(exploration(), 1)] == ["use_fpu", "switch_to"]


def test_taking_a_step_in_the_middle_begins_a_branch_and_keeps_the_trace() -> None:
    session = exploration()
    assert session.take(1, enabled(session, 1)[0])
    assert session.now.name == "branch 1"
    assert [stride.step for stride in session.now.trace.steps] == ["use_fpu", "use_fpu"]
    assert session.now.trace.conjunct == ""
    assert session.switch().trace == trace()


def test_taking_a_step_at_the_end_goes_on_and_back_undoes_it() -> None:
    session = exploration()
    session.take(1, enabled(session, 1)[0])
    session.take(2, enabled(session, 2)[1])
    assert len(session.now.trace.steps) == 3
    assert session.back()
    assert session.back()
    assert not session.back()
    assert len(session.now.trace.steps) == len(session.now.states) - 1 == 1


def test_the_counterexample_itself_is_not_taken_back() -> None:
    assert not exploration().back()


def test_a_step_that_is_not_enabled_is_not_taken() -> None:
    session = exploration()
    step, choices = enabled(session, 1)[1]
    enums: dict[str, Any] = {name: type(value) for name, value in choices.items()}
    stays = {name: next(iter(members)) for name, members in enums.items()}
    assert not session.take(1, (step, stays))
    assert len(session.branches) == 1


def test_random_steps_stop_where_a_property_is_violated() -> None:
    session = exploration()
    taken = len([*session.run(0, 1_000, seed=1)])
    assert 0 < taken < 1_000
    assert session.now.trace.steps[-1].fails
    assert not any(stride.fails for stride in session.now.trace.steps[:-1])
    again = exploration()
    assert len([*again.run(0, 1_000, seed=1)]) == taken
    assert again.now.trace == session.now.trace


def test_a_branch_that_violates_is_saved_as_a_counterexample() -> None:
    session = exploration()
    list(session.run(0, 1_000, seed=1))
    saved = session.explaining()()
    assert saved.conjunct == "a_task_finds_only_its_own_registers"
    assert saved.steps[-1].because
    assert isinstance(replayed(session.system, session.properties, saved), Execution)


def test_a_branch_without_violation_is_saved_as_an_execution() -> None:
    session = exploration()
    session.take(0, enabled(session, 0)[0])
    assert session.explaining()().conjunct == ""


def test_the_causes_of_any_field_are_computed_when_asked() -> None:
    session = exploration()
    assert session.because(3, "access.by") is None
    list(session.search_causes(3))
    assert session.because(3, "access.by") == ("current",)
    assert session.because(3, "access.executed") == ()
