"""The part of the screen that goes other ways: take, back, branch, run, check, save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

from verifier.evidence.exploring import Branch, Exploration
from verifier.evidence.files import save
from verifier.evidence.replay import Move
from verifier.evidence.traces import Trace
from verifier.viewer.lines import plural
from verifier.viewer.screen.dialogs import Ask, Options
from verifier.viewer.screen.slices import in_slices

Search = Callable[[Sequence[Any], str], tuple[Sequence[Move] | None, str]]
"""From a state's values and a property: moves to a violation, or none, and what to say."""

RANDOM_STEPS = 100


class Exploring(Container):
    """Surrounds the lists, and answers the keys that leave the trace for other executions.

    Without the models of a trace there is no session, and it says so. `number` is the step from
    which to go on; whoever shows the steps keeps it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "explore", "explore"),
        Binding("b", "undo", "back", show=False),
        Binding("B", "branch", "next branch", show=False),
        Binding("r", "random", "random", show=False),
        Binding("c", "check", "check", show=False),
        Binding("s", "save", "save"),
    ]

    class Changed(Message):
        """The session has another branch, or other steps."""

    class Said(Message):
        """Something to read; while `working`, something takes time."""

        def __init__(self, text: str, wrong: bool = False, working: bool = False) -> None:
            super().__init__()
            self.text = text
            self.wrong = wrong
            self.working = working

    class Found(Message):
        """A search found moves to a violation."""

        def __init__(self, branch: Branch, number: int, moves: Sequence[Move]) -> None:
            super().__init__()
            self.branch = branch
            self.number = number
            self.moves = moves

    def __init__(
        self, *lists: Widget, trace: Trace, session: Exploration | None, search: Search | None
    ) -> None:
        super().__init__(*lists, id="parts")
        self.trace = trace
        self.session = session
        self.search = search
        self.number = len(trace.steps)
        self.seed = 0

    def say(self, text: str, wrong: bool = False, working: bool = False) -> None:
        """Tell people something, from any thread."""
        self.post_message(self.Said(text, wrong, working))

    def _explorable(self) -> Exploration | None:
        """The session, with nothing else going on in it."""
        if self.session is None:
            self.say("the models of this trace are not here; it can only be looked at")
        elif self.workers.cancel_node(self):
            self.say("")
        return self.session

    def action_explore(self) -> None:
        session, number = self._explorable(), self.number
        if session is None:
            return

        def taken(move: Move) -> None:
            if session.take(number, move):
                self.post_message(self.Changed())
            else:
                self.say(f"{move[0].name} is not enabled with these choices", wrong=True)

        title = f"What can happen after step {number}"
        found = session.enabled_one_by_one(number)
        self.screen.query_one(Options).choose(title, found, taken)

    def action_undo(self) -> None:
        session = self._explorable()
        if session is None:
            return
        if session.back():
            self.post_message(self.Changed())
        else:
            self.say("there is nothing of your own to take back here; B changes branches")

    def action_branch(self) -> None:
        session = self._explorable()
        if session is not None:
            name = session.switch().name
            self.post_message(self.Changed())
            self.say(f"{name}, one of {len(session.branches)}")

    def action_random(self) -> None:
        session = self._explorable()
        if session is not None:
            self.seed += 1
            self.run_worker(self._at_random(session, self.number, self.seed))

    async def _at_random(self, session: Exploration, number: int, seed: int) -> None:
        self.say("running on at random", working=True)
        before = len(session.now.moves[:number])
        await in_slices(session.run_step_by_step(number, RANDOM_STEPS, seed))
        self.post_message(self.Changed())
        taken = plural(len(session.now.moves) - before, "random step")
        self.say(f"{taken}, seed {seed}")

    def action_save(self) -> None:
        def named(text: str) -> None:
            if text:
                self._save(Path(text).expanduser())

        name = self.trace.system.replace("/", ".")
        self.screen.query_one(Ask).ask("save this execution as", f"{name}.json", named)

    def _save(self, file: Path) -> None:
        """Save in a thread, as a violation is explained first."""
        made = self.session.saving() if self.session is not None else lambda: self.trace

        def work() -> None:
            try:
                save(made(), file)
            except OSError as error:
                self.say(f"{file}: {error.strerror}", wrong=True)
            else:
                self.say(f"saved to {file}")

        self.say(f"saving to {file}", working=True)
        self.run_worker(work, thread=True)

    def action_check(self) -> None:
        session = self._explorable()
        if session is None:
            return
        groups = sorted({f.group for f in session.properties if f.kind == "always"})
        given = self.trace.property or (groups[0] if groups else "")

        def chosen(group: str) -> None:
            if group:
                self._check(session, group)

        question = f"check from here ({', '.join(groups)})"
        self.screen.query_one(Ask).ask(question, given, chosen)

    def _check(self, session: Exploration, group: str) -> None:
        """Search in a thread; what it finds no longer counts once people have gone on."""
        if self.search is None:
            self.say("there is no engine here to check with")
            return
        number, branch, search = self.number, session.now, self.search
        values = branch.states[number]

        def work() -> None:
            moves, says = search(values, group)
            if get_current_worker().is_cancelled:
                return
            if moves:
                self.post_message(self.Found(branch, number, moves))
            self.say(says)

        self.say(f"checking {group} from step {number}", working=True)
        self.run_worker(work, thread=True)

    def on_exploring_found(self, event: Found) -> None:
        if self.session is not None and self.session.now is event.branch:
            self.session.follow(event.number, event.moves)
            self.post_message(self.Changed())
