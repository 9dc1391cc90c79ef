"""The interactive screen, exploring from a step."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.evidence.lazy_project import compiled, execution, trace
from tests.viewer.screens import content, is_open, played
from tests.viewer.snapshots import begun, lazy
from verifier.audit.audit import rejection
from verifier.evidence.bundle import Run
from verifier.evidence.files import read
from verifier.evidence.saved_execution import SavedTrace
from verifier.explain.session import Exploration
from verifier.viewer.screen.app import Screen
from verifier.viewer.screen.dialogs import Options
from verifier.viewer.screen.list_view import Label


def title(screen: Screen) -> str:
    """The first line of the steps that can be taken."""
    return "".join(text for text, _ in screen.query_one(Options).query_one("#title", Label).line)


def test_exploring_takes_a_step_from_the_middle_and_back() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("up", "up", "x")
        assert is_open(screen, Options)
        await pilot.press("enter")
        await pilot.pause()
        assert [stride.step for stride in screen.scene.trace.steps] == ["use_fpu", "use_fpu"]
        assert "branch 1" in str(screen.session and screen.session.now.name)
        assert is_open(screen, Options)
        assert "What can happen after step 2" in title(screen)
        await pilot.press("b")
        await pilot.pause()
        assert len(screen.scene.trace.steps) == 1
        assert "What can happen after step 1" in title(screen)
        await pilot.press("escape", "B")
        assert not is_open(screen, Options)
        assert screen.session is not None
        assert screen.session.now.name == "main"
        assert screen.scene.trace.conjunct == trace().conjunct

    played(lazy(), script)


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
def test_exploring_begins_with_the_steps_that_can_be_taken(size: tuple[int, int]) -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await screen.workers.wait_for_complete()
        assert is_open(screen, Options)
        assert "switch_to" in content(screen, "options")
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert [stride.step for stride in screen.scene.trace.steps] == ["switch_to"]
        assert is_open(screen, Options)
        await pilot.press("escape")
        assert not is_open(screen, Options)
        assert screen.timeline.has_focus

    played(begun(), script, size)


def test_a_counterexample_does_not_begin_with_other_steps() -> None:
    async def script(screen: Screen, _: Pilot[None]) -> None:
        assert not is_open(screen, Options)
        assert screen.timeline.has_focus

    played(lazy(), script)


def test_a_choice_can_be_changed_before_a_step_is_taken() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("up", "up", "x", "down", "down", "down", "right", "enter")
        await pilot.pause()
        assert screen.session is not None
        assert len(screen.session.branches) == 1
        await pilot.press("left", "enter")
        await pilot.pause()
        assert screen.scene.trace.steps[-1].choices == {"next_task": "B"}

    played(lazy(), script)


def test_random_steps_are_taken_from_here() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("home", "r")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.scene.trace.steps[-1].fails

    played(lazy(), script)


def test_a_branch_is_saved_as_a_trace(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"

    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("up", "up", "x", "enter", "escape", "s")
        screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.message[0] == f"saved to {file}"

    played(lazy(), script)
    found = read(file)
    assert isinstance(found, SavedTrace)
    assert [each.step for each in found.steps] == ["use_fpu", "use_fpu"]


def test_a_random_run_that_violates_is_saved_as_a_counterexample(tmp_path: Path) -> None:
    file = tmp_path / "random.json"

    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await screen.workers.wait_for_complete()
        await pilot.press("escape", "r")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("s")
        screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.message[0] == f"saved to {file}"

    played(begun(), script)
    found = read(file)
    assert isinstance(found, SavedTrace)
    assert found.conjunct
    assert rejection(compiled("lazy/broken"), found) is None


def test_a_property_is_checked_from_here() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        assert screen.session is not None
        await pilot.press("up", "up", "c", "enter")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.scene.trace.steps[-1].fails
        assert len(screen.scene.trace.steps) == 3

    played(lazy(), script)


def test_a_branch_that_goes_wrong_is_explained_in_place() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("up", "up", "x", "down", "down", "enter")
        await pilot.pause()
        assert not screen.scene.trace.conjunct
        await pilot.press("enter", "escape", "3")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.session is not None
        assert screen.session.now.name == "branch 1"
        assert screen.scene.trace.conjunct == "a_task_finds_only_its_own_registers"
        assert "would not fail if" in content(screen)

    played(lazy(), script)


def test_going_on_from_an_explained_violation_is_a_plain_execution_again() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("up", "up", "x", "down", "down", "enter")
        await pilot.pause()
        await pilot.press("enter", "escape")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.scene.trace.conjunct
        await pilot.press("b")
        await pilot.pause()
        assert not screen.scene.trace.conjunct
        assert not any(stride.because for stride in screen.scene.trace.steps)
        await pilot.press("b", "b")
        await pilot.pause()
        assert screen.session is not None
        assert len(screen.session.now.moves) == 1

    played(lazy(), script)


def test_a_lost_process_is_reported_as_lost() -> None:
    class Doomed(Exploration):
        def ahead(self, values: Sequence[Any], group: str) -> tuple[Run | None, str]:
            os.kill(os.getpid(), signal.SIGKILL)
            return None, ""

    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await screen.workers.wait_for_complete()
        await pilot.press("up", "c", "enter")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.message == (
            "the search was lost: its process was killed by signal 9",
            "wrong",
        )

    played(Screen(trace(), Doomed(execution(), trace())), script)
