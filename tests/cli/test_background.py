"""Work that the screen has done for it in other processes."""

import asyncio
import errno
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.lazy_project import execution, project, trace
from tests.processes.watching import eventually
from tests.viewer.screens import opened
from verifier.evidence.traces import Trace
from verifier.explain.session import Exploration
from verifier.language.errors import ModelError
from verifier.viewer.screen import explore_pane
from verifier.viewer.screen.app import Screen
from verifier.viewer.screen.tasks import (
    NICE,
    Aside,
    Joining,
    LostWork,
    finish,
    finished,
    parts,
)


def session() -> Exploration:
    return Exploration(execution(), trace())


def test_a_task_runs_in_a_process_that_gives_way() -> None:
    aside = Aside("it", lambda: (os.getpid(), os.nice(0)))
    process, niceness = aside.answer()
    assert process != os.getpid()
    assert niceness == min(19, os.nice(0) + NICE)


def test_a_task_that_is_stopped_ends() -> None:
    aside = Aside("it", lambda: time.sleep(60))
    assert not aside.is_ready()
    aside.stop()
    assert not is_alive(aside)


def is_alive(aside: Aside[Any]) -> bool:
    """Whether its process exists, be it as a zombie."""
    assert aside.worker is not None
    try:
        os.kill(aside.worker.process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_is_killed_or_refuses_is_lost_work() -> None:
    with pytest.raises(LostWork, match="signal 9"):
        Aside("it", lambda: os.kill(os.getpid(), signal.SIGKILL)).answer()

    def refuse() -> None:
        raise ModelError("no such model")

    with pytest.raises(LostWork, match="no such model"):
        Aside("it", refuse).answer()


def test_what_cannot_be_started_is_lost_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def scarce() -> int:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", scarce)
    with pytest.raises(LostWork, match="cannot be started: Resource temporarily unavailable"):
        Aside("it", os.getpid).answer()


def test_a_file_is_saved_although_the_screen_is_left_meanwhile(tmp_path: Path) -> None:
    def save() -> None:
        eventually((tmp_path / "left").exists, "the screen is left")
        (tmp_path / "saved").touch()

    async def left() -> None:
        waiting = asyncio.ensure_future(finished(Aside("saving", save), stops=False))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert waiting.cancelled()
        (tmp_path / "left").touch()

    asyncio.run(left())
    assert list(finish()) == []
    assert (tmp_path / "saved").exists()


def test_a_search_from_a_state_finds_steps() -> None:
    explored = session()
    run, says = explored.ahead(explored.now.states[1], "isolation")
    assert run is not None
    assert run.moves == (("switch_to", {"next_task": "B"}), ("use_fpu", {"value": False}))
    assert says == "isolation is violated after 2 more steps"


def test_the_models_show_when_a_violation_is_unavoidable() -> None:
    annotated = Exploration(execution(), trace(), project()).annotated(trace())
    assert annotated.explanation.doomed == 3
    assert annotated.explanation.also_in == ()


def test_leaving_the_screen_ends_what_goes_on_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asleep = Aside("it", lambda: time.sleep(60))
    monkeypatch.setattr(explore_pane, "Aside", lambda *_: asleep)

    async def run() -> None:
        screen = Screen(trace(), session())
        async with opened(screen) as pilot:
            await pilot.press("c", "enter")
            await pilot.pause()
            assert screen.is_working
            assert is_alive(asleep)

    asyncio.run(run())
    assert not is_alive(asleep)


def test_an_opened_counterexample_is_annotated_while_the_screen_is_open(tmp_path: Path) -> None:
    class Waits(Exploration):
        def annotated(self, trace: Trace) -> Trace:
            eventually((tmp_path / "pressed").exists, "a key is pressed")
            return super().annotated(trace)

    async def run() -> None:
        screen = Screen(trace(), Waits(execution(), trace(), project()))
        async with screen.run_test() as pilot:
            assert not screen.scene.reading.is_explained
            await pilot.press("up")
            (tmp_path / "pressed").touch()
            await screen.workers.wait_for_complete()
            await pilot.pause()
            assert screen.scene.reading.is_explained
            assert screen.scene.trace.explanation.doomed == 3
            assert screen.scene.number == 2

    asyncio.run(run())


def test_a_key_pressed_as_the_explanation_arrives_is_not_lost() -> None:
    async def run() -> None:
        screen = Screen(trace(), session())
        async with opened(screen) as pilot:
            screen.go_to(1)
            screen.on_exploring_explained()
            await pilot.pause()
            assert screen.scene.number == screen.timeline.cursor == 1

    asyncio.run(run())


def test_a_trace_in_parts_is_the_same_trace_again() -> None:
    joining = Joining(list(parts(trace())))
    assert sum(1 for _ in joining) == len(trace().steps)
    assert joining.trace == trace()
