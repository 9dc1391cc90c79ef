"""Side by side or in turns: the same verdicts, shortest paths, no process left behind."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.corpus import SYSTEMS
from tests.corpus.lazy_fpu import lazy_fpu
from tests.corpus.machines import lock
from tests.processes.test_pool import children
from tests.processes.watching import eventually, is_zombie
from verifier.audit.proof_checking import path_violates
from verifier.check.vacuity import reached
from verifier.circuit.circuit import Circuit
from verifier.engines.budget import Budget, Exhausted
from verifier.engines.portfolio import auto
from verifier.engines.race import Report, Send, race
from verifier.evidence.verdicts import (
    Answer,
    Limits,
    Progress,
    Unknown,
    Violated,
    Watch,
    silent,
)
from verifier.language.errors import ToolFailure

ROOT = Path(__file__).parents[2]


def test_both_ways_give_paths_of_the_same_length() -> None:
    circuit = lazy_fpu(4, "exit leaks", 2)
    in_turns = auto(circuit, ["integrity"], Limits(), jobs=1)["integrity"]
    side_by_side = auto(circuit, ["integrity"], Limits(), jobs=2)["integrity"]
    assert isinstance(in_turns, Violated)
    assert isinstance(side_by_side, Violated)
    assert in_turns.shortest
    assert side_by_side.shortest
    assert in_turns.depth == side_by_side.depth


def test_a_deep_violation_that_pdr_finds_is_as_short_as_it_can_be() -> None:
    circuit = lock([2, 0, 3, 1] * 6)
    for jobs in (1, 2):
        verdict = auto(circuit, ["opens"], Limits(), jobs=jobs)["opens"]
        assert isinstance(verdict, Violated)
        assert verdict.depth == 25


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_violation_of_any_length_is_not_shortened(jobs: int) -> None:
    circuit = lock([2, 0, 3, 1] * 6)
    verdict = auto(circuit, ["opens"], Limits(shortening=0), jobs=jobs)["opens"]
    assert isinstance(verdict, Violated)
    assert path_violates(circuit, "opens", verdict.path) is None
    assert not verdict.shortest or verdict.depth == 25


def test_shortening_ends_with_how_far_there_is_nothing_shorter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("verifier.engines.pdr._SHORTENING_SHARE", 0)
    circuit = lock([2, 0, 3, 1] * 6)
    verdicts = [auto(circuit, ["opens"], Limits(shortening=n), jobs=1)["opens"] for n in (1, 20)]
    good = []
    for verdict in verdicts:
        assert isinstance(verdict, Violated)
        assert path_violates(circuit, "opens", verdict.path) is None
        assert verdict.depth == 25
        good.append(verdict.good_steps)
    assert 0 < good[0] < good[1] < 24


def test_witnesses_may_have_any_length() -> None:
    limits = list[Limits]()

    def engine(_: Circuit, goals: Sequence[str], given: Limits, __: Watch) -> dict[str, Answer]:
        limits.append(given)
        return {goal: Unknown("none", "", 0, 0.0) for goal in goals}

    reached(lock([2, 0, 3, 1] * 6), ["opens"], engine, Limits(depth=9), silent)
    assert limits == [Limits(depth=9, shortening=0)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_limits_end_in_unknown_with_every_reason(jobs: int) -> None:
    circuit = lazy_fpu(6, value_bits=4)
    by_depth = auto(circuit, ["integrity"], Limits(depth=3), jobs=jobs)["integrity"]
    assert isinstance(by_depth, Unknown)
    assert "every path of 4 steps is good" in by_depth.reason
    by_time = auto(circuit, ["integrity"], Limits(seconds=0.01), jobs=jobs)["integrity"]
    assert isinstance(by_time, Unknown)
    assert "time limit" in by_time.reason


def test_a_limit_in_the_first_look_leaves_the_depth_that_was_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []

    class Hurried(Budget):
        def spend(self) -> None:
            super().spend()
            seen.append(self.queries)
            if len(seen) > 8:
                raise Exhausted("time limit")

    circuit = lazy_fpu(3, value_bits=3)
    monkeypatch.setattr("verifier.engines.portfolio.Budget", Hurried)
    verdict = auto(circuit, ["integrity"], Limits(), jobs=2)["integrity"]
    assert isinstance(verdict, Unknown)
    assert verdict.depth > 0
    assert verdict.reason == f"every path of {verdict.depth} steps is good; time limit"


def test_without_a_further_process_one_does_the_work_of_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def scarce() -> int:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", scarce)
    verdict = auto(lock([2, 0, 3, 1]), ["opens"], Limits(), jobs=2)["opens"]
    assert isinstance(verdict, Violated)


def test_no_goals_need_no_processes() -> None:
    assert auto(SYSTEMS["handshake"].build(), [], Limits()) == {}


def test_progress_of_both_engines_is_seen() -> None:
    seen: list[Progress] = []
    auto(lazy_fpu(3, value_bits=3), ["integrity"], Limits(), seen.append, jobs=2)
    assert {progress.engine for progress in seen} == {"bmc", "pdr"}
    assert not children()


def endless(_: Send) -> None:
    time.sleep(60)


def test_a_race_that_is_left_ends_its_processes() -> None:
    reports = race({"quick": lambda send: send(Report(failure="stop")), "endless": endless})
    assert next(reports).failure == "stop"
    assert children()
    reports.close()
    assert not children()


def test_a_killed_process_is_reported_and_the_others_go_on() -> None:
    def dies(_: Send) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    waits, wakes = os.pipe()

    def lives(send: Send) -> None:
        os.read(waits, 1)
        send(Report(Progress("lives", 1)))

    reports = race({"dies": dies, "lives": lives})
    assert next(reports) == Report(failure="dies: its process was killed by signal 9")
    os.write(wakes, b"!")
    assert list(reports) == [Report(Progress("lives", 1))]
    os.close(waits)
    os.close(wakes)


def test_a_failing_process_is_a_failure() -> None:
    def fails(_: Send) -> None:
        raise SystemExit(3)

    with pytest.raises(ToolFailure, match="`fails` ended with 1"):
        list(race({"fails": fails}))


RACER = """
import os, time
from verifier.engines.budget import Budget, Exhausted
from verifier.engines.race import Report, race
from verifier.evidence.verdicts import Progress
def endless(tell):
    tell(Report(Progress("pid", os.getpid())))
    time.sleep(60)
for report in race({"a": endless, "b": endless}):
    print(report.progress.depth, flush=True)
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_an_interrupted_or_killed_race(end: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RACER],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as racer:
        assert racer.stdout is not None
        contenders = [int(racer.stdout.readline()) for _ in range(2)]
        racer.send_signal(end)
        racer.wait(120)
        eventually(lambda: all(map(is_zombie, contenders)), "the end of both")
