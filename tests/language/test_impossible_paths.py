"""Paths of properties that no state takes: they make a property neither partial nor ill-formed."""

from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest

from verifier.compiler.compile import compile_compared
from verifier.language import Family, ModelError, System, abstracts, always, record, step
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
