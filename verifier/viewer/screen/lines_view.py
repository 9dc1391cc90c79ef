"""A scrolling list of marked-up lines with a cursor; it draws only what is on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from verifier.viewer.lines import EMPTY, Line, Role
from verifier.viewer.palette import LOOKS


@dataclass(frozen=True)
class Row:
    """A line, and what it is about: a field, a step, and words for the status line."""

    text: Line
    field: str = ""
    step: int | None = None
    note: str = ""


class Rows(Protocol):
    """Rows that may be made only when they are looked at."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> Row: ...


def style_of(role: Role, dark: bool) -> Style:
    """A role's look on this ground."""
    look = LOOKS[role]
    colour = look.dark if dark else look.light
    return Style(
        color=colour or None,
        bold=look.bold or None,
        dim=(look.dim and not colour) or None,
        underline=look.underline or None,
    )


class LinesView(ScrollView, can_focus=True):
    """The list; the cursor's row has a bar at its left, and a ground of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "page down", show=False),
        Binding("home,g", "first", "first", show=False),
        Binding("end,G", "last", "last", show=False),
    ]

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, view: LinesView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> LinesView:
            return self.view

    class Chosen(Moved):
        """The row under the cursor was clicked twice, or entered."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.rows: Rows | Sequence[Row] = ()
        self.cursor = 0

    def show(self, rows: Rows | Sequence[Row], cursor: int | None = None) -> None:
        """Other rows; the cursor stays where it was unless told otherwise."""
        self.rows = rows
        self.virtual_size = Size(self.size.width, len(rows))
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, len(rows) - 1))
        self._reveal()
        self.refresh()

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if len(self.rows) else None

    def put_cursor(self, place: int, tell: bool = True) -> None:
        """Move the cursor to a row."""
        place = max(0, min(place, len(self.rows) - 1))
        if place != self.cursor:
            self.cursor = place
            self._reveal()
            self.refresh()
            if tell:
                self.post_message(self.Moved(self))

    def _reveal(self) -> None:
        region = Region(0, self.cursor, max(1, self.size.width), 1)
        self.scroll_to_region(region, animate=False, force=True)

    def on_resize(self, _: events.Resize) -> None:
        self.virtual_size = Size(self.size.width, len(self.rows))
        self._reveal()

    def action_move(self, by: int) -> None:
        self.put_cursor(self.cursor + by)

    def action_page(self, by: int) -> None:
        self.put_cursor(self.cursor + by * max(1, self.size.height - 1))

    def action_first(self) -> None:
        self.put_cursor(0)

    def action_last(self) -> None:
        self.put_cursor(len(self.rows) - 1)

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self.rows):
            self.put_cursor(place)
            if event.chain == 2:
                self.post_message(self.Chosen(self))

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        columns = self.size.width
        ground = self.rich_style
        if not 0 <= place < len(self.rows):
            return Strip.blank(columns, ground)
        here = place == self.cursor
        dark = self.app.current_theme.dark
        if here:
            ground += Style(bgcolor="#30363d" if dark else "#dde4ec", bold=True)
        bar = ("▌" if self.has_focus else "▏") if here else " "
        text = self.rows[place].text if len(self.rows) else EMPTY
        segments = [Segment(bar, ground + style_of("level", dark))]
        segments += [Segment(part, ground + style_of(role, dark)) for part, role in text]
        return Strip(segments).adjust_cell_length(columns, ground)
