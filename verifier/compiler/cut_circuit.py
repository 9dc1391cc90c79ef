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
from verifier.language.cut_execution import ASSERTED, NOTED, OBSERVED, CutRun
from verifier.language.encoding import encoding
from verifier.language.layout import Leaf
from verifier.language.paths import Outcome
from verifier.language.plain_values import shown
from verifier.language.source_text import test_at
from verifier.language.system import System

SEES, NOTES, LEFT = "seen ", "noted ", "left "
"""How the fields are called of the state that is seen, of what observers write, and of the same
with what others write to it."""
FAILS = "fails "
"""How the outputs are called that say that an assertion fails, with its FILE:LINE:FUNCTION."""
LOOKS = {OBSERVED: "observed ", ASSERTED: "asserted "}
"""How the outputs are called that say that a leaf was looked at while it had its last value."""
LATE = "late "
"""What is before these where it had another one."""


@dataclass(frozen=True)
class Cut:
    """A system as such a circuit.

    Its fields are those of the system, which steps leave as they are, with what is seen and noted.
    """

    behaviour: Behaviour
    observed: frozenset[str]
    """What observers write."""
    written: frozenset[str]
    """What others write of what observers can."""
    asserted: Mapping[str, str]
    """The texts of the assertions that can fail, by FILE:LINE:FUNCTION."""


def cut_of(system: System, changing: Collection[str]) -> Cut:
    """Every step from a state in which just some fields vary: those that some step changes.

    Raises the ModelError of a step that cannot be explored so.
    """
    start = _Start(system, changing)
    steps = Steps(start, [start.explore(step).outcome for step in system.actions])
    bad = steps.fired()
    for selected, outcome in zip(steps.selected, steps.outcomes, strict=True):
        for name, literal in start.judged(outcome):
            here = start.graph.both(selected, literal)
            bad[name] = start.graph.either(bad.get(name, FALSE), here)
    latches = tuple(start.notes(steps))
    fields = tuple(start.fields())
    circuit, _ = tidied(Circuit(start.graph, steps.inputs(), (*start.kept(), *latches), bad))
    by_others, by_observers = start.run.writers
    return Cut(
        Behaviour(system.name, circuit, fields, actions_of(system), ()),
        start.ghosts(by_observers),
        start.ghosts(by_others),
        {name: test_at(place) for name, place in start.run.assertions.items()},
    )


class _Start(Start):
    """The state before a step, and another one that is seen."""

    run: CutRun

    def __init__(self, system: System, changing: Collection[str]) -> None:
        super().__init__(system)
        for place, leaf in enumerate(self.leaves):
            if leaf.path in changing and not self.varying[place]:
                self.vary(place)
        self.size = size = len(self.leaves)
        self.seen = [
            self._free(leaf) if varies or leaf.event else value
            for leaf, varies, value in zip(self.leaves, self.varying, self.current, strict=True)
        ]
        now, nothing = self.blank, [FALSE] * size
        self.blank = [*now, *self.seen, *now, *nothing, *now, *nothing, *now, *nothing]
        guarded = self.run.guarded
        self.run = CutRun(self.graph, self.leaves, self.blank)
        self.run.guarded = guarded

    def _free(self, leaf: Leaf) -> Any:
        if leaf.type is bool:
            return self.graph.variable()
        return tuple(self.graph.variable() for _ in range(encoding(leaf.type).width))

    def ghosts(self, places: Iterable[int]) -> frozenset[str]:
        """Those of some leaves that observers can write."""
        return frozenset(self.leaves[p].path for p in places if self.leaves[p].ghost)

    def kept(self) -> Iterator[Latch]:
        """The fields, and what is seen of them, which steps leave as they are."""
        for leaf, varies, now, seen in zip(
            self.leaves, self.varying, self.current, self.seen, strict=True
        ):
            if varies:
                yield from _unmoved(latch_names(leaf), now)
            if varies or leaf.event:
                yield from _unmoved(latch_names(leaf, SEES), seen)

    def notes(self, steps: Steps) -> Iterator[Latch]:
        """What steps write to ghosts; what was there before is nothing that a step depends on."""
        for place, leaf in enumerate(self.leaves):
            if leaf.ghost and not leaf.constant:
                before = bits_of(self.blank[place])
                for prefix, there in ((NOTES, NOTED * self.size + place), (LEFT, place)):
                    left = [bits_of(each.writes.get(there, before)) for each in steps.outcomes]
                    for number, name in enumerate(latch_names(leaf, prefix)):
                        after = steps.muxed(before[number], [bits[number] for bits in left])
                        yield Latch(name, self.graph.variable(), after, None)

    def fields(self) -> Iterator[Variable]:
        """Those of the system, and for each what is seen, noted and left of it."""
        starts = self.system.initial_values
        for leaf, varies, start in zip(self.leaves, self.varying, starts, strict=True):
            if leaf.constant:
                continue
            free = varies or leaf.event
            for prefix, there, has_bits in (
                ("", not leaf.event, varies),
                (SEES, True, free),
                (NOTES, leaf.ghost, True),
                (LEFT, leaf.ghost, True),
            ):
                if there:
                    bits = latch_names(leaf, prefix) if has_bits else ()
                    yield variable_of(prefix + leaf.path, leaf.type, bits, shown(start))

    def judged(self, outcome: Outcome) -> Iterator[tuple[str, int]]:
        """Where assertions fail, and what has another value in the end than when it was seen."""
        graph = self.graph
        yield from ((FAILS + name, literal) for name, literal in outcome.failures.items())
        for kind, name in LOOKS.items():
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
