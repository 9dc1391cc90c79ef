"""What the screen opens with."""

import pytest

from tests.evidence.lazy_project import project, trace
from verifier.cli.opening import open_system, open_trace, session_of
from verifier.viewer.screen.app import Screen


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Screen]:
    """The screens that would have been opened."""
    screens: list[Screen] = []
    monkeypatch.setattr(Screen, "run", lambda screen: screens.append(screen))
    return screens


def test_a_system_opens_with_the_steps_that_can_be_taken(opened: list[Screen]) -> None:
    system = project().systems["lazy/broken"]
    open_system(project(), system, system.initial_values, ())
    [screen] = opened
    assert screen.explores
    assert not screen.scene.trace.steps


def test_a_counterexample_opens_with_what_happened(opened: list[Screen]) -> None:
    open_trace(trace(), session_of(trace(), project()), project())
    [screen] = opened
    assert not screen.explores
    assert screen.scene.trace.conjunct
