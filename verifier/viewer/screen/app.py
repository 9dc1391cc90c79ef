"""The screen and its keys."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from verifier.processes.signals import INTERRUPTED
from verifier.viewer.markup import rendered
from verifier.viewer.screen.board import Board
from verifier.viewer.screen.dialogs import Ask, Help
from verifier.viewer.screen.explore_pane import Exploring
from verifier.viewer.screen.list_view import LinesView
from verifier.viewer.screen.view_model import VIEWS, Scene
from verifier.viewer.text import step_lines
from verifier.viewer.watch_expressions import WrongWatch, watch


class Screen(Board):
    """Shows one trace, or explores a system."""

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
        Binding("ctrl+c", "interrupt", "quit", show=False, priority=True),
    ]

    def on_exploring_changed(self) -> None:
        """The session has another branch or other steps; its last step is shown."""
        assert self.session is not None, "only a session changes"
        scene = Scene(self.session.now.trace, self.session, self.scene.timeline.lane)
        self.show_scene(scene.like(self.scene))
        self.query_one(Exploring).explain()
        self.query_one(Exploring).go_on()

    def on_exploring_explained(self) -> None:
        """More is known about the steps that are shown; people stay where they are."""
        assert self.session is not None, "only a session explains"
        scene = Scene(self.session.now.trace, self.session, self.scene.timeline.lane)
        self.show_scene(scene.like(self.scene), self.timeline.cursor)

    def on_exploring_notice(self, event: Exploring.Notice) -> None:
        self.show_message(event.text, event.wrong, event.working)

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
        self.refresh_pane(0)

    def action_enter(self) -> None:
        """Why the field under the cursor is so; or the step of the cause under it."""
        row = self.row
        if self.timeline.has_focus or row is None:
            self.action_view("why")
        elif row.field and self.scene.reading.has(row.field):
            self.scene.view, self.scene.asked = "why", row.field
            self.refresh_pane(0)
        elif row.step is not None:
            number, asked = row.step, self.scene.asked
            self.go_to(number)
            self.scene.asked = asked

    def action_change(self, by: int) -> None:
        row = self.pane.row
        if row is None or not row.field:
            self.show_message("put the cursor on a field first (tab)")
            return
        found = self.scene.reading.next_change(row.field, self.scene.number, back=by < 0)
        if found is None:
            self.show_message(f"{row.field} does not change any more")
        else:
            self.go_to(found)

    def action_search(self) -> None:
        def searched(text: str) -> None:
            self.scene.search, self.scene.view = text, "state"
            self.refresh_pane(0)
            self.pane.focus()

        self.query_one(Ask).ask("search fields", self.scene.search, searched)

    def action_fold(self) -> None:
        if not VIEWS[self.scene.view].folds:
            self.scene.view = "state"
        before = self.scene.rows()
        self.scene.unfolded = not self.scene.unfolded
        self.refresh_pane()
        if self.scene.rows() == before:
            self.show_message("nothing is folded here")

    def action_filter(self) -> None:
        filters = self.scene.filters
        place = filters.index(self.scene.filter) if self.scene.filter in filters else 0
        self.scene.filter, self.scene.view = filters[(place + 1) % len(filters)], "state"
        self.refresh_pane(0)

    def action_watch(self) -> None:
        def watched(text: str) -> None:
            if not text:
                return
            self.action_view("watches")
            try:
                found, reading = watch(text), self.scene.reading
                found.require(reading.state(0), reading.trace.enums)
                self.scene.watches.append(found)
                self.refresh_pane()
            except WrongWatch as wrong:
                self.show_message(str(wrong), wrong=True)

        self.query_one(Ask).ask("watch an expression over the fields", "", watched)

    def action_drop(self) -> None:
        if self.scene.view == "watches" and self.scene.watches:
            del self.scene.watches[self.pane.cursor]
            self.refresh_pane()

    def action_copy(self) -> None:
        if self.scene.number:
            lines = step_lines(self.scene.reading, self.scene.number, self.scene.unfolded)
            self.copy_to_clipboard("\n".join(rendered(lines)))
            self.show_message(f"step {self.scene.number} is on the clipboard")

    def action_ground(self) -> None:
        self.theme = "textual-dark" if not self.current_theme.dark else "textual-light"

    def action_escape(self) -> None:
        self.scene.search = self.scene.filter = self.scene.asked = ""
        self.refresh_pane()

    def action_interrupt(self) -> None:
        """End as Ctrl-C ends every command, whatever has the focus."""
        self.exit(return_code=INTERRUPTED)

    def action_help(self) -> None:
        self.query_one(Help).show(self.scene.reading)
