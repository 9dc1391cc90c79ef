"""What steps note and assert, as a circuit where observers and assertions see another state.

So two versions of a step can be compared in what is noted and asserted, whatever else they do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from verifier.circuit.aig import FALSE
from verifier.circuit.circuit import Circuit, Latch, tidied
from verifier.compiler.behaviour import Behaviour, Variable, actions_of, variable_of
from verifier.compiler.step_exploration import Start, latch_names
from verifier.compiler.translation import Steps, bits_of
from verifier.language.cut_execution import ASSERTED, LEFT, NOTED, OBSERVED, CutRun
from verifier.language.errors import ModelError
from verifier.language.paths import Outcome
from verifier.language.plain_values import shown
from verifier.language.source_text import test_at
from verifier.language.system import System

SEES, NOTES, LEAVES = "seen ", "noted ", "left "
"""How the fields are called of the state that is seen, of what is noted in ghosts and events, and
of what is left in these whoever writes it."""
FAILS = "fails "
"""How the outputs are called that say that an assertion fails, with its FILE:LINE:FUNCTION."""
LOOKS = {"observed": "observed ", "asserted": "asserted "}
"""How the outputs are called that say that a leaf was looked at while it had its last value."""
LATE = "late "
"""What is before these where it had another one."""


@dataclass(frozen=True)
class Cut:
    """A system as such a circuit.

    Its fields are those of the system, which steps leave as they are, with what is seen and noted.
    """

    behaviour: Behaviour
    noted: frozenset[str]
    """What observers write, and what steps write into events."""
    written: frozenset[str]
    """What others than observers write of what these can, but for events."""
    events: frozenset[str]
    asserted: Mapping[str, str]
    """The texts of the assertions that can fail, by FILE:LINE:FUNCTION."""
    free: frozenset[str]
    """What is seen with any value: whatever steps write, if only for a while."""


def cut_of(system: System, changing: Collection[str], free: Collection[str] = ()) -> Cut:
    """Every step from a state in which just some fields vary: those that some step changes.

    `free` are fields that are seen with any value although no step writes them. Raises the
    ModelError of a step that cannot be explored so.
    """
    start = _Start(system, changing, free)
    try:
        outcomes = start.outcomes()
    except ModelError:
        start = _Start(system, changing, free)
        start.run.stops_early = True
        outcomes = start.outcomes()
    steps = Steps(start, outcomes)
    bad = steps.fired()
    for selected, outcome in zip(steps.selected, steps.outcomes, strict=True):
        for name, literal in start.judged(outcome):
            here = start.graph.both(selected, literal)
            bad[name] = start.graph.either(bad.get(name, FALSE), here)
    latches = tuple(start.notes(steps))
    fields = tuple(start.fields())
    circuit, _ = tidied(Circuit(start.graph, steps.inputs(), (*start.kept(), *latches), bad))
    by_others, by_observers = map(start.ghosts, start.run.writers)
    events = start.events
    return Cut(
        Behaviour(system.name, circuit, fields, actions_of(system), ()),
        by_observers | (by_others & events),
        by_others - events,
        events,
        {name: test_at(place) for name, place in start.run.assertions.items()},
        frozenset(leaf.path for leaf, free in zip(start.leaves, start.free, strict=True) if free),
    )


class _Start(Start):
    """The state before a step, and another one that is seen."""

    run: CutRun

    def __init__(self, system: System, changing: Collection[str], free: Collection[str]) -> None:
        super().__init__(system)
        for place, leaf in enumerate(self.leaves):
            if leaf.path in changing and not self.varying[place]:
                self.vary(place)
        self.size = size = len(self.leaves)
        now, nothing = self.blank, [FALSE] * size
        self.before = [
            self._bits(place) if leaf.ghost and not (leaf.event or leaf.constant) else now[place]
            for place, leaf in enumerate(self.leaves)
        ]
        """What was noted before a step, on which nothing depends."""
        looked = [*now, *nothing] * 2
        self.blank = [*now, *self.current, *self.before, *self.before, *nothing, *looked]
        self.run = CutRun(self.graph, self.leaves, self.blank)
        self.free = [False] * size
        known = zip(self.leaves, self.varying, strict=True)
        self.set_free(
            p for p, (leaf, v) in enumerate(known) if v or leaf.event or leaf.path in free
        )

    def set_free(self, places: Iterable[int]) -> None:
        """See any value of some leaves."""
        for place in places:
            self.free[place] = True
            self.blank[self.size + place] = self.run.seen[place] = self._bits(place)

    def _bits(self, place: int) -> Any:
        """Any value of a leaf."""
        bits = tuple(self.graph.variable() for _ in latch_names(self.leaves[place]))
        return bits[0] if self.leaves[place].type is bool else bits

    def outcomes(self) -> list[Outcome]:
        """Every step; one that has seen a leaf that another one turns out to write, once more."""
        actions, run = self.system.actions, self.run
        found: dict[int, Outcome] = {}
        looked: dict[int, set[int]] = {}
        waiting = set(range(len(actions)))
        while waiting:
            number = waiting.pop()
            run.looked = looked[number] = set()
            found[number] = self.explore(actions[number]).outcome
            written = {p for p in set[int]().union(*run.writers) if not self.leaves[p].constant}
            more = {place for place in written if not self.free[place]}
            self.set_free(sorted(more))
            waiting |= {each for each, seen in looked.items() if seen & more}
        return [found[number] for number in range(len(actions))]

    @property
    def events(self) -> frozenset[str]:
        return frozenset(leaf.path for leaf in self.leaves if leaf.event)

    def ghosts(self, places: Iterable[int]) -> frozenset[str]:
        """Those of some leaves that observers can write."""
        return frozenset(self.leaves[p].path for p in places if self.leaves[p].ghost)

    def kept(self) -> Iterator[Latch]:
        """The fields, and what is seen of them, which steps leave as they are."""
        for place, leaf in enumerate(self.leaves):
            if self.varying[place]:
                yield from _unmoved(latch_names(leaf), self.current[place])
            if self.free[place]:
                yield from _unmoved(latch_names(leaf, SEES), self.run.seen[place])

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
            for prefix, there, has_bits in (
                ("", not leaf.event, self.varying[place]),
                (SEES, True, self.free[place]),
                (NOTES, leaf.ghost, True),
                (LEAVES, leaf.ghost, True),
            ):
                if there:
                    bits = latch_names(leaf, prefix) if has_bits else ()
                    yield variable_of(prefix + leaf.path, leaf.type, bits, shown(start))

    def judged(self, outcome: Outcome) -> Iterator[tuple[str, int]]:
        """Where assertions fail, and what has another value in the end than when it was seen."""
        graph = self.graph
        yield from ((FAILS + name, literal) for name, literal in outcome.failures.items())
        for kind, name in ((OBSERVED, LOOKS["observed"]), (ASSERTED, LOOKS["asserted"])):
            for place, leaf in enumerate(self.leaves):
                looked = outcome.writes.get((kind + 1) * self.size + place, FALSE)
                if looked == FALSE or leaf.constant:
                    continue
                saw = bits_of(outcome.writes[kind * self.size + place])
                last = bits_of(outcome.writes.get(place, self.blank[place]))
                same = graph.any(starmap(graph.differ, zip(saw, last, strict=True))) ^ 1
                looked = graph.both(looked, outcome.enabled)
                yield name + leaf.path, graph.both(looked, same)
                yield LATE + name + leaf.path, graph.both(looked, same ^ 1)


def _unmoved(names: Iterable[str], raw: Any) -> Iterator[Latch]:
    for name, bit in zip(names, bits_of(raw), strict=True):
        yield Latch(name, bit, bit, None)
