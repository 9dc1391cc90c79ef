"""Symbolic runs in which every value of the state is free, whatever was written to it.

So what observers note and assertions look for does not depend on what a step makes of the state: a
leaf has a free value before a step writes it, and another one after each write. What is written
is noted by itself (docs/decisions/0029-observers-and-assertions-see-any-state.md). The
values of the store are several copies of the state, one after the other: a place in a later copy is
that many leaves further on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import CodeType
from typing import Any

from verifier.circuit.aig import FALSE, TRUE, Graph
from verifier.language.asserted import TestsApart
from verifier.language.encoding import encoding
from verifier.language.errors import ModelError, Place, raising_place, refuse, within_project
from verifier.language.functions import ModelFunction
from verifier.language.layout import Leaf
from verifier.language.paths import Outcome
from verifier.language.stores import Base, places_of
from verifier.language.symbolic_execution import SymbolicRun
from verifier.language.symbolic_stores import StateStore
from verifier.language.symbolic_values import Bit

STATE, WRITTEN, NOTED, LEFT, REACHED = range(5)
"""The copies: what is read before any write; for each number of writes whether there were as many,
from one on; what is noted, in ghosts; that with what is written elsewhere; whether something is
noted where the step has been possible up to there."""


NESTED = 8
"""How often a function with an answer may be on the way to itself: what ends a recursion has any
value, too. One without an answer is explored once, and does nothing where it is nested."""


class CutStore(StateStore):
    """All copies of the state."""

    run: CutRun

    def poke(self, base: Base, raw: Any) -> None:
        run, size, base = self.run, len(self.leaves), self.resolved(base)
        for place in (places := places_of(base)):
            self._admit(self.leaves[place], raw, self.values[place])
        self.thaw()
        run.touched.update(places)
        run.writers[run.observing].update(places)
        for condition, place in ((TRUE, base),) if isinstance(base, int) else base:
            leaf = self.leaves[place]
            if leaf.constant:
                continue
            writes = TRUE, *self.values[WRITTEN * size + place]
            run.allow(place, len(writes))
            run.put(WRITTEN * size + place, condition, writes)
            if leaf.ghost:
                run.put(LEFT * size + place, condition, raw)
                if run.observing or leaf.event:
                    run.put(NOTED * size + place, condition, raw)
                    reached = run.graph.both(condition, run.enabled)
                    run.put(REACHED * size + place, reached, TRUE)

    def _value(self, place: int) -> Any:
        """Any value of a leaf, the same before it is written and after each number of writes.

        What only observers write is what they have written: no step depends on that.
        """
        if place in self.run.read_back:
            return self.values[LEFT * len(self.leaves) + place]
        raw = super()._value(place)
        writes = self.values[WRITTEN * len(self.leaves) + place]
        for literal, value in zip(writes, self.run.written.get(place, ()), strict=False):
            raw = self.run.choose(literal, value, raw)
        return raw


class CutRun(SymbolicRun, TestsApart):
    """A run from any state, in which what is written leaves any value.

    A failed assertion ends nothing: its failure is noted under its place.
    """

    store: CutStore

    def __init__(self, graph: Graph, leaves: tuple[Leaf, ...], values: list[Any]) -> None:
        super().__init__(graph, leaves, values)
        self.store = CutStore(self, leaves, values)
        self.settles = True
        self.read_back: frozenset[int] = frozenset()
        """Ghosts and events whose values are those that were written."""
        self.written: dict[int, list[Any]] = {}
        """For each leaf that some step writes, its value after each write."""
        self.assertions: dict[str, Place] = {}
        """Where the assertions are that can fail, by FILE:LINE:FUNCTION."""
        self.open: list[ModelFunction] = []
        """The functions that are being explored, each called by the one before."""
        self.stops_early = False
        """Whether it does not go on where a step is not possible, as the model counts on that."""
        self.writers: tuple[set[int], set[int]] = (set(), set())
        """The places that others than observers write, and that observers do."""

    def put(self, place: int, condition: int, raw: Any) -> None:
        """Write one value of a copy."""
        raw = self.choose(condition, raw, self.store.values[place])
        self.store.values[place] = self.writes[place] = raw

    def choose(self, condition: int, then: Any, otherwise: Any) -> Any:
        """As in any run; of numbers of writes the shorter one ends with more that are false."""
        if type(then) is type(otherwise) is tuple and len(then) != len(otherwise):
            longer = max(len(then), len(otherwise))
            then, otherwise = (each + (FALSE,) * (longer - len(each)) for each in (then, otherwise))
        return super().choose(condition, then, otherwise)

    def allow(self, place: int, writes: int) -> None:
        """Have a value of a leaf after each of so many writes."""
        values, leaf = self.written.setdefault(place, []), self.store.leaves[place]
        values += (any_value(self.graph, leaf) for _ in range(len(values), writes))

    def _explored(
        self, function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]
    ) -> Outcome:
        """As in any run, but for functions that nest themselves."""
        depth, answers = self.open.count(function), function.answers
        if depth and not answers:
            return Outcome(TRUE, {}, None, {}, self.ages.now)
        if depth >= NESTED:
            what = f"`{function.name}` may call itself more than {NESTED} times"
            raise refuse(what, "end it by something that is no state, such as a counter")
        self.open.append(function)
        try:
            return super()._explored(function, given, named)
        finally:
            self.open.pop()

    def is_fault(self, error: Exception) -> bool:
        """Only of a refusal: the model's own circuit is refused where an execution may raise."""
        return isinstance(error, ModelError) and super().is_fault(error)

    def assume(self, literal: int, by_model: bool = True) -> None:
        """Note where a step is possible, and go on as if it were so everywhere."""
        if self.stops_early:
            super().assume(literal, by_model)
        else:
            self.enabled = self.graph.both(self.enabled, literal)

    def fail_unless(self, value: Any, fails: bool, code: CodeType, line: int) -> bool:
        literal = value._literal if isinstance(value, Bit) else int(bool(value))
        failed = self.graph.both(self.enabled, literal if fails else literal ^ 1)
        if failed != FALSE:
            assertion = self._named(Place(code.co_filename, line), code.co_name)
            known = self.failures.get(assertion, FALSE)
            self.failures[assertion] = self.graph.either(known, failed)
        return not fails

    def claim(self, function: ModelFunction, failure: AssertionError) -> str:
        """What is raised otherwise than by a test has the place where that is."""
        place = raising_place(failure.__traceback__) or function.place
        return self._named(place, function.name)

    def _named(self, place: Place, function: str) -> str:
        assertion = f"{within_project(place.file)}:{place.line}:{function}"
        self.assertions[assertion] = place
        return assertion

    def without_impossible(
        self, condition: int, then: Outcome, otherwise: Outcome, before: Sequence[Any]
    ) -> Outcome:
        """What had been asserted and noted before a path came to what is impossible counts."""
        left, kept, here = then, otherwise, condition
        if then.possible:
            left, kept, here = otherwise, then, condition ^ 1
        failures, writes = dict(kept.failures), dict(kept.writes)
        for name, failed in left.failures.items():
            one = self.graph.both(here, failed)
            failures[name] = self.graph.either(failures.get(name, FALSE), one)
        for place in sorted(left.writes.keys() - writes.keys()):
            if place >= NOTED * len(self.store.leaves):
                writes[place] = self.choose(here, left.writes[place], before[place])
        return replace(kept, failures=failures, writes=writes)

    def written_by(self, outcome: Outcome) -> dict[int, Any]:
        """A note is reached where the step was possible before the call, too."""
        if self.enabled == TRUE:
            return outcome.writes
        first, values = REACHED * len(self.store.leaves), self.store.values
        return {
            place: self.graph.choose(self.enabled, raw, values[place]) if place >= first else raw
            for place, raw in outcome.writes.items()
        }


def any_value(graph: Graph, leaf: Leaf) -> Any:
    """Free bits for a leaf."""
    if leaf.type is bool:
        return graph.variable()
    return tuple(graph.variable() for _ in range(encoding(leaf.type).width))
