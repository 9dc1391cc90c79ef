"""The part of the screen that goes other ways: take, back, branch, run, check, save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verifier.evidence.exploring import Exploration
from verifier.evidence.replay import Move
from verifier.viewer.screen.dialogs import Ask, Help, Options
from verifier.viewer.screen.scene import Scene

if TYPE_CHECKING:
    from textual.app import App

    Base = App[None]
else:
    Base = object

Search = Callable[[Sequence[Any], str], tuple[Sequence[Move] | None, str]]
"""From a state's values and a property: moves to a violation, or none, and what to say."""

RANDOM_STEPS = 100


class Exploring(Base):
    """Actions on an exploration; without the models there is none, and the screen says so."""

    session: Exploration | None
    scene: Scene
    search_ahead: Search | None = None
    seed = 0

    def show_scene(self, scene: Scene, number: int | None = None) -> None:
        raise NotImplementedError

    def ask(self, question: str, given: str, answer: Callable[[str | None], None]) -> None:
        """Ask for a line of text."""
        self.push_screen(Ask(question, given), answer)

    def action_help(self) -> None:
        self.push_screen(Help())

    def _explorable(self) -> Exploration | None:
        if self.session is None:
            self.notify("the models of this trace are not here; it can only be looked at")
        return self.session

    def _changed(self, number: int | None = None) -> None:
        """The session has another branch or more steps."""
        assert self.session is not None, "only a session changes"
        scene = Scene(self.session.now.trace, self.session, self.scene.timeline.lane)
        self.show_scene(scene.like(self.scene), number)

    def action_explore(self) -> None:
        session = self._explorable()
        if session is None:
            return
        number = self.scene.number

        def taken(move: Move | None) -> None:
            if move is None:
                return
            if session.take(number, move):
                self._changed()
            else:
                self.notify(f"{move[0].name} is not enabled with these choices", severity="error")

        title = f"What can happen after step {number}"
        self.push_screen(Options(title, session.enabled(number)), taken)

    def action_undo(self) -> None:
        session = self._explorable()
        if session is not None:
            if session.back():
                self._changed()
            else:
                self.notify("there is nothing of your own to take back here; B changes branches")

    def action_branch(self) -> None:
        session = self._explorable()
        if session is not None:
            name = session.switch().name
            self._changed()
            self.notify(f"{name}, one of {len(session.branches)}")

    def action_random(self) -> None:
        session = self._explorable()
        if session is not None:
            self.seed += 1
            taken = session.run(self.scene.number, RANDOM_STEPS, self.seed)
            self._changed()
            self.notify(f"{taken} random steps, seed {self.seed}")

    def action_save(self) -> None:
        def named(text: str | None) -> None:
            if not text:
                return
            trace = self.session.saved() if self.session is not None else self.scene.trace
            try:
                self.saved(trace, Path(text).expanduser())
            except OSError as error:
                self.notify(f"{text}: {error.strerror}", severity="error", markup=False)
            else:
                self.notify(f"saved to {text}", markup=False)

        name = self.scene.trace.system.replace("/", ".")
        self.ask("save this execution as", f"{name}.json", named)

    def saved(self, trace: Any, file: Path) -> None:
        raise NotImplementedError

    def action_check(self) -> None:
        session = self._explorable()
        if session is None:
            return
        groups = sorted({f.group for f in session.properties if f.kind == "always"})
        given = self.scene.trace.property or (groups[0] if groups else "")

        def chosen(group: str | None) -> None:
            if group:
                self._search(session, group)

        self.ask(f"check from here ({', '.join(groups)})", given, chosen)

    def _search(self, session: Exploration, group: str) -> None:
        if self.search_ahead is None:
            self.notify("there is no engine here to check with")
            return
        number = self.scene.number
        values, branch = session.now.states[number], session.now
        search = self.search_ahead

        def work() -> None:
            moves, says = search(values, group)
            self.call_from_thread(found, moves, says)

        def found(moves: Sequence[Move] | None, says: str) -> None:
            self.notify(says, markup=False)
            if moves and session.now is branch:
                session.follow(number, moves)
                self._changed()

        self.notify(f"checking {group} from step {number}", markup=False)
        self.run_worker(work, thread=True, exclusive=True)
