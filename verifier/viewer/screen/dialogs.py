"""Questions and lists over the screen: help, one line of text, the steps that can be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from verifier.evidence.pictures import Picture
from verifier.execution.machine import Move
from verifier.language.plain_values import shown as saved_value
from verifier.viewer.in_short import MEANS
from verifier.viewer.markup import EMPTY, Line, Row, Span, inert, line, shown, word_by_word, wrapped
from verifier.viewer.screen.list_view import Label, LinesView
from verifier.viewer.screen.tasks import in_slices
from verifier.viewer.screen.view_model import VIEWS
from verifier.viewer.timeline import strokes
from verifier.viewer.trace_index import Reading

FOOT = "⏎ take the step  ← → other choice  b undo  esc close"
TABLES = "v"
"""The key that shows one table after the other."""
HELP: tuple[tuple[str, str], ...] = (
    ("up down, k j", "move in the list that has the focus"),
    ("tab", "go to the next list"),
    ("left right, h l", "the step before, the next step"),
    ("pageup pagedown", "a screenful, as ctrl+b and ctrl+f"),
    ("home end, g G", "first, last"),
    (f"1 to {len(VIEWS)}", ", ".join(VIEWS)),
    ("enter", "on a field: why it is so; on a cause: its step"),
    ("n, p N", "the next, the previous change of the field"),
    ("/", "search fields; escape ends it"),
    ("f", "unfold and fold what the violation does not depend on"),
    (TABLES, "one table's fields"),
    ("w d", "watch an expression; drop the watch"),
    ("y", "copy the step as text"),
    ("x", "explore: the steps that can be taken from here"),
    ("b B", "undo the last step; go to the next branch"),
    ("r", "run on at random from here"),
    ("c", "check a property from here"),
    ("s", "save this execution as a trace"),
    ("t", "light or dark ground"),
    ("q ctrl+c", "quit"),
)
SIGNS = ("▸ who runs  * changed  ✗ violated  ! unavoidable from here on",)
WORDS = {**MEANS, "set by": "who set the actual value"}


class Dialog(Vertical):
    """In the place of the pane or of the last lines, and alone in hearing keys while it is open.

    It is made once and shown when it is needed; what lies over the lists would redraw them all.
    """

    COVERS: ClassVar[str] = "#pane"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "close")]

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self.before: Widget | None = None

    @property
    def is_modal(self) -> bool:
        return True

    @property
    def covered(self) -> LinesView:
        """The list in whose place it is."""
        return self.screen.query_one(self.COVERS, LinesView)

    def open(self, focus: Widget) -> None:
        """Show it, with the focus on one of its widgets."""
        self.before = self.screen.focused
        self._swap(True)
        self.screen.set_focus(focus)

    def action_close(self) -> None:
        """Hide it; the focus goes back to where it was."""
        self._swap(False)
        if self.before is not None:
            self.screen.set_focus(self.before)

    def _swap(self, opened: bool) -> None:
        self.display = opened
        self.screen.query_one(self.COVERS).display = not opened


class Help(Dialog):
    """Every key, sign and word."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,q,enter", "close", "close")]

    def compose(self) -> ComposeResult:
        yield Label()
        yield LinesView("help")

    def show(self, reading: Reading) -> None:
        """Open it at its beginning; some signs and words are those of a presentation."""
        self.reading = reading
        self.query_one(Label).show(line(("Keys", "step")))
        view = self.query_one(LinesView)
        self.open(view)
        view.cursor = 0
        self._fill(self.covered.columns or self.screen.size.width - 2)

    def on_lines_view_resized(self, event: LinesView.Resized) -> None:
        event.stop()
        if self.display and event.view.columns != self.columns:
            self._fill(event.view.columns)

    def _fill(self, columns: int) -> None:
        """As wide as the pane is."""
        view, picture = self.query_one(LinesView), self.reading.picture
        self.columns = columns
        rows = [row for each in _keys(picture) for row in _explained(each, columns)]
        rows.append(Row(EMPTY))
        for text in _signs(self.reading):
            pieces = [line((piece, "source")) for piece in text.replace("  ", " \n").split("\n")]
            rows += map(Row, wrapped(line(" "), pieces, 1, columns))
        rows.append(Row(EMPTY))
        rows += [row for each in _words(picture) for row in _explained(each, columns)]
        view.show(rows)


def _keys(picture: Picture) -> Iterator[tuple[str, str]]:
    tables = ", ".join(inert(table.name) for table in picture.tables)
    for key, meaning in HELP:
        yield key, f"{meaning}: {tables}" if key == TABLES and tables else meaning


def _signs(reading: Reading) -> Iterator[str]:
    arrows = strokes(reading)
    yield from ["  ".join(arrows)] * bool(arrows)
    yield from SIGNS


