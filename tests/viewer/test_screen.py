"""The interactive screen, key by key."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input

from tests.evidence.lazy_project import trace
from tests.viewer.conftest import saved
from tests.viewer.snapshots import begun, lazy, on_screen
from verifier.evidence.exploring import Exploration
from verifier.evidence.files import read
from verifier.evidence.runs import run_of_moves
from verifier.evidence.saved import SavedTrace
from verifier.processes.signals import INTERRUPTED
from verifier.viewer.lines import rendered
from verifier.viewer.screen.app import Screen
from verifier.viewer.screen.dialogs import HELP, Ask, Dialog, Help, Options
from verifier.viewer.screen.exploring import Exploring
from verifier.viewer.screen.labels import KEYS
from verifier.viewer.screen.lines_view import LinesView
from verifier.viewer.screen.tasks import Alone, AtOnce, Found, LostWork

Script = Callable[[Screen, Pilot[None]], Awaitable[None]]


def played(screen: Screen, script: Script, size: tuple[int, int] = (80, 24)) -> None:
    """Run a script on a screen of that size."""

    async def run() -> None:
        async with screen.run_test(size=size) as pilot:
            await pilot.pause()
            await script(screen, pilot)

    asyncio.run(run())


def nested() -> Screen:
    """A saved counterexample without its models."""
    return Screen(saved("v3.1"))


def content(screen: Screen, name: str = "pane") -> str:
    """What a list holds, as text."""
    view = screen.query_one(f"#{name}", LinesView)
    return "\n".join(rendered(view.rows[i].text for i in range(len(view.rows))))


def is_open(screen: Screen, kind: type[Dialog]) -> bool:
    """Whether a dialog is on the screen."""
    return bool(screen.query_one(kind).display)


async def put_on(screen: Screen, pilot: Pilot[None], field: str) -> None:
    """Put the pane's cursor on a field."""
    rows = screen.pane.rows
    place = next(i for i in range(len(rows)) if rows[i].field == field)
    screen.pane.focus()
    screen.pane.put_cursor(place)
    await pilot.pause()


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ([], 10),
        (["up"], 9),
        (["k", "k"], 8),
        (["up", "down"], 10),
        (["home"], 0),
        (["g", "j"], 1),
        (["g", "G"], 10),
        (["home", "end"], 10),
        (["left", "h"], 8),
        (["home", "right", "l"], 2),
        (["home", "left"], 0),
        (["home", "pagedown"], 6),
        (["pageup", "pageup"], 0),
        (["tab", "left"], 9),
    ],
)
def test_keys_move_through_the_steps(keys: list[str], number: int) -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        await pilot.pause()
        assert screen.scene.number == screen.timeline.cursor == number

    played(nested(), script)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("1", "vmcs02, by L0"),
        ("2", "nested_vmx_vmexit()"),
        ("3", "vcpu.exit.rax.ts=1"),
        ("4", "the first observable difference: step 10, outcome"),
        ("5", "w adds an expression"),
        ("6", "✗ transparency: every outcome is the promised one"),
    ],
)
@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
def test_each_view_shows_its_part(key: str, text: str, size: tuple[int, int]) -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press(key)
        await pilot.pause()
        assert text in content(screen)

    played(nested(), script, size)


def test_a_field_answers_why_and_a_cause_leads_to_its_step() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("1")
        await put_on(screen, pilot, "outcome.outcome")
        await pilot.press("enter")
        assert screen.scene.view == "why"
        assert "why outcome.outcome after step 10" in content(screen)
        rows = screen.pane.rows
        place = next(i for i in range(len(rows)) if rows[i].step == 4)
        screen.pane.put_cursor(place)
        await pilot.press("enter")
        await pilot.pause()
        assert screen.scene.number == 4

    played(nested(), script)


def test_the_next_and_previous_change_of_a_field_are_found() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("1", "home")
        await put_on(screen, pilot, "vcpu.guest_mode")
        for key, number in (("n", 6), ("n", 10), ("n", 10), ("p", 6)):
            await pilot.press(key)
            await pilot.pause()
            assert screen.scene.number == number
            assert screen.pane.row is not None
            assert screen.pane.row.field == "vcpu.guest_mode"

    played(nested(), script)


def test_search_finds_folded_fields_too_and_escape_ends_it() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("slash")
        assert is_open(screen, Ask)
        await pilot.press(*"fpu_owner", "enter")
        await pilot.pause()
        assert "host.fpu_owner_task" in content(screen)
        assert "vcpu.phase" not in content(screen)
        await pilot.press("escape")
        assert "vcpu.phase" in content(screen)

    played(nested(), script)


def test_where_nothing_is_folded_the_key_says_so() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("home", "2", "f")
        assert screen.said[0] == "nothing is folded here"
        await pilot.press("end", "f")
        assert screen.said[0] == ""

    played(nested(), script)


def test_folding_and_levels_choose_the_fields() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        assert "host.save_destroys" not in content(screen)
        await pilot.press("f")
        assert "host.save_destroys" in content(screen)
        await pilot.press("f", "v")
        assert "L0: what the hardware" in content(screen)
        assert "observed" not in content(screen)
        await pilot.press("v")
        assert "vmcs12" in content(screen)
        assert "vcpu.phase" not in content(screen)

    played(nested(), script)


