"""Symbolic runs in which observers and assertions see another state than the one that is running.

So what they look for does not depend on what the step does. The values of the store are several
copies of the state, one after the other: a place in a later copy is that many leaves further on
(docs/decisions/0029-observers-and-assertions-see-any-state.md).
"""

from __future__ import annotations

from types import CodeType
from typing import Any

from verifier.circuit.aig import FALSE, TRUE, Graph
from verifier.language.asserted import TestsApart
from verifier.language.errors import Place, within_project
from verifier.language.functions import ModelFunction
from verifier.language.layout import Leaf, Part, Rows
from verifier.language.noted import NotesApart
from verifier.language.paths import Outcome
from verifier.language.stores import Base, places_of
from verifier.language.symbolic_execution import SymbolicRun
from verifier.language.symbolic_stores import StateStore
from verifier.language.symbolic_values import Bit

STATE, SEEN, NOTED, LEFT, READ = range(5)
"""The copies: what steps do; what observers and assertions see; what is noted; that with what is
written elsewhere; what is read of what is seen."""
OBSERVED, ASSERTED = 5, 7
"""From where on there is what was so when observers, or assertions, last looked at a leaf: its
value, and whether any has."""


class CutStore(StateStore):
    """All copies of the state."""

    run: CutRun

    def _value(self, place: int) -> Any:
        run, size = self.run, len(self.leaves)
        if not (run.observing or run.apart):
            return super()._value(place)
        run.looked.add(place)
        run.put(READ * size + place, TRUE)
        return self.values[SEEN * size + place]

    def poke(self, base: Base, raw: Any) -> None:
        run, size, base = self.run, len(self.leaves), self.resolved(base)
        is_noted, copies = run.observing, set[int]()
        if run.only_looks:
            is_noted = run.apart == "noting" and self.leaf(base).event
        else:
            super().poke(base, raw)
            run.writers[run.observing].update(places_of(base))
            copies |= {LEFT}
        copies |= {SEEN, NOTED} if is_noted else {SEEN} if run.apart else set()
        cases = ((TRUE, base),) if isinstance(base, int) else base
        for copy in sorted(copies):
            for condition, place in cases:
                there = copy * size + place
                run.put(there, run.choose(condition, raw, self.values[there]))

    def note(self, base: Base, field: Part | Rows) -> None:
        if not self.run.only_looks:
            super().note(base, field)


class CutRun(SymbolicRun, TestsApart, NotesApart):
    """A run from a state and, for observers and assertions, another one that they see.

    `values` has the copies of the state. What an observer writes is written in the running state,
    and noted by itself. A failed assertion ends nothing: its failure is noted under its place.
    """

    store: CutStore

    def __init__(self, graph: Graph, leaves: tuple[Leaf, ...], values: list[Any]) -> None:
        super().__init__(graph, leaves, values)
        self.store = CutStore(self, leaves, values)
        self.seen = values[SEEN * len(leaves) : NOTED * len(leaves)]
        self.assertions: dict[str, Place] = {}
        """Where the assertions are that can fail, by FILE:LINE:FUNCTION."""
        self.stops_early = False
        """Whether it does not go on where a step is not possible, as the model counts on that."""
        self.looked: set[int] = set()
        """The places of which observers and assertions have seen a value."""
        self.writers: tuple[set[int], set[int]] = (set(), set())
        """The places that others than observers write, and that observers do."""

    @property
    def only_looks(self) -> bool:
        """Whether what runs is run once more, for what it does in the running state."""
        return self.apart in ("noting", "asking")

    def put(self, place: int, raw: Any) -> None:
        """Write one value of a copy."""
        self.store.values[place] = self.writes[place] = raw

    def explore(
        self, function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]
    ) -> Outcome:
        """As in any run; after an observer what it has seen is as it was."""
        is_first, apart = function.observes and not (self.observing or self.apart), self.apart
        self.apart = "asking" if apart == "noting" else apart
        outcome = super().explore(function, given, named)
        self.apart = apart
        if is_first:
            outcome.writes = self._after(outcome.writes, OBSERVED)
        return outcome

    def assume(self, literal: int, by_model: bool = True) -> None:
        """Note where a step is possible, and go on as if it were so everywhere."""
        if self.stops_early:
            super().assume(literal, by_model)
        elif not self.only_looks:
            self.enabled = self.graph.both(self.enabled, literal)

    def begin_test(self) -> bool:
        before = bool(self.apart) or self.observing
        self.apart = self.apart or "testing"
        return before

    def end_test(self, value: Any, fails: bool, code: CodeType, line: int, inside: bool) -> bool:
        literal = value._literal if isinstance(value, Bit) else int(bool(value))
        failed = literal if fails else literal ^ 1
        if failed != FALSE and self.apart == "testing":
            assertion = f"{within_project(code.co_filename)}:{line}:{code.co_name}"
            self.assertions[assertion] = Place(code.co_filename, line)
            known = self.failures.get(assertion, FALSE)
            self.failures[assertion] = self.graph.either(known, failed)
        if not inside:
            self._see_the_state(ASSERTED)
        return not fails

    def begin_note(self) -> bool:
        if self.apart or self.observing:
            return False
        self.apart = "noting"
        return True

    def end_note(self, is_one: bool) -> None:
        self._see_the_state(OBSERVED if is_one else None)

    def _see_the_state(self, kind: int | None) -> None:
        """What was seen is as it was; `kind` is by whom it was looked at."""
        self.apart = ""
        values, writes = self.store.values, self._after(self.writes, kind)
        for place in self.writes.keys() - writes.keys():
            values[place] = self._untouched(place)
        for place, raw in writes.items():
            values[place] = raw
        self.writes = writes

    def _after(self, writes: dict[int, Any], kind: int | None) -> dict[int, Any]:
        """What is written once the running state is seen again, and what was looked at there."""
        size = len(self.store.leaves)
        left = {p: raw for p, raw in writes.items() if p // size not in (SEEN, READ)}
        if kind is not None:
            for leaf in [place % size for place in writes if place // size == READ]:
                left[kind * size + leaf] = self.store.values[leaf]
                left[(kind + 1) * size + leaf] = TRUE
        return left

    def _untouched(self, place: int) -> Any:
        """What a place has of what is seen, or read, before anybody looks."""
        size = len(self.store.leaves)
        return self.seen[place % size] if place // size == SEEN else FALSE
