"""Which way a model's own decisions went, and what if one of them had gone the other way.

A decision is the condition of an `if` or of a conditional expression, or a bool that is returned. A
function that makes some is run as a twin that reports each of them before it acts on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from types import FunctionType
from typing import Any, cast

from verifier.language.citations import Section
from verifier.language.concrete_execution import ConcreteRun, can_change
from verifier.language.functions import ModelFunction
from verifier.language.tracing.reporting import DECIDED, NOTED, READS, WITHIN, Asked, twin_of

Place = tuple[str, int, int, str]
"""A function's file and line, and the line and text of a decision in it."""


@dataclass(frozen=True)
class Decision:
    """A condition or a returned bool, where it is, which way it went, and what it looked at.

    `given` are the assignments before it of the local names that it reads. `reads` has the fields
    that it, or one of those, reads in its own function. `depth` counts the model functions that
    were running. `of_choice` says that it looks at nothing but what others have chosen,
    `of_outcome` that it reads nothing itself, but asks what the hardware does, and `guards` that a
    step assumes what it comes to.
    """

    function: ModelFunction
    test: str
    given: tuple[str, ...]
    line: int
    taken: bool
    returned: bool
    depth: int
    reads: Mapping[str, Any]
    of_choice: bool
    of_outcome: bool
    guards: bool

    @property
    def place(self) -> Place:
        """Where it is, whichever way it goes."""
        defined = self.function.place
        return defined.file, defined.line, self.line, self.test

    @property
    def is_literal(self) -> bool:
        """Whether it is a condition that is written as a constant."""
        return not self.returned and self.test in ("True", "False")

    @property
    def passes_on(self) -> bool:
        """Whether it asks the hardware for an outcome, or returns a constant after it has."""
        return self.of_outcome or (self.returned and self.test in ("True", "False"))

    @property
    def is_of_hardware(self) -> bool:
        """Whether a rule of a manual decides, not code that could be written otherwise."""
        return isinstance(self.function.citation, Section)

    @property
    def is_of_code(self) -> bool:
        """Whether code decides, on more than a choice and more than whether to begin."""
        return not (self.is_of_hardware or self.of_choice or self.guards)


Since = tuple[int, int]
"""How much a run had read and decided."""
Turn = int | Place
"""A decision by its number in a step, or all those at a place."""


class Decisions:
    """What a run has decided since it was asked to note it; those of `turn` go the other way."""

    def __init__(self, run: ConcreteRun) -> None:
        self.run = run
        self.turn: Turn | None = None
        self.made: list[Decision] = []
        self._claims = self._guards = False
        self._twins: dict[Callable[..., Any], Callable[..., Any]] = {}
        self._noted: dict[tuple[int, str], tuple[dict[str, Any], bool]] = {}

    def since(self, turn: Turn | None) -> list[Decision]:
        """Forget what has been decided, and turn others from now on."""
        self.turn, self.made = turn, []
        self.run.recent.clear()
        return self.made

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Run with twins meanwhile."""
        run = self.run
        run.decisions, run.watching = self, True
        run.recent.clear()
        try:
            yield
        finally:
            run.decisions, run.watching = None, False

    def body(self, function: ModelFunction) -> Callable[..., Any]:
        """The function's body, or a twin that reports its decisions."""
        found = self._twins.get(function.body)
        if found is None:
            found = self._twins[function.body] = self._made(function)
        return found

    def _made(self, function: ModelFunction) -> Callable[..., Any]:
        body = cast("FunctionType", function.body)
        if function.observes or body.__closure__ is not None:
            return body
        code = twin_of(body.__code__)
        if code is None:
            return body

        def decided(since: Since, value: Any, about: tuple[Any, ...]) -> Any:
            if type(value) is not bool:
                return value
            return self._decided(function, since, value, Asked(*about))

        def noted(since: Since, value: Any, name: str) -> Any:
            self._noted[self.run.depth, name] = self._looked_at(since)
            return value

        names = {READS: self._so_far, DECIDED: decided, NOTED: noted, WITHIN: self._within}
        twin = FunctionType(code, body.__globals__ | names, code.co_name, body.__defaults__)
        twin.__kwdefaults__ = body.__kwdefaults__
        return twin

    def _so_far(self) -> Since:
        return len(self.run.recent), len(self.made)

    def _within(self, what: str, value: Callable[[], Any]) -> Any:
        """What is asserted or assumed."""
        before, self._claims, guards = self._claims, self._claims or what == "assert", self._guards
        self._guards = guards or what == "assume"
        try:
            return value()
        finally:
            self._claims, self._guards = before, guards

    def _looked_at(self, since: Since) -> tuple[dict[str, Any], bool]:
        """What the running function has read itself, and whether it has asked the hardware.

        What functions read that it calls counts, too, where none of them decides.
        """
        depth, (read, made) = self.run.depth, since
        deepest = self.run.depth if len(self.made) > made else inf
        recent = self.run.recent[read:]
        reads = {
            path: value for d, path, value in recent if depth <= d <= deepest and can_change(value)
        }
        return reads, any(each.is_of_hardware for each in self.made[made:])

    def _decided(self, function: ModelFunction, since: Since, value: bool, asked: Asked) -> bool:
        if self._claims:
            return value  # what decides whether an assertion holds is the claim
        depth = self.run.depth
        reads, asks = self._looked_at(since)
        for name in asked.names:
            more, outcome = self._noted.get((depth, name), ({}, False))
            reads, asks = reads | more, asks or outcome
        of_choice = depth == 1 and bool(asked.names) and not reads and self._so_far() == since
        decision = Decision(
            function,
            asked.text,
            asked.given,
            asked.line,
            value,
            asked.returned,
            depth,
            reads,
            of_choice,
            asks and not reads,
            self._guards,
        )
        turn = self.turn in (len(self.made), decision.place)
        self.made.append(decision)
        return value is not turn


@contextmanager
def deciding(run: ConcreteRun, turn: Turn | None = None) -> Iterator[list[Decision]]:
    """Note the decisions of the steps that are taken meanwhile, and turn some of them."""
    with turning(run) as decisions:
        yield decisions.since(turn)


@contextmanager
def turning(run: ConcreteRun) -> Iterator[Decisions]:
    """Run with twins meanwhile; see `noted`."""
    decisions = Decisions(run)
    with decisions.noted():
        yield decisions
