"""What the screen opens with."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.evidence.lazy_project import execution, project, properties, trace
from verifier.cli.opening import open_system, open_trace, session_of
from verifier.execution.execution import Execution
from verifier.explain.annotate import placed
from verifier.explain.session import Exploration
from verifier.project.findings import FOLDER
from verifier.viewer.screen.app import Screen


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Screen]:
    """The screens that would have been opened."""
    screens: list[Screen] = []
    monkeypatch.setattr(Screen, "run", lambda screen: screens.append(screen))
    return screens


def test_a_counterexample_points_to_the_page_that_names_its_pair(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    (folder / "a.md").write_text(
        "# Elsewhere\n\n`lazy/broken/isolation` is not what this is about\n"
    )
    (folder / "b.md").write_text(
        "# Lost\n\nPairs: `lazy/worse/isolation`,\n`lazy/broken/isolation`\n"
    )
    here = replace(project(), root=tmp_path)
    assert placed(trace(), execution(), here).explanation.finding == "docs/findings/b.md"
    (folder / "b.md").unlink()
    assert placed(trace(), execution(), here).explanation.finding == ""


def test_a_system_opens_with_the_steps_that_can_be_taken(opened: list[Screen]) -> None:
    system = project().systems["lazy/broken"]
    open_system(project(), Execution.at_start(system, properties("lazy/broken")))
    [screen] = opened
    assert screen.explores
    assert not screen.scene.trace.steps


def test_a_counterexample_opens_with_what_happened(opened: list[Screen]) -> None:
    open_trace(trace(), session_of(trace(), project()))
    [screen] = opened
    assert not screen.explores
    assert screen.scene.trace.conjunct


@pytest.mark.parametrize("session", [None, session_of(trace(), project())])
def test_ctrl_c_on_the_screen_ends_the_command_as_anywhere(
    session: Exploration | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Screen, "run", lambda screen: screen.action_interrupt())
    with pytest.raises(KeyboardInterrupt):
        open_trace(trace(), session)
