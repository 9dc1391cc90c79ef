"""The screen: a timeline, and beside or below it one view of the step under the cursor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import Static

from verifier.evidence.exploring import Exploration
from verifier.evidence.files import save
from verifier.evidence.traces import Trace
from verifier.viewer.lines import Line, Span, inert, line, rendered
from verifier.viewer.plain import step_lines
from verifier.viewer.screen.exploring import Exploring
from verifier.viewer.screen.lines_view import LinesView, style_of
from verifier.viewer.screen.scene import FILTERS, VIEWS, Scene
from verifier.viewer.timeline import lane_width
from verifier.viewer.watches import Watch, WrongWatch, watch

WIDE = 120
"""Columns from which the two parts stand side by side."""

KEYS: Line = tuple(
    span
    for key, says in (
        ("← →", "step"),
        ("tab", "other"),
        ("⏎", "why"),
        ("/", "search"),
        ("f", "fold"),
        ("x", "explore"),
        ("s", "save"),
        ("?", "help"),
        ("q", "quit"),
    )
    for span in line((f" {key}", "choice"), (f" {says} ", "source"))
)
"""The most used keys, at the foot of the screen."""


class Screen(Exploring, App[None]):
    """Shows one trace, or explores a system."""

    CSS_PATH = "screen.tcss"
    TITLE = "nestproof"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", "step", key_display="← →"),
        Binding("right,l", "step(1)", "next step", show=False),
        Binding("tab", "other(1)", "focus", show=False),
        Binding("shift+tab", "other(-1)", "focus", show=False),
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
        Binding("x", "explore", "explore"),
        Binding("b", "undo", "back", show=False),
        Binding("B", "branch", "next branch", show=False),
        Binding("r", "random", "random", show=False),
        Binding("c", "check", "check", show=False),
        Binding("s", "save", "save"),
        Binding("t", "ground", "light/dark", show=False),
        Binding("question_mark", "help", "help"),
        Binding("escape", "escape", "", show=False),
        Binding("q", "quit", "quit"),
    ]

    def __init__(
        self, trace: Trace, session: Exploration | None = None, watches: list[Watch] | None = None
    ) -> None:
        super().__init__()
        self.session = session
        self.scene = Scene(trace, session, lane_width(80))
        self.scene.watches = list(watches or [])
        self.theme = "textual-light" if _light_ground() else "textual-dark"

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        with Container(id="parts"):
            with Vertical(id="left"):
                yield Static(id="lanes")
                yield LinesView("timeline")
                yield Static(id="step")
                yield LinesView("below")
            with Vertical(id="right"):
                yield Static(id="tabs")
                yield LinesView("pane")
        yield Static(id="status")
        yield Static(id="keys")

    @property
    def timeline(self) -> LinesView:
        return self.query_one("#timeline", LinesView)

    @property
    def pane(self) -> LinesView:
        return self.query_one("#pane", LinesView)

    def on_mount(self) -> None:
        self.set_class(self.size.width >= WIDE, "wide")
        self.timeline.focus()
        self.show_scene(self.scene)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "wide")
        self._refresh_pane()
        wide = event.size.width >= WIDE
        lane = lane_width(event.size.width // 2 if wide else event.size.width)
        if lane != self.scene.timeline.lane:
            number = self.scene.number
            self.scene = Scene(self.scene.trace, self.session, lane).like(self.scene)
            self.show_scene(self.scene, number)

    def show_scene(self, scene: Scene, number: int | None = None) -> None:
        """Show a trace, at its last step unless told otherwise."""
        self.scene = scene
        scene.number = scene.reading.steps if number is None else number
        self.query_one("#keys", Static).update(self._text(KEYS))
        self.query_one("#headline", Static).update(self._text(scene.headline()))
        self.query_one("#lanes", Static).update(self._text((("", ""), *scene.timeline.heading())))
        self.timeline.show(scene.steps, scene.number)
        self._refresh_pane(0)

    def _text(self, one: Line) -> Text:
        """A line for a label."""
        dark = self.current_theme.dark
        return Text.assemble(*((part, style_of(role, dark)) for part, role in one), no_wrap=True)

    def _refresh_pane(self, cursor: int | None = None) -> None:
        self.scene.columns = max(40, self.pane.size.width - 2)
        self.pane.show(self.scene.rows(), cursor)
        if self.has_class("wide"):
            self.query_one("#below", LinesView).show(self.scene.rows("calls"), 0)
            self.query_one("#step", Static).update(self._text(self.scene.step_line()))
        self.query_one("#tabs", Static).update(self._text(self._tabs()))
        self._refresh_status()

    def _tabs(self) -> Line:
        parts: list[Span] = []
        for number, name in enumerate(VIEWS, 1):
            open_now = name == self.scene.view
            parts.append(
                (
                    f"[{number} {name}]" if open_now else f" {number} {name} ",
                    "mark" if open_now else "source",
                )
            )
        extra = [f"/{inert(self.scene.search)}"] * bool(self.scene.search)
        extra += [f"only {self.scene.filter}"] * bool(self.scene.filter)
        return (*parts, ("  ".join(["", *extra]), "choice"))

    def _refresh_status(self) -> None:
        scene = self.scene
        level = scene.timeline.levels.at(scene.number)
        branch = (
            f" · {self.session.now.name}" if self.session and len(self.session.branches) > 1 else ""
        )
        below = self.query_one("#below", LinesView)
        row = below.row if below.has_focus else self.pane.row
        note = (row.note or scene.written(row.field)) if row is not None else ""
        place = (
            f" step {scene.number}/{scene.reading.steps}{f' · {level}' if level else ''}{branch}"
        )
        text: Line = ((place, "level"), (f"  {note}", "source"))
        self.query_one("#status", Static).update(self._text(text))

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

    def action_other(self, by: int) -> None:
        views = [self.timeline, self.pane]
        if self.has_class("wide"):
            views.insert(1, self.query_one("#below", LinesView))
        place = next((i for i, view in enumerate(views) if view.has_focus), 0)
        views[(place + by) % len(views)].focus()

    def action_view(self, name: str) -> None:
        self.scene.view = name
        if name == "why":
            self.scene.asked = ""
        self._refresh_pane(0)

    def action_enter(self) -> None:
        """Why the field under the cursor is so; or the step of the cause under it."""
        below = self.query_one("#below", LinesView)
        row = below.row if below.has_focus else self.pane.row
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
            self.notify("put the cursor on a field first (tab)")
            return
        found = self.scene.reading.next_change(row.field, self.scene.number, back=by < 0)
        if found is None:
            self.notify(f"{inert(row.field)} does not change any more", markup=False)
        else:
            self.go_to(found)

    def action_search(self) -> None:
        def searched(text: str | None) -> None:
            if text is not None:
                self.scene.search, self.scene.view = text, "state"
                self._refresh_pane(0)
                self.pane.focus()

        self.ask("search fields", self.scene.search, searched)

    def action_fold(self) -> None:
        self.scene.unfolded = not self.scene.unfolded
        self._refresh_pane()

    def action_filter(self) -> None:
        place = FILTERS.index(self.scene.filter)
        self.scene.filter, self.scene.view = FILTERS[(place + 1) % len(FILTERS)], "state"
        self._refresh_pane(0)

    def action_watch(self) -> None:
        def watched(text: str | None) -> None:
            if not text:
                return
            try:
                self.scene.watches.append(watch(text))
            except WrongWatch as wrong:
                self.notify(str(wrong), severity="error", markup=False)
            self.action_view("watches")

        self.ask("watch an expression over the fields", "", watched)

    def action_drop(self) -> None:
        if self.scene.view == "watches" and self.scene.watches:
            del self.scene.watches[self.pane.cursor]
            self._refresh_pane()

    def action_copy(self) -> None:
        if self.scene.number:
            lines = step_lines(self.scene.reading, self.scene.number, self.scene.unfolded)
            self.copy_to_clipboard("\n".join(rendered(lines)))
            self.notify(f"step {self.scene.number} is on the clipboard")

    def action_ground(self) -> None:
        self.theme = "textual-dark" if not self.current_theme.dark else "textual-light"
        self.show_scene(self.scene, self.scene.number)

    def action_escape(self) -> None:
        self.scene.search = self.scene.filter = self.scene.asked = ""
        self._refresh_pane()

    def saved(self, trace: Trace, file: Path) -> None:
        save(trace, file)


def _light_ground() -> bool:
    """Whether the terminal says that its ground is light, as COLORFGBG does."""
    ground = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return ground in ("7", "15")
