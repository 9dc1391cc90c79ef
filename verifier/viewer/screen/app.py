"""The screen: a timeline, and beside or below it one view of the step under the cursor."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from verifier.evidence.exploring import Exploration
from verifier.evidence.traces import Trace
from verifier.viewer.lines import Line, Span, inert, rendered
from verifier.viewer.plain import step_lines
from verifier.viewer.screen.background import Alone, Background
from verifier.viewer.screen.dialogs import Ask, Help, Options
from verifier.viewer.screen.exploring import Exploring
from verifier.viewer.screen.labels import KEYS, is_light, status, tabs
from verifier.viewer.screen.lines_view import Label, LinesView, Row
from verifier.viewer.screen.scene import FILTERS, FOLDING, VIEWS, Scene
from verifier.viewer.screen.slices import in_slices
from verifier.viewer.screen.surface import Surface
from verifier.viewer.timeline import lane_width
from verifier.viewer.watches import Watch, WrongWatch, watch

WIDE = 120
"""Columns from which the two parts stand side by side."""


class Screen(App[None]):
    """Shows one trace, or explores a system."""

    CSS_PATH = Path(__file__).with_name("screen.tcss")
    TITLE = "nestproof"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", "step", key_display="← →"),
        Binding("right,l", "step(1)", "next step", show=False),
        *[Binding(str(i), f"view('{name}')", name, show=False) for i, name in enumerate(VIEWS, 1)],
        Binding("enter", "enter", "why"),
        Binding("n", "change(1)", "next change", show=False),
        Binding("p,N", "change(-1)", "previous change", show=False),
        Binding("slash", "search", "search"),
        Binding("f", "fold", "fold"),
        Binding("v", "filter", "level"),
        Binding("w", "watch", "watch"),
        Binding("d", "drop", "drop watch", show=False),
        Binding("y", "copy", "copy", show=False),
        Binding("t", "ground", "light/dark", show=False),
        Binding("question_mark", "help", "help"),
        Binding("escape", "escape", "", show=False),
        Binding("q", "quit", "quit"),
    ]

    def __init__(
        self,
        trace: Trace,
        session: Exploration | None = None,
        watches: Sequence[Watch] = (),
        background: Background | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.background = background or Alone()
        self.scene = Scene(trace, session, lane_width(80))
        self.scene.watches = list(watches)
        self.said: Span = ("", "")
        self.is_working = False
        self.shown_below: tuple[Scene, int, bool, int] | None = None
        self.theme = "textual-light" if is_light() else "textual-dark"

    def get_default_screen(self) -> Surface:
        return Surface(id="_default")

    def compose(self) -> ComposeResult:
        yield Label(id="headline")
        yield Exploring(
            Vertical(
                Label(id="lanes"),
                LinesView("timeline"),
                Label(id="step"),
                LinesView("below"),
                id="left",
            ),
            Vertical(Label(id="tabs"), LinesView("pane"), Help(), Options(), id="right"),
            trace=self.scene.trace,
            session=self.session,
            background=self.background,
        )
        yield Label(id="status")
        yield Label(id="keys")
        yield Ask()

    @property
    def timeline(self) -> LinesView:
        return self.query_one("#timeline", LinesView)

    @property
    def pane(self) -> LinesView:
        return self.query_one("#pane", LinesView)

    @property
    def below(self) -> LinesView:
        return self.query_one("#below", LinesView)

    def label(self, name: str, text: Line) -> None:
        """What a label says."""
        self.query_one(f"#{name}", Label).show(text)

    def on_mount(self) -> None:
        self.set_class(self.size.width >= WIDE, "wide")
        self.timeline.focus()
        self.show_scene(self.scene)
        self.query_one(Exploring).explain()

    def on_unmount(self) -> None:
        gc.unfreeze()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "wide")

    def on_lines_view_resized(self, event: LinesView.Resized) -> None:
        lane = lane_width(self.timeline.columns)
        if event.view is self.timeline and lane != self.scene.timeline.lane:
            number = self.scene.number
            self.show_scene(Scene(self.scene.trace, self.session, lane).like(self.scene), number)
        elif event.view in (self.pane, self.below):
            self._draw()

    def on_exploring_changed(self) -> None:
        """The session has another branch or other steps; its last step is shown."""
        assert self.session is not None, "only a session changes"
        scene = Scene(self.session.now.trace, self.session, self.scene.timeline.lane)
        self.show_scene(scene.like(self.scene))
        self.query_one(Exploring).explain()

    def on_exploring_explained(self) -> None:
        """More is known about the steps that are shown; people stay where they are."""
        assert self.session is not None, "only a session explains"
        scene = Scene(self.session.now.trace, self.session, self.scene.timeline.lane)
        self.show_scene(scene.like(self.scene), self.scene.number)

    def on_exploring_said(self, event: Exploring.Said) -> None:
        self.say(event.text, event.wrong, event.working)

    def say(self, text: str, wrong: bool = False, working: bool = False) -> None:
        """Something to read, at the foot of the screen until people go on."""
        self.said = (f"{inert(text)}{' ...' * working}", "wrong" if wrong else "mark")
        self.is_working = working
        self._refresh_status()

    def show_scene(self, scene: Scene, number: int | None = None) -> None:
        """Show a trace, at its last step unless told otherwise."""
        gc.freeze()  # going through a long trace for garbage again and again would delay keys
        self.scene = scene
        scene.number = scene.reading.steps if number is None else number
        self.label("keys", KEYS)
        self.label("headline", scene.headline())
        self.label("lanes", (("", ""), *scene.timeline.heading()))
        self.timeline.show(scene.steps, scene.number)
        self._refresh_pane(0)

    def _refresh_pane(self, cursor: int | None = None) -> None:
        if not self.is_working:
            self.said = ("", "")
        self._draw(cursor)

    def _draw(self, cursor: int | None = None) -> None:
        self.query_one(Exploring).number = self.scene.number
        self._show_pane(cursor)
        if self.scene.to_trace() is not None:
            self.run_worker(self._trace_causes(), group="causes", exclusive=True)
        if self.has_class("wide"):
            self._show_below()
        self.label("tabs", tabs(self.scene))
        self._refresh_status()

    def _show_pane(self, cursor: int | None = None) -> None:
        self.scene.columns = self.pane.columns
        self.pane.show(self.scene.rows(), cursor)

    def _show_below(self) -> None:
        """The calls of the step, unless they are there already."""
        scene, columns = self.scene, self.below.columns
        wanted = (scene, scene.number, scene.unfolded, columns)
        if wanted != self.shown_below:
            self.shown_below = wanted
            scene.columns = columns
            self.below.show(scene.rows("calls"), 0)
            self.label("step", scene.step_line())

    async def _trace_causes(self) -> None:
        """Find the causes of what is asked, step by step, showing those that are found."""
        while self.session and self.is_running and (number := self.scene.to_trace()):
            await in_slices(self.session.search_causes(number))
            self._show_pane()

    @property
    def _row(self) -> Row | None:
        """The row that people are at, other than a step."""
        return self.below.row if self.below.has_focus else self.pane.row

    def _refresh_status(self) -> None:
        several = self.session is not None and len(self.session.branches) > 1
        branch = self.session.now.name if self.session is not None and several else ""
        self.label("status", status(self.scene, branch, self._row, self.said))

    def on_lines_view_moved(self, event: LinesView.Moved) -> None:
        if event.view is self.timeline:
            self.scene.number = event.view.cursor
            self.scene.asked = ""
            self._refresh_pane()
        else:
            self._refresh_status()

    def on_descendant_focus(self) -> None:
        self._refresh_status()

    def on_lines_view_chosen(self, event: LinesView.Chosen) -> None:
        if event.view is not self.timeline:
            self.action_enter()

    def go_to(self, number: int) -> None:
        """Put the timeline's cursor on a step."""
        self.timeline.put_cursor(number)

    def action_step(self, by: int) -> None:
        self.go_to(self.timeline.cursor + by)

    def action_view(self, name: str) -> None:
        self.scene.view = name
        if name == "why":
            self.scene.asked = ""
        self._refresh_pane(0)

    def action_enter(self) -> None:
        """Why the field under the cursor is so; or the step of the cause under it."""
        row = self._row
        if self.timeline.has_focus or row is None:
            self.action_view("why")
        elif row.field and self.scene.reading.has(row.field):
            self.scene.view, self.scene.asked = "why", row.field
            self._refresh_pane(0)
        elif row.step is not None:
            number, asked = row.step, self.scene.asked
            self.go_to(number)
            self.scene.asked = asked

    def action_change(self, by: int) -> None:
        row = self.pane.row
        if row is None or not row.field:
            self.say("put the cursor on a field first (tab)")
            return
        found = self.scene.reading.next_change(row.field, self.scene.number, back=by < 0)
        if found is None:
            self.say(f"{row.field} does not change any more")
        else:
            self.go_to(found)

    def action_search(self) -> None:
        def searched(text: str) -> None:
            self.scene.search, self.scene.view = text, "state"
            self._refresh_pane(0)
            self.pane.focus()

        self.query_one(Ask).ask("search fields", self.scene.search, searched)

    def action_fold(self) -> None:
        if self.scene.view not in FOLDING:
            self.scene.view = "state"
        self.scene.unfolded = not self.scene.unfolded
        self._refresh_pane()

    def action_filter(self) -> None:
        place = FILTERS.index(self.scene.filter)
        self.scene.filter, self.scene.view = FILTERS[(place + 1) % len(FILTERS)], "state"
        self._refresh_pane(0)

    def action_watch(self) -> None:
        def watched(text: str) -> None:
            if not text:
                return
            self.action_view("watches")
            try:
                self.scene.watches.append(watch(text))
                self._refresh_pane()
            except WrongWatch as wrong:
                self.say(str(wrong), wrong=True)

        self.query_one(Ask).ask("watch an expression over the fields", "", watched)

    def action_drop(self) -> None:
        if self.scene.view == "watches" and self.scene.watches:
            del self.scene.watches[self.pane.cursor]
            self._refresh_pane()

    def action_copy(self) -> None:
        if self.scene.number:
            lines = step_lines(self.scene.reading, self.scene.number, self.scene.unfolded)
            self.copy_to_clipboard("\n".join(rendered(lines)))
            self.say(f"step {self.scene.number} is on the clipboard")

    def action_ground(self) -> None:
        self.theme = "textual-dark" if not self.current_theme.dark else "textual-light"

    def action_escape(self) -> None:
        self.scene.search = self.scene.filter = self.scene.asked = ""
        self._refresh_pane()

    def action_help(self) -> None:
        self.query_one(Help).show()