def test_watches_are_followed_along_the_steps_and_can_be_dropped() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("w", *"vcpu.guest_mode", "enter")
        await pilot.pause()
        assert "vcpu.guest_mode   1 -> 0" in content(screen)
        await pilot.press("w", *"f()", "enter")
        await pilot.pause()
        assert len(screen.scene.watches) == 1
        await pilot.press("d")
        assert not screen.scene.watches

    played(nested(), script)


def test_a_step_is_copied_as_text() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("y")
        assert "handle_exit" in screen.clipboard
        assert "\x1b" not in screen.clipboard

    played(nested(), script)


def test_help_names_every_key_and_closes() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("question_mark")
        assert is_open(screen, Help)
        await pilot.press("escape")
        assert not is_open(screen, Help)
        assert screen.timeline.has_focus

    played(nested(), script)


WORDS = {"question_mark": "?", "slash": "/", "shift+tab": "tab"}


@pytest.mark.parametrize("kind", [Screen, Exploring, LinesView])
def test_help_and_the_foot_name_every_key(kind: type[Screen | Exploring | LinesView]) -> None:
    named = " ".join([*(word for row in HELP for word in row), *(part for part, _ in KEYS)])
    named = named.replace("1 to 6", "1 2 3 4 5 6").replace(",", " ")
    for binding in kind.BINDINGS:
        assert isinstance(binding, Binding)
        for key in binding.key.split(","):
            assert WORDS.get(key, key) in named.split()


@pytest.mark.parametrize("dialog", ["question_mark", "slash", "x"])
def test_an_open_dialog_alone_hears_keys(dialog: str) -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press(dialog, "r", "B", "1", "t", "left")
        await screen.workers.wait_for_complete()
        assert screen.session is not None
        assert len(screen.session.branches) == 1
        assert (screen.scene.number, screen.scene.view) == (3, "why")
        await pilot.press("escape")
        assert screen.timeline.has_focus
        await pilot.press("left")
        await pilot.pause()
        assert screen.scene.number == 2

    played(lazy(), script)


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


def test_enter_on_the_timeline_tells_why_it_is_violated() -> None:
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
        assert "hangs on current=" in content(screen)
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
        assert "the models of this trace are not here" in screen.said[0]

    played(nested(), script)


def test_exploring_takes_a_step_from_the_middle_and_back() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("up", "up", "x")
        assert is_open(screen, Options)
        await pilot.press("enter")
        await pilot.pause()
        assert [stride.step for stride in screen.scene.trace.steps] == ["use_fpu", "use_fpu"]
        assert "branch 1" in str(screen.session and screen.session.now.name)
        await pilot.press("b")
        assert len(screen.scene.trace.steps) == 1
        await pilot.press("B")
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
        assert not is_open(screen, Options)
        assert [stride.step for stride in screen.scene.trace.steps] == ["switch_to"]
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
        await pilot.press("x", "down", "down", "down", "right", "left", "enter")
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
        await pilot.press("up", "up", "x", "enter", "s")
        screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.said[0] == f"saved to {file}"

    played(lazy(), script)
    found = read(file)
    assert isinstance(found, SavedTrace)
    assert [each.step for each in found.steps] == ["use_fpu", "use_fpu"]


class Seer(Alone):
    """Finds the violation of the trace that is open."""

    def __init__(self, session: Exploration) -> None:
        self.ahead = run_of_moves(session.now.moves[1:])

    def search(self, values: Sequence[Any], group: str) -> AtOnce[Found]:
        return AtOnce(lambda: (self.ahead, f"{group} is violated"))


def test_a_property_is_checked_from_here() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        assert screen.session is not None
        await pilot.press("up", "up", "c", "enter")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.scene.trace.steps[-1].fails
        assert len(screen.scene.trace.steps) == 3

    screen = lazy()
    assert screen.session is not None
    screen.background = Seer(screen.session)
    played(screen, script)


def test_a_branch_that_goes_wrong_is_explained_in_place() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("up", "up", "x", "down", "down", "enter")
        await pilot.pause()
        assert not screen.scene.trace.conjunct
        await pilot.press("x", "enter", "3")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.session is not None
        assert screen.session.now.name == "branch 1"
        assert screen.scene.trace.conjunct == "a_task_finds_only_its_own_registers"
        assert "avoided if" in content(screen)

    played(lazy(), script)


def test_going_on_from_an_explained_violation_is_a_plain_execution_again() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("up", "up", "x", "down", "down", "enter", "x", "enter")
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


def test_what_a_lost_process_would_have_said_is_told_as_lost() -> None:
    class Gone(AtOnce[Found]):
        def answer(self) -> Found:
            raise LostWork("its process was killed by signal 9")

    class Doomed(Alone):
        def search(self, values: Sequence[Any], group: str) -> AtOnce[Found]:
            return Gone(lambda: (None, ""))

    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("up", "c", "enter")
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.said == ("the search was lost: its process was killed by signal 9", "wrong")

    screen = lazy()
    screen.background = Doomed()
    played(screen, script)


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
