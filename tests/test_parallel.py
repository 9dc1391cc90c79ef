"""Tasks side by side: whose process they run in, and what becomes of those that die."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from multiprocessing import active_children
from time import sleep

import pytest

from verifier import parallel
from verifier.catalogue import Catalogue, bundled_root, load
from verifier.evidence.verdicts import Limits
from verifier.language.compiling import compile_system
from verifier.language.errors import ModelError
from verifier.parallel import Lost, check_one, side_by_side
from verifier.proofs import ToolFailure

Tasks = dict[str, Callable[[], int]]


def die() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def linger() -> int:
    sleep(60)
    return 0


def overflow() -> int:
    raise MemoryError


def refuse() -> int:
    raise ModelError("it is no model", mend="make it one")


def test_each_task_has_a_process_of_its_own() -> None:
    tasks = dict.fromkeys("abcd", os.getpid)
    answers = dict(side_by_side(tasks, 2))
    assert list(answers) == [*"abcd"]
    assert len({*answers.values(), os.getpid()}) == 5


def test_tasks_that_leave_no_traces_share_as_many_processes_as_there_are_jobs() -> None:
    answers = dict(side_by_side(dict.fromkeys("abcdefgh", os.getpid), 2, shared=True))
    assert 1 <= len(set(answers.values())) <= 2
    assert os.getpid() not in answers.values()


def test_a_process_that_has_worked_long_takes_no_other_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parallel, "SOON", 0.0)
    answers = dict(side_by_side(dict.fromkeys("abcd", os.getpid), 2, shared=True))
    assert len(set(answers.values())) == 4


@pytest.mark.parametrize(
    ("end", "reason"), [(die, "killed by signal 9"), (overflow, "out of memory")]
)
def test_a_task_that_dies_takes_no_other_with_it(end: Callable[[], int], reason: str) -> None:
    tasks: Tasks = {
        "a": partial(int, 1),
        "b": end,
        "c": partial(int, 3),
        "d": partial(int, 4),
    }
    answers = dict(side_by_side(tasks, 1, shared=True))
    lost = answers.pop("b")
    assert isinstance(lost, Lost)
    assert reason in lost.reason
    assert answers == {"a": 1, "c": 3, "d": 4}


def test_a_task_that_takes_too_long_is_stopped_and_the_others_go_on() -> None:
    tasks: Tasks = {"a": partial(int, 1), "b": linger, "c": partial(int, 3)}
    answers = dict(side_by_side(tasks, 1, seconds=0.5, shared=True))
    assert answers == {"a": 1, "b": Lost("stopped after 0.5 s"), "c": 3}


def test_a_model_error_is_raised_here() -> None:
    tasks: Tasks = {"a": partial(int, 1), "b": refuse, "c": linger}
    with pytest.raises(ModelError, match="it is no model"):
        dict(side_by_side(tasks, 2, shared=True))


def test_a_task_that_fails_is_a_failure_of_the_tool(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ToolFailure, match="`b` ended with 1"):
        dict(side_by_side({"a": partial(int, 1), "b": partial(int, "one")}, 1, shared=True))
    assert "ValueError" in capfd.readouterr().err


def test_who_loses_interest_leaves_no_process_behind() -> None:
    answers = side_by_side({"a": os.getpid, "b": linger, "c": linger}, 2, shared=True)
    next(answers)
    assert active_children()
    answers.close()
    for _ in range(100):
        if not active_children():
            break
        sleep(0.05)
    assert not active_children()


def test_the_models_assertions_are_checked_for_who_asks_for_all_of_a_system() -> None:
    catalogue = load(bundled_root())
    name = "native/lazy-v3.2"
    listed = [p.property for p in catalogue.pairs_of(catalogue.systems[name])]
    assert "assertions" in listed

    def checked(catalogue: Catalogue, groups: list[str]) -> list[str]:
        limits = Limits(depth=1)
        results = check_one(catalogue, compile_system, "bmc", limits, False, True, 1, name, groups)
        return [result.property for result in results]

    rest = [group for group in listed if group != "assertions"]
    assert checked(catalogue, listed) == listed
    assert checked(catalogue, rest) == rest
    found_by_running_only = replace(catalogue, expected={})
    vars(found_by_running_only)["asserting"] = frozenset()
    assert checked(found_by_running_only, rest) == [*rest, "assertions"]
    assert checked(found_by_running_only, rest[1:]) == rest[1:]
