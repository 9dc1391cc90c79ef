"""Questions and lists over the screen: help, one line of text, the steps that can be taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from verifier.evidence.replay import Move
from verifier.evidence.traces import shown as saved_value
from verifier.viewer.lines import Line, Span, line, shown
from verifier.viewer.screen.lines_view import LinesView, Row

HELP: tuple[tuple[str, str], ...] = (
    ("up down, k j", "move in the list that has the focus; tab goes to the other"),
    ("left right, h l", "the step before, the next step"),
    ("home end, g G", "first, last"),
    ("1 to 6", "state, calls, why, contract, watches, properties"),
    ("enter", "on a field: why it is so; on a cause: its step"),
    ("n p", "the next, the previous change of the field under the cursor"),
    ("/", "search fields; an empty search ends it"),
    ("f", "unfold and fold what the violation does not hang on"),
    ("v", "only one level's fields: L0, L1, L2, observed, promised, all"),
    ("w d", "watch an expression; drop the watch under the cursor"),
    ("y", "copy the step as text"),
    ("x", "explore: the steps that can be taken from here"),
    ("b B", "take the last step back; go to the next branch"),
    ("r", "run on at random from here"),
    ("c", "check a property from here"),
    ("s", "save this execution as a trace"),
    ("t", "light or dark ground"),
    ("q", "quit"),
)


class Help(ModalScreen[None]):
    """Every key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "close")
    ]

    def compose(self) -> ComposeResult:
        rows = [Row(line((f" {keys:<17}", "step"), says)) for keys, says in HELP]
        rows.append(Row(line("")))
        rows.append(Row(line((" ──▶ VM entry  ◀── VM exit  ┄▷ tells L1 or launches L2", "source"))))
        rows.append(Row(line((" ▸ who runs  * changed  ≠ not as promised  ✗ violated", "source"))))
        view = LinesView("help")
        with Vertical(classes="dialog"):
            yield Static("Keys", classes="dialog-title")
            yield view
        view.show(rows, 0)

    def on_mount(self) -> None:
        self.query_one(LinesView).focus()


class Ask(ModalScreen[str | None]):
    """One line of text."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel")]

    def __init__(self, question: str, given: str = "") -> None:
        super().__init__()
        self.question = question
        self.given = given

    def compose(self) -> ComposeResult:
        with Vertical(classes="ask"):
            yield Static(self.question, classes="dialog-title", markup=False)
            yield Input(self.given)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())

    def action_cancel(self) -> None:
        self.dismiss(None)


class Options(ModalScreen[Move | None]):
    """The steps that can be taken, with their choices; left and right change a choice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,x", "cancel", "close"),
        Binding("enter", "take", "take"),
        Binding("left,h", "change(-1)", "other value"),
        Binding("right,l", "change(1)", "other value"),
    ]

    def __init__(self, title: str, moves: Sequence[Move]) -> None:
        super().__init__()
        self.title_text = title
        self.moves: list[tuple[Any, dict[str, Any]]] = [(s, dict(c)) for s, c in moves]
        self.places: list[tuple[int, str]] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self.title_text, classes="dialog-title", markup=False)
            yield LinesView("options")
            yield Static("enter takes the step   left right change a choice   escape closes")

    def on_mount(self) -> None:
        self.query_one(LinesView).focus()
        self._fill(0)

    def _fill(self, cursor: int) -> None:
        rows: list[Row] = []
        self.places = []
        for place, (step, choices) in enumerate(self.moves):
            says = step.function.doc.split("\n")[0]
            rows.append(Row(line((step.name, "step"), (f"  {says}", "source"))))
            self.places.append((place, ""))
            for name, value in choices.items():
                rows.append(Row(_choice(name, value)))
                self.places.append((place, name))
        if not rows:
            rows.append(Row(line(("nothing can be done here", "source"))))
        self.query_one(LinesView).show(rows, cursor)

    def action_change(self, by: int) -> None:
        view = self.query_one(LinesView)
        if not self.places:
            return
        place, name = self.places[view.cursor]
        if name:
            step, choices = self.moves[place]
            values = next(c.values for c in step.choices if c.name == name)
            choices[name] = values[(values.index(choices[name]) + by) % len(values)]
            self._fill(view.cursor)

    def on_lines_view_chosen(self, _: LinesView.Chosen) -> None:
        self.action_take()

    def action_take(self) -> None:
        if self.places:
            place, _ = self.places[self.query_one(LinesView).cursor]
            self.dismiss(self.moves[place])

    def action_cancel(self) -> None:
        self.dismiss(None)


def _choice(name: str, value: Any) -> Line:
    text: Span = (shown(saved_value(value)), "choice")
    return line(f"    {name:<16} ", ("◁ ", "source"), text, (" ▷", "source"))
