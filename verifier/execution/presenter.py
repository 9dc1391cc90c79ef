"""Asks a system's presentation about its states and steps; what it answers is data.

A presentation that raises, or that returns something else than its types say, is not asked any
further: the execution is shown without it, and says why. Nothing else depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from verifier.evidence.pictures import Picture
from verifier.evidence.traces import Running
from verifier.execution.drawing import drawn, promised_fields
from verifier.execution.fitting import misfit
from verifier.language.concrete_execution import ConcreteRun, Taken
from verifier.language.errors import ModelError, Place, blaming, place_of, within_project
from verifier.language.moments import Moment
from verifier.language.optional import seen
from verifier.language.presentation import Act, Belief, Beliefs, Presentation, Sentence
from verifier.language.system import Step, System

SECONDS = 2.0
"""For one answer of a presentation."""
PLAIN: Presentation[Any] = Presentation()
HELP = "a presentation reads fields that the state has, and returns the types of the language"
LONGEST = 60
"""Characters of a wrong answer that are quoted."""

T = TypeVar("T")

Rows = dict[str, tuple[Belief, ...]]
"""The rows of the table of beliefs, by the bit that they are about."""


class Presenter:
    """A system's presentation, asked; `problem` is why it is not asked any more."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.made = system.presentation or PLAIN
        self.problem = ""
        what = f"the presentation of `{system.name}`"
        try:
            with blaming(what, SECONDS, HELP):
                wrong = misfit(self.made, Presentation)
            if wrong:
                raise ModelError(f"{what}: {wrong}", help=HELP)
        except ModelError as error:
            self._note(error)
            self.made = PLAIN

    def picture(self) -> Picture:
        """What does not depend on a state; a plain picture where there is a problem."""
        run = self._start()
        found = self._asked("", run, lambda state: drawn(self.made, state), Picture, Picture())
        return Picture(problem=self.problem) if self.problem else found

    def running(self, run: ConcreteRun) -> Running:
        """Who runs in a state."""
        lanes = self.made.lanes
        if lanes is None:
            return Running()
        runs = self._asked("lanes", run, lanes.runs, str | tuple[str, ...], "")
        held = lanes.holds or (lambda _: {})
        holds: dict[str, str] = self._asked("lanes", run, held, dict[str, str], {})
        return Running((runs,) * bool(runs) if isinstance(runs, str) else runs, holds)

    def act(
        self, before: Sequence[Any], move: tuple[Step, Any], taken: Taken, run: ConcreteRun
    ) -> Act:
        """What a step is, after which `run` has the state."""
        acts = self.made.acts
        if acts is None:
            return Act()
        moment = self._moment(before, move, taken, run, ())
        return self._asked("acts", run, lambda _: acts(moment), Act, Act())

    def headline(
        self,
        before: Sequence[Any],
        move: tuple[Step, Any],
        taken: Taken,
        run: ConcreteRun,
        judged: Collection[str],
    ) -> Sentence:
        """What somebody found after a step after which a claim fails that reads some fields."""
        headline = self.made.headline
        if headline is None:
            return ()
        moment = self._moment(before, move, taken, run, judged)
        found = self._asked("headline", run, lambda _: headline(moment), Sentence | None, None)
        return found or ()

    def beliefs(self, run: ConcreteRun) -> Rows:
        """What everybody assumes in a state."""
        table = self.made.beliefs
        if table is None or not table.bits:
            return {}
        return self._asked("beliefs", run, lambda state: _rows(table, state), Rows, {})

    def _asked(
        self,
        part: str,
        run: ConcreteRun,
        question: Callable[[Any], object],
        kind: type[T] | Any,
        plain: T,
    ) -> T:
        """What a part answers about a state, checked; what is plain where there is no answer."""
        if self.problem:
            return plain
        what = f"`{part}` of " * bool(part) + f"the presentation of `{self.system.name}`"
        answer: object = None
        try:
            with blaming(what, SECONDS, HELP), run.observed():
                answer = question(self.system.state(run.store))
                wrong = misfit(answer, kind) if part else ""
            if wrong:
                place = _place(getattr(self.made, part))
                text = f"{what} returns {_text(answer, what)}: {wrong}"
                raise ModelError(text, place, HELP)
            found: T = msgspec.convert(msgspec.to_builtins(answer), kind)
            return found
        except ModelError as error:
            said = error.message if what in error.message else f"{what}: {error.message}"
            self._note(ModelError(said, error.place, error.help))
        except (msgspec.ValidationError, TypeError, RecursionError) as error:
            place = _place(getattr(self.made, part)) if part else None
            text = _text(answer, what) if part else "something"
            self._note(ModelError(f"{what} returns {text}: {error}", place, HELP))
        return plain

    def _note(self, error: ModelError) -> None:
        """Why the presentation is not asked any more, with a place and help, in a line."""
        place = error.place or self.system.place
        where = f", {within_project(place.file)}:{place.line}" if place else ""
        self.problem = f"{error.message}{where}; help: {error.help}"

    def _moment(
        self,
        before: Sequence[Any],
        move: tuple[Step, Any],
        taken: Taken,
        run: ConcreteRun,
        judged: Collection[str],
    ) -> Moment[Any]:
        """A step with both its states, in which ghosts can be read."""
        then = ConcreteRun(run.store.leaves, list(before), logging=False)
        then.observing = then.judging = True
        step, choices = move
        states = self.system.state(then.store), self.system.state(run.store)
        given = {name: seen(value) for name, value in choices.items()}
        return Moment(*states, step.name, given, taken.call, judged, self.promised)

    @cached_property
    def promised(self) -> frozenset[str]:
        """The fields of what is promised."""
        made, none = self.made, frozenset[str]()
        fields = frozenset[str]
        return self._asked(
            "promise", self._start(), lambda s: promised_fields(made, s), fields, none
        )

    def _start(self) -> ConcreteRun:
        return ConcreteRun(self.system.layout.leaves, list(self.system.initial_values))


def _rows(table: Beliefs[Any, Any], state: Any) -> dict[str, list[Belief]]:
    return {name: list(table.rows(state, bit)) for name, bit in table.bits.items()}


def _text(answer: object, what: str) -> str:
    """An answer for people; one of a class of their own may have none."""
    try:
        with blaming(what, SECONDS):
            return repr(answer)[:LONGEST]
    except ModelError:
        return f"a `{type(answer).__name__}`"


def _place(part: object) -> Place | None:
    """Where a part of a presentation is written, if it is a function."""
    return place_of(part) if callable(part) else None
