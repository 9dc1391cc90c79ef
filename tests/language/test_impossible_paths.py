"""Paths of properties that no state takes: they make a property neither partial nor ill-formed."""

from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest

from verifier.compiler.compile import compile_compared
from verifier.language import Family, ModelError, System, abstracts, always, assume, record, step
from verifier.language.functions import about


class Task(Enum):
    A = 0
    B = 1
    C = 2


@record
class State:
    runs: Family[Task, bool] = Family()
    last: Task = Task.A
    mode: Task = Task.A


@abstracts("somebody runs; the latest first")
def busy(s: State) -> bool:
    return any(s.runs[each] for each in reversed(Task))


@step
def change(s: State, task: Task, on: bool) -> None:
    s.runs[task] = on
    s.last, s.mode = task, s.last


@always("p")
def the_first_that_runs_is_known(s: State) -> bool:
    if not busy(s):
        return True
    return next(each for each in Task if s.runs[each]) != s.last or s.last == s.mode


@always("p")
def every_pair_of_tasks_is_thought_of(s: State) -> bool:
    if s.last == s.mode:
        return True
    for one in Task:
        for other in Task:
            if one != other and s.last == one and s.mode == other:
                return one == Task.A
    return None  # type: ignore[return-value]


@always("p")
def one_pair_of_tasks_is_forgotten(s: State) -> bool:
    for one in Task:
        for other in Task:
            if one != other and s.last == one and s.mode == other:
                return one == Task.A
    return None  # type: ignore[return-value]


@always("p")
def nobody_may_run(s: State) -> bool:
    return next(each for each in Task if s.runs[each]) != s.last


def compiled(claim: Callable[..., Any]) -> int:
    known = about(claim)
    assert known is not None
    return compile_compared(System("one", State(), (change,)), (known,)).compared


@pytest.mark.parametrize("claim", [the_first_that_runs_is_known, every_pair_of_tasks_is_thought_of])
def test_a_property_may_go_wrong_where_no_state_comes(claim: Callable[..., Any]) -> None:
    assert compiled(claim) > 10


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (one_pair_of_tasks_is_forgotten, "returns `True` on one path and `None` on another"),
        (nobody_may_run, "raises StopIteration"),
    ],
)
def test_a_property_may_not_go_wrong_where_a_state_comes(
    claim: Callable[..., Any], said: str
) -> None:
    with pytest.raises(ModelError) as caught:
        compiled(claim)
    assert said in caught.value.message


class Issue(Enum):
    NOTHING = 0
    SET = 1
    CLEAR = 2
    READ = 3
    WRITE = 4
    LOAD = 5
    ENTER = 6


class Instruction(Enum):
    """More than are issued."""

    I0 = 0
    I1 = 1
    I2 = 2
    I3 = 3
    I4 = 4
    I5 = 5
    I6 = 6
    I7 = 7


@abstracts("which instruction is issued")
def instruction_of(issue: Issue) -> Instruction:
    match issue:
        case Issue.SET:
            return Instruction.I2
        case Issue.READ:
            return Instruction.I6
        case Issue.CLEAR | Issue.WRITE:
            return Instruction.I5
        case _:
            return Instruction.I1


@abstracts("every instruction is of a task, of whichever the first are")
def task_of(instruction: Instruction) -> Task:
    match instruction:
        case Instruction.I0 | Instruction.I1:
            return Task.A
        case Instruction.I2 | Instruction.I3 | Instruction.I4:
            return Task.B
        case Instruction.I5 | Instruction.I6 | Instruction.I7:
            return Task.C


@step
def issue(s: State, issue: Issue) -> None:
    assume((issue != Issue.NOTHING) & (issue != Issue.ENTER))
    s.last = task_of(instruction_of(issue))
    s.runs[s.last] = busy(s)


def test_a_step_goes_on_after_a_result_that_no_state_gives() -> None:
    compiled = compile_compared(System("one", State(), (change, issue), may_end=True), ())
    assert compiled.compared > 0
    assert {"last#0", "last#1"} <= {latch.name for latch in compiled.circuit.latches}