def _words(picture: Picture) -> Iterator[tuple[str, str]]:
    yield from WORDS.items()
    columns = picture.columns
    if columns is not None:
        yield from ((inert(name), inert(meaning)) for name, meaning in columns.words.items())
        yield "≠ is 1", "what is read is not the actual value"
        yield f"≠ {inert(columns.expected)} 1", "and not the expected one either"


def _explained(entry: tuple[str, str], columns: int) -> Iterator[Row]:
    """A key or a word, and what is behind it."""
    name, meaning = entry
    first: Line = ((f" {name:<17}", "step"),)
    yield from map(Row, wrapped(first, word_by_word(line(meaning)), 18, columns))


class Ask(Dialog):
    """One line of text."""

    COVERS = "#keys"

    def compose(self) -> ComposeResult:
        yield Label()
        yield Input()

    def ask(self, question: str, given: str, answer: Callable[[str], None]) -> None:
        """Open it; `answer` gets the text unless people change their minds."""
        self.answer = answer
        label = self.query_one(Label)
        label.show(line((f" {inert(question)}: ", "step")))
        label.styles.width = min(len(question) + 3, max(20, self.screen.size.width - 30))
        field = self.query_one(Input)
        field.value = given
        field.cursor_position = len(given)
        self.open(field)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.action_close()
        self.answer(event.value.strip())


class Options(Dialog):
    """The steps that can be taken, with their choices; left and right change a choice.

    They are listed as they are found; a None among them says that the search goes on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,x", "close", "close"),
        Binding("enter", "take", "take"),
        Binding("left,h", "change(-1)", "other value"),
        Binding("right,l", "change(1)", "other value"),
        Binding("b", "undo", "undo"),
    ]

    class Undo(Message):
        """The last step is to be undone."""

    def __init__(self) -> None:
        super().__init__()
        self.searching = False
        self.moves: list[tuple[Any, dict[str, Any]]] = []
        self.places: list[tuple[int, str]] = []

    def compose(self) -> ComposeResult:
        yield Label(id="title")
        yield LinesView("options")
        yield Label(id="foot")

    def choose(
        self, title: str, found: Iterable[Move | None], answer: Callable[[Move], None]
    ) -> None:
        """Open it; `answer` gets each step to take, until people close it."""
        self.answer = answer
        self.moves, self.searching = [], True
        self.query_one("#title", Label).show(line((title, "step")))
        self.query_one("#foot", Label).show(line((FOOT, "source")))
        view = self.query_one(LinesView)
        if not self.display:
            self.open(view)
        view.cursor = 0
        self._fill()
        self.run_worker(self._list(found), exclusive=True)

    async def _list(self, found: Iterable[Move | None]) -> None:
        await in_slices(self._listed(found))
        self.searching = False
        self._fill()

    def _listed(self, found: Iterable[Move | None]) -> Iterator[None]:
        for move in found:
            if move is not None:
                self.moves.append((move[0], dict(move[1])))
                self._fill()
            yield

    def _fill(self) -> None:
        rows: list[Row] = []
        self.places = []
        for place, (step, choices) in enumerate(self.moves):
            meaning = step.function.doc.split("\n")[0]
            rows.append(Row(line((step.name, "step"), (f"  {meaning}", "source"))))
            self.places.append((place, ""))
            for name, value in choices.items():
                rows.append(Row(_choice(name, value)))
                self.places.append((place, name))
        if self.searching:
            rows.append(Row(line(("looking for more ...", "source"))))
        elif not rows:
            rows.append(Row(line(("no step is enabled here", "source"))))
        self.query_one(LinesView).show(rows)

    def _place(self) -> tuple[int, str] | None:
        """The move and the choice under the cursor."""
        cursor = self.query_one(LinesView).cursor
        return self.places[cursor] if cursor < len(self.places) else None

    def action_change(self, by: int) -> None:
        place = self._place()
        if place is not None and place[1]:
            step, choices = self.moves[place[0]]
            name = place[1]
            values = next(c.values for c in step.choices if c.name == name)
            choices[name] = values[(values.index(choices[name]) + by) % len(values)]
            self._fill()

    def on_lines_view_chosen(self, event: LinesView.Chosen) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        place = self._place()
        if place is not None:
            self.answer(self.moves[place[0]])

    def action_undo(self) -> None:
        self.post_message(self.Undo())

    def action_close(self) -> None:
        self.workers.cancel_node(self)
        super().action_close()


def _choice(name: str, value: Any) -> Line:
    text: Span = (shown(saved_value(value)), "choice")
    return line(f"    {name:<16} ", ("◁ ", "source"), text, (" ▷", "source"))
