"""What steps note and assert, as a circuit in which all that is read of the state is free.

So two versions of a step can be compared in what is noted and asserted, whatever else they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.circuit.aig import FALSE
from verifier.circuit.circuit import Circuit, Latch, tidied
from verifier.compiler.assertions import body_of
from verifier.compiler.assigned_names import ghosts_by_name
from verifier.compiler.behaviour import Behaviour, Variable, actions_of, variable_of
from verifier.compiler.reached_text import reached_text
from verifier.compiler.step_exploration import Start, latch_names
from verifier.compiler.translation import Steps, bits_of
from verifier.language.cut_execution import LEFT, NOTED, REACHED, WRITTEN, CutRun, any_value
from verifier.language.errors import ModelError
from verifier.language.paths import Outcome
from verifier.language.plain_values import shown
from verifier.language.source_text import test_at
from verifier.language.system import Step, System

SEES, NOTES, LEAVES = "after write ", "noted ", "left "
"""How the fields are called of what is read after each write of a leaf (`after_write`), of what is
noted in ghosts and events, and of what is left in these whoever writes it."""
FAILS, WRITES, REACHES = "fails ", "write ", "reached "
"""How the outputs are called that say that an assertion fails, with its FILE:LINE:FUNCTION, that a
leaf is written at least a number of times (`write`), and that a note in it is reached."""


def after_write(number: int, path: str) -> str:
    """The field of what is read of a leaf once it was written a number of times."""
    return f"{SEES}{number} of {path}"


def write(number: int, path: str) -> str:
    """The output that says that a leaf is written at least a number of times."""
    return f"{WRITES}{number} of {path}"


@dataclass(frozen=True)
class Cut:
    """A system as such a circuit.

    Its fields are those of the system, which steps leave as they are, with what is read of them
    once they are written, and what is noted.
    """

    behaviour: Behaviour
    noted: frozenset[str]
    """What observers write, and what steps write into events."""
    written: frozenset[str]
    """What others than observers write of what these can, but for events."""
    events: frozenset[str]
    asserted: Mapping[str, str]
    """The texts of the assertions that can fail, by FILE:LINE:FUNCTION."""
    words: Mapping[str, str]
    """For each step a digest of the text of all that it may come to."""


def cut_of(system: System) -> Cut:
    """Every step from a state of which nothing is known but constants.

    Raises the ModelError of a step that cannot be explored so.
    """
    start, outcomes = _explored(system)
    steps = Steps(start, outcomes)
    bad = steps.fired()
    for selected, outcome in zip(steps.selected, steps.outcomes, strict=True):
        for name, literal in start.judged(outcome):
            here = start.graph.both(selected, literal)
            bad[name] = start.graph.either(bad.get(name, FALSE), here)
    latches = (*start.unchanged(), *start.notes(steps))
    fields = tuple(start.fields())
    circuit, _ = tidied(Circuit(start.graph, steps.inputs(), latches, bad))
    by_others, by_observers = map(start.ghosts, start.run.writers)
    events = start.events
    return Cut(
        Behaviour(system.name, circuit, fields, actions_of(system), ()),
        by_observers | (by_others & events),
        by_others - events,
        events,
        {name: test_at(place) for name, place in start.run.assertions.items()},
        {
            step.name: reached_text([body_of(step.function.body)], _kinds(system, step), system)
            for step in system.actions
        },
    )


def _kinds(system: System, step: Step) -> list[type]:
    """The types of what a step is about."""
    return [type(system.initial), *(choice.type for choice in step.choices)]


def _explored(system: System) -> tuple[_Start, list[Outcome]]:
    """All steps, where the ghosts that have what was noted in them are those of observers alone.

    Which these are is known once all is explored: as a rule names of fields tell it in advance.
    """
    start, outcomes = _tried(system, ghosts_by_name(system))
    by_others, by_observers = start.run.writers
    wrong = by_others ^ start.others
    while not start.ghost_places.isdisjoint(wrong & (by_others | by_observers)):
        start, outcomes = _tried(system, by_others)
        wrong = start.run.writers[False] - by_others
        by_others = by_others | wrong
    return start, outcomes


def _tried(system: System, others: set[int]) -> tuple[_Start, list[Outcome]]:
    start = _Start(system, others)
    try:
        return start, start.outcomes()
    except ModelError:
        start = _Start(system, others)
        start.run.stops_early = True
        return start, start.outcomes()


class _Start(Start):
    """The state before a step, and what is read of it, and noted, in the step."""

    run: CutRun

    def __init__(self, system: System, others: set[int]) -> None:
        """`others` are the places that others than observers write."""
        super().__init__(system)
        self.first_gates = self.selected
        """Before all others, so that a copy of one step does not go through the others."""
        for place, leaf in enumerate(self.leaves):
            if not (self.varying[place] or leaf.constant or leaf.event):
                self.vary(place)
        self.size = len(self.leaves)
        self.before = [
            any_value(self.graph, leaf)
            if leaf.ghost and not (leaf.event or leaf.constant)
            else self.blank[place]
            for place, leaf in enumerate(self.leaves)
        ]
        """What was noted before a step, on which nothing depends."""
        unreached = [FALSE] * self.size
        self.blank = [*self.blank, *[()] * self.size, *self.before, *self.before, *unreached]
        self.run = CutRun(self.graph, self.leaves, self.blank)
        events = {place for place, leaf in enumerate(self.leaves) if leaf.event}
        self.ghost_places = {
            place
            for place, leaf in enumerate(self.leaves)
            if leaf.ghost and not (leaf.constant or leaf.event)
        }
        self.others = others & self.ghost_places
        self.run.read_back = frozenset(events | self.ghost_places - self.others)

    def outcomes(self) -> list[Outcome]:
        return [self.explore(step).outcome for step in self.system.actions]

    @property
    def events(self) -> frozenset[str]:
        return frozenset(leaf.path for leaf in self.leaves if leaf.event)

    def ghosts(self, places: Iterable[int]) -> frozenset[str]:
        """Those of some leaves that observers can write."""
        return frozenset(self.leaves[p].path for p in places if self.leaves[p].ghost)

    def unchanged(self) -> Iterator[Latch]:
        """The fields, and what is read of them once they are written, which steps leave."""
        for place, leaf in enumerate(self.leaves):
            if self.varying[place]:
                yield from _unmoved(latch_names(leaf), self.current[place])
            for number, value in enumerate(self.run.written.get(place, ()), 1):
                yield from _unmoved(latch_names(leaf, after_write(number, "")), value)

    def notes(self, steps: Steps) -> Iterator[Latch]:
        """What steps write to ghosts and events."""
        for place, leaf in enumerate(self.leaves):
            if not leaf.ghost or leaf.constant:
                continue
            before = bits_of(self.before[place])
            for prefix, copy in ((NOTES, NOTED), (LEAVES, LEFT)):
                there, is_first = copy * self.size + place, copy == NOTED and not leaf.event
                after = [bits_of(each.writes.get(there, before)) for each in steps.outcomes]
                for number, name in enumerate(latch_names(leaf, prefix)):
                    bit = before[number] if is_first else self.graph.variable()
                    next = steps.muxed(before[number], [bits[number] for bits in after])
                    yield Latch(name, bit, next, None)

    def fields(self) -> Iterator[Variable]:
        """Those of the system, and for each what is seen, noted and left of it."""
        starts = self.system.initial_values
        for place, (leaf, start) in enumerate(zip(self.leaves, starts, strict=True)):
            if leaf.constant:
                continue
            writes = range(1, 1 + len(self.run.written.get(place, ())))
            prefixes = "", *(after_write(number, "") for number in writes)
            for prefix in (*prefixes, NOTES, LEAVES) if leaf.ghost else prefixes:
                bits = latch_names(leaf, prefix) if prefix or self.varying[place] else ()
                yield variable_of(prefix + leaf.path, leaf.type, bits, shown(start))

    def judged(self, outcome: Outcome) -> Iterator[tuple[str, int]]:
        """Where assertions fail, and what is written."""
        yield from ((FAILS + name, literal) for name, literal in outcome.failures.items())
        for place, leaf in enumerate(self.leaves):
            writes = outcome.writes.get(WRITTEN * self.size + place, ())
            for number, literal in enumerate(writes, 1):
                yield write(number, leaf.path), literal
            if (reached := outcome.writes.get(REACHED * self.size + place)) is not None:
                yield REACHES + leaf.path, reached


def _unmoved(names: Iterable[str], raw: Any) -> Iterator[Latch]:
    for name, bit in zip(names, bits_of(raw), strict=True):
        yield Latch(name, bit, bit, None)
