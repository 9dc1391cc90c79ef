"""A scrolling list of marked-up lines with a cursor; it draws only what is on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from verifier.viewer.markup import EMPTY, Line, Role, Row, Span
from verifier.viewer.theme import LOOKS

WHEEL = 3
"""Lines that a turn of the mouse's wheel goes."""
CACHED = 2048
"""Drawn lines that are cached, some screenfuls."""


class Rows(Protocol):
    """Rows that may be made only when they are looked at."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> Row: ...


@cache
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


@lru_cache(CACHED)
def strip_of(text: Line, columns: int, ground: Style, dark: bool) -> Strip:
    """A line as wide as asked; what does not fit ends in an ellipsis."""
    strip = Strip([Segment(part, ground + style_of(role, dark)) for part, role in text])
    if strip.cell_length <= columns:
        return strip.adjust_cell_length(columns, ground)
    rest = Segment("…", ground + style_of("source", dark))
    return Strip([*strip.adjust_cell_length(max(0, columns - 1), ground), rest], columns)


@dataclass(frozen=True)
class Canvas:
    """What all lines of a list are drawn on: its width, its ground, and the scroll bar's lines."""

    width: int
    ground: Style
    dark: bool
    thumb: range


@lru_cache(CACHED)
def row_strip(text: Line, here: bool, edge: str, width: int, ground: Style, dark: bool) -> Strip:
    """A list's line, the cursor's on a ground of its own, beside the scroll bar's edge."""
    last = Segment(edge, ground + style_of("source", dark))
    if here:
        ground += Style(bgcolor="#30363d" if dark else "#dde4ec", bold=True)
    return Strip([*strip_of(text, width - 1, ground, dark), last], width)


class Label(Widget):
    """One marked-up line."""

    line: Line = EMPTY

    def show(self, line: Line) -> None:
        """Another line."""
        if line != self.line:
            self.line = line
            self.refresh()

    def render_line(self, y: int) -> Strip:
        ground = self.rich_style
        dark = self.app.current_theme.dark
        return strip_of(self.line, self.size.width, ground, dark)


class LinesView(Widget, can_focus=True):
    """The list; the cursor's row has a bar at its left, and a ground of its own.

    It scrolls by itself and keeps its size, so that other rows need no new layout. While it is
    hidden, `area` is what it had when it was seen.
    """

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

    class Resized(Moved):
        """There are more or fewer columns for rows."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.rows: Rows | Sequence[Row] = ()
        self.cursor = 0
        self.top = 0
        self.area = Size(0, 0)
        self._canvas = Canvas(0, Style(), True, range(0))

    def show(self, rows: Rows | Sequence[Row], cursor: int | None = None) -> None:
        """Other rows; the cursor stays where it was unless given otherwise."""
        self.rows = rows
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, len(rows) - 1))
        self._reveal()
        self.refresh()

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if len(self.rows) else None

    @property
    def columns(self) -> int:
        """The columns for a row's text, between the bar and the scroll bar."""
        return max(0, self.area.width - 2)

    def put_cursor(self, place: int) -> None:
        """Move the cursor to a row."""
        place = max(0, min(place, len(self.rows) - 1))
        if place != self.cursor:
            before, top, self.cursor = self.cursor, self.top, place
            self._reveal()
            if top == self.top:
                lines = (before - top, place - top)
                self.refresh(*(Region(0, y, self.area.width, 1) for y in lines))
            else:
                self.refresh()
            self.post_message(self.Moved(self))

    def _reveal(self) -> None:
        """Scroll no further than the cursor asks for, and not past the end."""
        lines = max(1, self.area.height)
        self.top = max(self.cursor - lines + 1, min(self.top, self.cursor, len(self.rows) - lines))
        self.top = max(0, self.top)

    def scroll_by(self, lines: int) -> None:
        """Look further up or down; the cursor stays where it is."""
        self.top = max(0, min(self.top + lines, len(self.rows) - self.area.height))
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        if event.size != self.area:  # it is not merely shown again where it was
            top, self.area = self.top, event.size
            self._reveal()
            if self.top != top:
                self.refresh()
            self.post_message(self.Resized(self))

    def action_move(self, by: int) -> None:
        self.put_cursor(self.cursor + by)

    def action_page(self, by: int) -> None:
        self.put_cursor(self.cursor + by * max(1, self.area.height - 1))

    def action_first(self) -> None:
        self.put_cursor(0)

    def action_last(self) -> None:
        self.put_cursor(len(self.rows) - 1)

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.top
        if event.x >= self.area.width - 1 and self._thumb(self.area.height):
            self.put_cursor(event.y * len(self.rows) // max(1, self.area.height))
        elif 0 <= place < len(self.rows):
            self.put_cursor(place)
            if event.chain == 2:
                self.post_message(self.Chosen(self))

    def on_mouse_scroll_down(self, _: events.MouseScrollDown) -> None:
        self.scroll_by(WHEEL)

    def on_mouse_scroll_up(self, _: events.MouseScrollUp) -> None:
        self.scroll_by(-WHEEL)

    def _thumb(self, lines: int) -> range:
        """The lines of the scroll bar that stand for what is seen; empty where all is."""
        rows = len(self.rows)
        if rows <= lines:
            return range(0)
        length = max(1, lines * lines // rows)
        first = (lines - length) * self.top // (rows - lines)
        return range(first, first + length)

    def render_lines(self, crop: Region) -> list[Strip]:
        size, dark = self.size, self.app.current_theme.dark
        self._canvas = Canvas(size.width, self.rich_style, dark, self._thumb(size.height))
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        place, canvas = y + self.top, self._canvas
        here, text = False, EMPTY
        if 0 <= place < len(self.rows):
            here = place == self.cursor
            bar: Span = (("▌" if self.has_focus else "▏") if here else " ", "level")
            text = (bar, *self.rows[place].text)
        edge = "▐" if y in canvas.thumb else " "
        return row_strip(text, here, edge, canvas.width, canvas.ground, canvas.dark)
