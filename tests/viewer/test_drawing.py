"""Keys redraw what they change, and nothing else."""

from collections import Counter

import pytest
from textual._compositor import Compositor, LayoutUpdate
from textual.pilot import Pilot
from textual.strip import Strip

from tests.viewer.screens import nested, played
from verifier.viewer.screen.app import Screen
from verifier.viewer.screen.dialogs import Help
from verifier.viewer.screen.list_view import LinesView

WIDE = (160, 45)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str | None]:
    """How many lines each list has drawn."""
    count: Counter[str | None] = Counter()
    draw = LinesView.render_line

    def counted(view: LinesView, y: int) -> Strip:
        count[view.id] += 1
        return draw(view, y)

    monkeypatch.setattr(LinesView, "render_line", counted)
    return count


def test_help_is_drawn_once_and_the_rest_stays(drawn: Counter[str | None]) -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        drawn.clear()
        await pilot.press("question_mark")
        await pilot.pause()
        assert drawn["help"] == screen.query_one(Help).query_one(LinesView).area.height
        assert drawn["pane"] == drawn["below"] == 0

    played(nested(), script, WIDE)


def test_closing_a_dialog_draws_the_view_as_it_was(drawn: Counter[str | None]) -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("question_mark")
        await pilot.pause()
        rows = screen.pane.rows
        drawn.clear()
        await pilot.press("escape")
        await pilot.pause()
        assert screen.pane.rows is rows
        assert drawn["below"] == 0

    played(nested(), script, WIDE)


def test_a_focus_that_moves_does_not_paint_the_whole_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(_: Screen, pilot: Pilot[None]) -> None:
        def refused(_: Compositor, **_how: bool) -> LayoutUpdate:
            raise AssertionError("everything is painted")

        monkeypatch.setattr(Compositor, "render_full_update", refused)
        await pilot.press("tab", "question_mark", "escape", "slash", "escape")
        await pilot.pause()

    played(nested(), script, WIDE)


def test_a_view_fits_a_terminal_that_changed_behind_a_dialog() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("3", "question_mark")
        await pilot.resize_terminal(60, 30)
        await pilot.press("escape")
        await pilot.pause()
        assert screen.pane.columns == screen.scene.columns == 58

    played(nested(), script, WIDE)


def _grounds(screen: Screen) -> set[object]:
    strips = screen.screen._compositor.render_strips()
    return {segment.style and segment.style.bgcolor for strip in strips for segment in strip}


def test_another_ground_changes_every_line() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        before = _grounds(screen)
        await pilot.press("t")
        await pilot.pause()
        assert before.isdisjoint(_grounds(screen))

    played(nested(), script, WIDE)
