"""The interactive screen: focus, mouse, size, colours, and its end."""

import pytest
from textual.pilot import Pilot

from tests.viewer.screens import content, is_open, nested, played, put_on
from tests.viewer.snapshots import lazy, on_screen
from verifier.processes.signals import INTERRUPTED
from verifier.viewer.markup import rendered
from verifier.viewer.screen.app import Screen
from verifier.viewer.screen.dialogs import Ask, Options


@pytest.mark.parametrize(
    ("keys", "focused"),
    [
        (["tab"], "pane"),
        (["tab", "tab"], "timeline"),
        (["shift+tab"], "pane"),
        (["tab", "shift+tab"], "timeline"),
    ],
)
def test_tab_goes_round_the_lists(keys: list[str], focused: str) -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        assert screen.focused is not None
        assert screen.focused.id == focused

    played(nested(), script)


def test_on_a_wide_screen_tab_also_goes_to_the_calls() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("tab", "down")
        assert screen.below.has_focus
        await pilot.pause()
        assert "vmx_handle_exit" in on_screen(screen).splitlines()[-2]

    played(nested(), script, (160, 45))


def test_enter_on_the_timeline_shows_why_it_is_violated() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("1", "enter")
        assert screen.scene.view == "why"

    played(nested(), script)


def test_q_quits() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("q")
        await pilot.pause()
        assert not screen.is_running

    played(nested(), script)


@pytest.mark.parametrize("before", [[], ["slash", "a"], ["question_mark"], ["x"]])
def test_ctrl_c_ends_the_screen_whatever_is_open(before: list[str]) -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press(*before, "ctrl+c")
        await pilot.pause()
        assert (screen.is_running, screen.return_code) == (False, INTERRUPTED)

    played(lazy(), script)


def test_the_wheel_scrolls_without_moving_the_cursor() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("home")
        screen.timeline.scroll_by(3)
        assert (screen.timeline.top, screen.timeline.cursor) == (3, 0)
        screen.timeline.scroll_by(-9)
        assert screen.timeline.top == 0

    played(nested(), script)


def test_a_click_on_the_scroll_bar_goes_there() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        bottom = (screen.timeline.size.width - 1, screen.timeline.size.height - 1)
        await pilot.press("home")
        await pilot.click("#timeline", offset=bottom)
        await pilot.pause()
        assert screen.scene.number > 7

    played(nested(), script)


def test_a_double_click_on_a_field_asks_why() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("v")
        await pilot.click("#pane", offset=(10, 2), times=2)
        await pilot.pause()
        assert screen.scene.view == "why"
        assert screen.scene.asked.startswith("host.")

    played(nested(), script)


def test_causes_that_the_trace_does_not_have_are_traced_while_keys_are_answered() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("home", "r")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        await put_on(screen, pilot, "access.by")
        await pilot.press("enter")
        await screen.workers.wait_for_complete()
        assert "depends on current=" in content(screen)
        assert "being traced" not in content(screen)

    played(lazy(), script)


def test_the_mouse_chooses_a_step() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("home")
        await pilot.click("#timeline", offset=(10, 3))
        await pilot.pause()
        assert screen.scene.number == 3

    played(nested(), script)


def test_the_screen_follows_the_size_of_the_terminal() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        assert not screen.has_class("wide")
        await pilot.press("up")
        await pilot.resize_terminal(160, 45)
        await pilot.pause()
        assert screen.has_class("wide")
        assert screen.scene.number == 9
        assert "leave_guest()" in content(screen, "below")
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert not screen.has_class("wide")

    played(nested(), script)


def test_light_and_dark_ground_change_places() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        before = screen.current_theme.dark
        await pilot.press("t")
        assert screen.current_theme.dark != before

    played(nested(), script)


def test_a_light_terminal_gets_a_light_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORFGBG", "0;15")
    assert nested().theme == "textual-light"


def test_without_the_models_a_trace_can_only_be_looked_at() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("x", "b", "B", "r", "c")
        await pilot.pause()
        assert not is_open(screen, Options)
        assert not is_open(screen, Ask)
        assert "the models of this trace are not available" in screen.message[0]

    played(nested(), script)


def test_without_colour_the_marks_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.pause()
        assert screen.no_color
        assert "10✗" in content(screen, "timeline")
        assert "≠" in "\n".join(rendered(row.text for row in screen.scene.rows("contract")))

    played(nested(), script)


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
def test_what_is_on_the_screen_fits_the_screen(size: tuple[int, int]) -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("3")
        for name in ("headline", "lanes", "tabs", "status", "keys"):
            assert screen.query_one(f"#{name}").size.height == 1

    played(nested(), script, size)
