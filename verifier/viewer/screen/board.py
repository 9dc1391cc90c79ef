"""A scene on the terminal: its lists, the lines around them, and what is drawn when."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from verifier.evidence.traces import Trace
from verifier.explain.session import Exploration
from verifier.viewer.markup import Line, Row, Span, inert
from verifier.viewer.screen.dialogs import Ask, Help, Options
from verifier.viewer.screen.explore_pane import Exploring
from verifier.viewer.screen.labels import KEYS, is_light, narrowed, status, tabs
from verifier.viewer.screen.list_view import Label, LinesView
from verifier.viewer.screen.tasks import in_slices
from verifier.viewer.screen.view_model import Scene
from verifier.viewer.timeline import lane_width
from verifier.viewer.watch_expressions import Watch

WIDE = 120
"""Columns from which the two parts stand side by side."""


class Surface(Screen[None]):
    """The only screen; the lists themselves mark the focus, so that nothing else is redrawn."""

    focused = Reactive[Widget | None](None, repaint=False)


class Board(App[None]):
    """A timeline, and beside or below it one view of the step under the cursor.

    Where it `explores`, it opens with the steps that can be taken.
    """

    CSS_PATH = Path(__file__).with_name("screen.tcss")
    TITLE = "nestproof"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        trace: Trace,
        session: Exploration | None = None,
        watches: Sequence[Watch] = (),
        explores: bool = False,
    ) -> None:
        super().__init__()
        self.explores = explores
        self.session = session
        self.scene = Scene(trace, session, lane_width(80))
        self.scene.watches = list(watches)
        self.message: Span = ("", "")
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
            Vertical(
                Label(id="tabs"),
                Label(id="narrowed"),
                LinesView("pane"),
                Help(),
                Options(),
                id="right",
            ),
            trace=self.scene.trace,
            session=self.session,
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
        """The text of a label."""
        self.query_one(f"#{name}", Label).show(text)

    def on_mount(self) -> None:
        self.set_class(self.size.width >= WIDE, "wide")
        self.screen.set_focus(self.timeline)
        self.show_scene(self.scene)
        self.query_one(Exploring).explain()
        if self.explores:
            self.query_one(Exploring).action_explore()

    def on_unmount(self) -> None:
        gc.unfreeze()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "wide")

    def on_lines_view_resized(self, event: LinesView.Resized) -> None:
        lane = lane_width(self.timeline.columns)
        if event.view is self.timeline and lane != self.scene.timeline.lane:
            scene = Scene(self.scene.trace, self.session, lane).like(self.scene)
            self.show_scene(scene, self.timeline.cursor)
        elif event.view in (self.pane, self.below):
            self._draw()
        else:
            self._show_tabs()

    def show_message(self, text: str, wrong: bool = False, working: bool = False) -> None:
        """Show a message at the foot of the screen until a key is pressed."""
        self.message = (f"{inert(text)}{' ...' * working}", "wrong" if wrong else "mark")
        self.is_working = working
        self._refresh_status()

    def show_scene(self, scene: Scene, number: int | None = None) -> None:
        """Show a trace, at its last step unless given otherwise."""
        gc.freeze()  # going through a long trace for garbage again and again would delay keys
        self.scene = scene
        scene.number = scene.reading.steps if number is None else number
        self.label("keys", KEYS)
        self.label("headline", scene.headline())
        self.label("lanes", (("", ""), *scene.timeline.heading()))
        self.timeline.show(scene.steps, scene.number)
        self.refresh_pane(0)

    def refresh_pane(self, cursor: int | None = None) -> None:
        if not self.is_working:
            self.message = ("", "")
        self._draw(cursor)

    def _draw(self, cursor: int | None = None) -> None:
        self._show_pane(cursor)
        if self.scene.to_trace() is not None:
            self.run_worker(self._trace_causes(), group="causes", exclusive=True)
        if self.has_class("wide"):
            self._show_below()
        self._show_tabs()
        self._refresh_status()

    def _show_tabs(self) -> None:
        self.label("tabs", tabs(self.scene, self.query_one("#right").size.width or self.size.width))
        narrows = narrowed(self.scene)
        self.query_one("#narrowed").display = bool(narrows)
        self.label("narrowed", narrows)

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
    def row(self) -> Row | None:
        """The row that people are at, other than a step."""
        return self.below.row if self.below.has_focus else self.pane.row

    def _refresh_status(self) -> None:
        several = self.session is not None and len(self.session.branches) > 1
        branch = self.session.now.name if self.session is not None and several else ""
        self.label("status", status(self.scene, branch, self.row, self.message))

    def on_lines_view_moved(self, event: LinesView.Moved) -> None:
        if event.view is self.timeline:
            self.scene.number = event.view.cursor
            self.scene.asked = ""
            self.refresh_pane()
        else:
            self._refresh_status()

    def on_descendant_focus(self) -> None:
        self._refresh_status()
