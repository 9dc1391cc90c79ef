"""Tasks side by side: whose process they run in, and what becomes of those that die."""

import errno
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from verifier.evidence.verdicts import Progress, Watch
from verifier.language.errors import ModelError, ToolFailure
from verifier.processes import pool, worker
from verifier.processes.pool import NoProcess, apart, messages, side_by_side, within
from verifier.processes.worker import Lost, Send, Worker

Tasks = dict[str, Callable[[], int]]


class Clock:
    """The clock of the pool, which a test puts forward: a busy machine makes nothing late."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """It stands still."""
    stopped = Clock()
    for module in (pool, worker):
        monkeypatch.setattr(module, "monotonic", stopped)
    return stopped


def die() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def linger() -> int:
    sleep(60)
    return 0


def overflow() -> int:
    raise MemoryError


def refuse() -> int:
    raise ModelError("it is no model", help="make it one")


def test_each_task_has_a_process_of_its_own() -> None:
    tasks = dict.fromkeys("abcd", os.getpid)
    answers = dict(side_by_side(tasks, 2))
    assert list(answers) == [*"abcd"]
    assert len({*answers.values(), os.getpid()}) == 5


def test_tasks_that_leave_no_traces_share_as_many_processes_as_there_are_jobs() -> None:
    answers = dict(side_by_side(dict.fromkeys("abcdefgh", os.getpid), 2, shared=True))
    assert 1 <= len(set(answers.values())) <= 2
    assert os.getpid() not in answers.values()


def test_of_processes_that_are_done_at_once_as_many_stay_as_there_are_tasks_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beside: list[set[str]] = []
    before = set(children())

    def all_done(workers: Sequence[Worker[Any]], _: float) -> list[Worker[Any]]:
        for each in workers:
            assert worker.wait([each], 60.0)
        return [*workers]

    monkeypatch.setattr(pool, "wait", all_done)

    def watch(progress: Progress) -> None:
        if progress.detail == "c":
            beside.append(set(children()) - before)

    dict(side_by_side({"a": os.getpid, "b": os.getpid, "c": os.getpid}, 2, watch, shared=True))
    assert [len(each) for each in beside] == [1]


def test_a_process_that_has_worked_long_takes_no_other_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "SOON", 0.0)  # which no task takes less than
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


def test_a_task_that_takes_too_long_times_out_and_the_others_go_on(clock: Clock) -> None:
    def watch(progress: Progress) -> None:
        clock.now += 1.0 if progress.detail == "b" else 0.0

    tasks: Tasks = {"a": partial(int, 1), "b": linger, "c": partial(int, 3)}
    answers = dict(side_by_side(tasks, 1, watch, seconds=0.5, shared=True))
    assert answers == {"a": 1, "b": Lost("timed out after 0.5 s"), "c": 3}


def test_a_model_error_is_raised_here() -> None:
    tasks: Tasks = {"a": partial(int, 1), "b": refuse, "c": linger}
    with pytest.raises(ModelError, match="it is no model"):
        dict(side_by_side(tasks, 2, shared=True))


def test_a_task_that_fails_is_a_failure_of_the_tool(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ToolFailure, match="`b` ended with 1"):
        dict(side_by_side({"a": partial(int, 1), "b": partial(int, "one")}, 1, shared=True))
    assert "ValueError" in capfd.readouterr().err


def test_a_closed_pool_leaves_no_process() -> None:
    answers = side_by_side({"a": os.getpid, "b": linger, "c": linger}, 2, shared=True)
    next(answers)
    assert children()
    answers.close()
    assert not children()


def children() -> list[str]:
    """This process's forks, zombies included; not the server that the tests of commands have."""
    tasks = Path("/proc/self/task").glob("*/children")
    found = [child for task in tasks for child in task.read_text().split()]
    return [child for child in found if b"serve()" not in command_line(child)]


def command_line(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_progress_of_a_task_apart_is_seen_here() -> None:
    def task(watch: Watch) -> int:
        watch(Progress("engine", 7))
        return os.getpid()

    seen: list[Progress] = []
    assert apart("it", task, seen.append) != os.getpid()
    assert seen == [Progress("engine", 7)]


def test_a_task_apart_that_takes_too_long_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pool, worker):
        monkeypatch.setattr(module, "monotonic", monotonic)
    assert within(0.3, "it", linger) == Lost("timed out after 0.3 s")
    assert not children()


def test_answers_of_any_size_arrive_whole() -> None:
    tasks = {"a": partial(bytes, 5_000_000), "b": partial(bytes, 0)}
    answers = dict(side_by_side(tasks, 2))
    assert answers == {"a": bytes(5_000_000), "b": b""}


def test_an_error_of_the_system_is_raised_here_without_a_stack_trace(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def full() -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "report.json")

    with pytest.raises(OSError, match="No space left"):
        dict(side_by_side({"a": full}, 1))
    assert capfd.readouterr().err == ""


def test_what_tasks_report_comes_in_their_order_and_a_dead_one_is_reported() -> None:
    def counts(send: Send) -> None:
        for number in range(3):
            send(number)

    def dies(_: Send) -> None:
        die()

    heard = [each for each in messages({"counts": counts, "dies": dies}, 5.0) if each is not None]
    assert [said for name, said in heard if name == "counts"] == [0, 1, 2]
    assert ("dies", Lost("its process was killed by signal 9")) in heard


def test_without_a_further_process_those_that_there_are_do_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fork, left = os.fork, [2]

    def scarce() -> int:
        if not left[0]:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        left[0] -= 1
        return fork()

    monkeypatch.setattr(os, "fork", scarce)
    descriptors = len(os.listdir("/proc/self/fd"))
    answers = dict(side_by_side(dict.fromkeys("abcdef", os.getpid), 4, shared=True))
    assert len(answers) == 6
    assert 1 <= len(set(answers.values())) <= 2
    with pytest.raises(NoProcess, match="Resource temporarily unavailable"):
        dict(side_by_side({"a": os.getpid}, 4))
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_a_worker_has_no_descriptor_of_another() -> None:
    """Else the death of one would not be seen while another lives."""

    def open_files() -> list[str]:
        return [name for name in os.listdir("/proc/self/fd") if name.isdigit() and int(name) < 200]

    before = len(open_files())
    answers = dict(side_by_side(dict.fromkeys("abcd", lambda: len(open_files())), 4))
    assert set(answers.values()) <= {before, before + 1}
