"""The part of the screen that goes other ways: take, back, branch, run, check, save."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from verifier.evidence.files import save
from verifier.evidence.traces import Trace
from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Stopped
from verifier.execution.machine import Move
from verifier.explain.session import Exploration, ExploredBranch
from verifier.language.plain_values import plural
from verifier.viewer.screen.dialogs import Ask, Options
from verifier.viewer.screen.list_view import LinesView
from verifier.viewer.screen.tasks import Aside, Joining, LostWork, finished, in_slices, parts

RANDOM_STEPS = 100


class Exploring(Container):
    """Surrounds the lists, and answers the keys that leave the trace for other executions.

    Without the models of a trace there is no session, and a message says so."""

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

    class Explained(Message):
        """More is known about the steps that the session has."""

    class Notice(Message):
        """A message; `working` while something takes time."""

        def __init__(self, text: str, wrong: bool = False, working: bool = False) -> None:
            super().__init__()
            self.text = text
            self.wrong = wrong
            self.working = working

    def __init__(self, *lists: Widget, trace: Trace, session: Exploration | None) -> None:
        super().__init__(*lists, id="parts")
        self.trace = trace
        self.session = session
        self.seed = 0
        self.explained: dict[str, int] = {}

    @property
    def number(self) -> int:
        """The step from which to go on, the one under the timeline's cursor."""
        return self.query_one("#timeline", LinesView).cursor

    def show_message(self, text: str, wrong: bool = False, working: bool = False) -> None:
        """Show a message, from any thread."""
        self.post_message(self.Notice(text, wrong, working))

    def _explorable(self) -> Exploration | None:
        """The session, with nothing else going on in it."""
        if self.session is None:
            self.show_message("the models of this trace are not available; it can only be viewed")
        elif self.workers.cancel_node(self):
            self.show_message("")
        return self.session

    def action_explore(self) -> None:
        session, number = self._explorable(), self.number
        if session is None:
            return

        def taken(move: Move) -> None:
            if session.take(number, move):
                self.post_message(self.Changed())
            else:
                self.show_message(f"{move[0].name} is not enabled with these choices", wrong=True)

        title = f"What can happen {f'after step {number}' if number else 'at the start'}"
        found = session.enabled(number)
        self.screen.query_one(Options).choose(title, found, taken)

    def go_on(self) -> None:
        """List the steps that can be taken now, where those before the last change are open."""
        if self.query_one(Options).display:
            self.action_explore()

    def on_options_undo(self) -> None:
        self.action_undo()

    def action_undo(self) -> None:
        session = self._explorable()
        if session is None:
            return
        if session.back():
            self.post_message(self.Changed())
        else:
            self.show_message("no step of your own to undo here; B changes branches")

    def action_branch(self) -> None:
        session = self._explorable()
        if session is not None:
            name = session.switch().name
            self.post_message(self.Changed())
            self.show_message(f"{name}, one of {len(session.branches)}")

    def action_random(self) -> None:
        session = self._explorable()
        if session is not None:
            self.seed += 1
            self.run_worker(self._at_random(session, self.number, self.seed))

    async def _at_random(self, session: Exploration, number: int, seed: int) -> None:
        self.show_message("running on at random", working=True)
        before = len(session.now.moves[:number])
        await in_slices(session.run(number, RANDOM_STEPS, seed))
        self.post_message(self.Changed())
        taken = plural(len(session.now.moves) - before, "random step")
        self.show_message(f"{taken}, seed {seed}")

    def action_save(self) -> None:
        def named(text: str) -> None:
            if text:
                self._save(Path(text).expanduser())

        name = self.trace.system.replace("/", ".")
        self.screen.query_one(Ask).ask("save this execution as", f"{name}.json", named)

    def _save(self, file: Path) -> None:
        """Save apart, as a violation is explained first; that goes on whatever people do."""
        trace = self.trace
        made = self.session.explaining() if self.session is not None else lambda: trace

        def work() -> str:
            try:
                save(made(), file)
            except OSError as error:
                return f"{file}: {error.strerror}"
            return ""

        self.show_message(f"saving to {file}", working=True)
        self.app.run_worker(self._saved(work, file))

    async def _saved(self, work: Callable[[], str], file: Path) -> None:
        try:
            wrong = await finished(Aside("saving", work), stops=False)
        except LostWork as lost:
            wrong = f"{file}: {lost}"
        self.show_message(wrong or f"saved to {file}", wrong=bool(wrong))

    def explain(self) -> None:
        """Find out why the present branch goes wrong, if it does, while people go on."""
        session = self.session
        if session is None or not session.ends_badly or self._is_explained(session.now):
            return
        made, annotated = session.explaining(), session.annotated
        work = self._explained(session, session.now, lambda: list(parts(annotated(made()))))
        self.app.run_worker(work, group="explain", exclusive=True)

    def _is_explained(self, branch: ExploredBranch) -> bool:
        """Whether that has been begun or done; from now on it has."""
        known = self.explained.get(branch.name) == len(branch.moves)
        self.explained[branch.name] = len(branch.moves)
        return known

    async def _explained(
        self, session: Exploration, branch: ExploredBranch, task: Callable[[], list[bytes]]
    ) -> None:
        try:
            found = await finished(Aside("the explanation", task))
        except CancelledError:
            self.explained.pop(branch.name, None)
            raise
        except LostWork as lost:
            self.show_message(f"the explanation was lost: {lost}", wrong=True)
            return
        joining = Joining(found)
        await in_slices(joining)
        if session.add_explanation(branch, joining.trace) and session.now is branch:
            self.post_message(self.Explained())

    def action_check(self) -> None:
        session = self._explorable()
        if session is None:
            return
        groups = sorted({f.group for f in session.properties if f.claims})
        given = self.trace.property or (groups[0] if groups else "")

        def chosen(group: str) -> None:
            if group:
                self._check(session, group)

        question = f"check from here ({', '.join(groups)})"
        self.screen.query_one(Ask).ask(question, given, chosen)

    def _check(self, session: Exploration, group: str) -> None:
        self.show_message(f"checking {group} from step {self.number}", working=True)
        self.run_worker(self._checked(session, self.number, group))

    async def _checked(self, session: Exploration, number: int, group: str) -> None:
        """Follow what is found; it no longer counts once people have gone on."""
        try:
            values = session.now.states[number]
            search = partial(session.ahead, values, group)
            run, says = await finished(Aside("the search", search))
        except LostWork as lost:
            self.show_message(f"the search was lost: {lost}", wrong=True)
            return
        if run is not None:
            ahead = execution_of_run(session.system, session.properties, run)
            assert not isinstance(ahead, Stopped), "the search is about this system"
            session.follow(number, ahead.moves)
            self.post_message(self.Changed())
        self.show_message(says)
