"""The interactive screen, key by key: steps, fields, watches and help."""

import pytest
from textual.binding import Binding
from textual.pilot import Pilot

from tests.viewer.screens import content, is_open, nested, played, put_on
from tests.viewer.snapshots import begun, lazy, two_cpus
from verifier.viewer.markup import width
from verifier.viewer.screen.app import Screen
from verifier.viewer.screen.dialogs import HELP, Ask, Help
from verifier.viewer.screen.explore_pane import Exploring
from verifier.viewer.screen.labels import KEYS
from verifier.viewer.screen.list_view import Label, LinesView
from verifier.viewer.screen.view_model import VIEWS


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
        assert screen.message[0] == "nothing is folded here"
        await pilot.press("end", "f")
        assert screen.message[0] == ""

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
        for wrong in ("f()", "vcpu.guest_mod"):
            await pilot.press("w", *wrong, "enter")
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
    views = " ".join(str(number) for number, _ in enumerate(VIEWS, 1))
    named = named.replace(f"1 to {len(VIEWS)}", views).replace(",", " ")
    bindings = [binding for binding in kind.BINDINGS if isinstance(binding, Binding)]
    keys = {WORDS.get(key, key) for binding in bindings for key in binding.key.split(",")}
    assert len(bindings) == len(kind.BINDINGS)
    assert keys - set(named.split()) == set(), "keys of which neither help nor foot says anything"


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


@pytest.mark.parametrize("columns", range(80, 141, 5))
@pytest.mark.parametrize("keys", [(), ("v", "slash", *"owner", "enter"), ("6",)])
def test_tabs_filters_and_help_are_whole(columns: int, keys: tuple[str, ...]) -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        await pilot.pause()
        for name in ("tabs", "narrowed", "keys"):
            label = screen.query_one(f"#{name}", Label)
            if label.display:
                assert width(label.line) <= label.size.width
        await pilot.press("question_mark")
        await pilot.pause()
        view = screen.query_one(Help).query_one(LinesView)
        assert max(width(view.rows[i].text) for i in range(len(view.rows))) <= view.columns
        shown = " ".join(content(screen, "help").split())
        assert all(meaning in shown for _, meaning in HELP)

    played(nested(), script, (columns, 30))


def test_an_empty_state_says_why() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        await pilot.press("v", "v", "slash", *"zzz", "enter")
        await pilot.pause()
        assert content(screen) == "no field of L1 has zzz in its name; escape shows all"

    played(nested(), script)


def test_every_view_of_every_trace_has_a_row() -> None:
    async def script(screen: Screen, pilot: Pilot[None]) -> None:
        for place in ("home", "end"):
            for number, name in enumerate(VIEWS, 1):
                await pilot.press(place, str(number))
                await pilot.pause()
                assert content(screen).strip(), name

    for made in (nested, lazy, begun, two_cpus):
        played(made(), script)
