"""What a circuit must be compared with plain Python on: each step, decision and claim, both ways.

A coverpoint is a condition over the state before a step and the inputs. Coverpoints share their
beginnings, as the decisions of a path do, so all of them are evaluated in one sweep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from verifier.circuit.aig import FALSE, TRUE, Graph
from verifier.circuit.packed import Program
from verifier.compiler.translation import Translation
from verifier.language.encoding import encoding
from verifier.language.errors import Place
from verifier.language.forks import Fork, Granted, Learned, Meeting, Way
from verifier.language.system import Step

TAKEN = 6
"""Cases in which each step is compared."""
START = 0
"""The point at which nothing is decided."""


@dataclass(frozen=True)
class Coverpoint:
    """Something that happens in a compared case, if it can happen at all."""

    point: int
    what: str
    place: Place | None
    times: int = 1
    """How many cases are to reach it, where that many are easy to find."""
    never: bool = False
    """Whether it shows a fault in the symbolic run that it is reached at all."""


class Points:
    """Conjunctions of literals, each one literal more than an earlier one."""

    def __init__(self) -> None:
        self.before: list[int] = [START]
        self.literal: list[int] = [TRUE]
        self._known: dict[tuple[int, int], int] = {}

    def after(self, point: int, literal: int) -> int:
        """The point where a literal holds, too."""
        if literal == TRUE:
            return point
        found = self._known.get((point, literal))
        if found is None:
            found = self._known[point, literal] = len(self.literal)
            self.before.append(point)
            self.literal.append(literal)
        return found

    def chain(self, point: int) -> list[int]:
        """The points that lead to a point, itself included, from the start."""
        found = []
        while point != START:
            found.append(point)
            point = self.before[point]
        return found[::-1]


class Coverpoints:
    """All coverpoints of a translation, over the variables of the graph that it was explored in."""

    def __init__(self, translation: Translation) -> None:
        self.translation = translation
        self.graph: Graph = translation.steps.graph
        self.points = Points()
        self.of_deadlock: list[int] = []
        """The points of coverpoints that are about whether a step is enabled."""
        self.all: tuple[Coverpoint, ...] = self._collected()

    def _collected(self) -> tuple[Coverpoint, ...]:
        found: dict[int, Coverpoint] = {}
        coverpoints = (self._of_steps(), self._of_paths(), self._of_claims(), self._of_deadlock())
        for coverpoint in chain.from_iterable(coverpoints):
            known = found.get(coverpoint.point)
            if self.points.literal[coverpoint.point] != FALSE and not (
                known and known.times >= coverpoint.times
            ):
                found[coverpoint.point] = coverpoint
        return tuple(found.values())

    def _of_steps(self) -> Iterator[Coverpoint]:
        """Each step taken, not taken, failing each of its assertions, and changing each field."""
        steps, points = self.translation.steps, self.points
        none = self.graph.any(steps.selected) ^ 1
        yield Coverpoint(points.after(START, none), "no step is chosen", None)
        for step, selected, outcome in self._steps():
            chosen, place = points.after(START, selected), step.function.place
            taken = points.after(chosen, outcome.enabled)
            yield Coverpoint(taken, f"step `{step.name}` is taken", place, TAKEN)
            disabled = points.after(chosen, outcome.enabled ^ 1)
            yield Coverpoint(disabled, f"step `{step.name}` is not enabled", place)
            for name, failed in outcome.failures.items():
                failing = points.after(chosen, failed)
                yield Coverpoint(failing, f"step `{step.name}` fails the assertion `{name}`", place)
            for leaf in outcome.writes:
                differs = self._differ(steps.start.blank[leaf], outcome.writes[leaf])
                path = steps.start.leaves[leaf].path
                changing = points.after(taken, differs)
                yield Coverpoint(changing, f"step `{step.name}` changes `{path}`", place)

    def _steps(self) -> Iterator[tuple[Step, int, Any]]:
        steps = self.translation.steps
        return zip(steps.system.actions, steps.selected, steps.outcomes, strict=True)

    def _of_paths(self) -> Iterator[Coverpoint]:
        """What paths leave open, where they do, both ways; of steps, then of properties."""
        whole = self.translation
        by_step = zip(whole.steps.selected, whole.explored, strict=True)
        groups = [(selected, step.forks, step.meetings, step.learned) for selected, step in by_step]
        for selected, forks, meetings, learned in (
            *groups,
            (TRUE, whole.judged, whole.met, whole.learned),
        ):
            known: dict[int, int] = {id(None): self.points.after(START, selected)}
            for fork in forks:
                yield from self._of_fork(fork, self._point(fork.way, known))
            for meeting in meetings:
                yield from self._of_meeting(meeting, self._point(meeting.way, known))
            for end in learned:
                yield self._of_learned(end, self._point(end.way, known))

    def _of_fork(self, fork: Fork, point: int) -> Iterator[Coverpoint]:
        what = "a decision" if fork.place else "a value"
        for literal in (fork.literal, fork.literal ^ 1):
            way = "holds" if literal == fork.literal else "does not hold"
            outcome = self.points.after(point, literal)
            yield Coverpoint(outcome, f"{what} {way}", fork.place)

    def _of_learned(self, end: Learned, point: int) -> Coverpoint:
        """That something does not hold which a path has taken for granted: a fault if it can be."""
        wrong = self.graph.any(self._holds(fact) ^ 1 for fact in end.facts)
        what = "a path takes for granted what does not hold"
        return Coverpoint(self.points.after(point, wrong), what, end.place, never=True)

    def _holds(self, fact: Granted) -> int:
        """The literal that says that what a path has taken for granted holds."""
        if isinstance(fact, int):
            return fact
        kind, code, members = fact
        tests = (encoding(kind).test(self.graph, code, member) for member in members)
        return self.graph.any(tests)

    def _of_meeting(self, meeting: Meeting, point: int) -> Iterator[Coverpoint]:
        """That it matters for a value which way was taken, either way."""
        differs = self.graph.any(self._differ(a, b) for a, b in meeting.pairs)
        ways = (meeting.condition, meeting.condition ^ 1)
        for literal, enabled in zip(ways, meeting.enabled, strict=True):
            outcome = self.points.after(self.points.after(point, literal), enabled)
            what = "a decision matters to a value"
            yield Coverpoint(self.points.after(outcome, differs), what, meeting.place)

    def _point(self, way: Way, known: dict[int, int]) -> int:
        """The point to which a way leads; `known` has those found before, by identity."""
        pending = []
        while id(way) not in known:
            assert way is not None, "the start is known"
            pending.append(way)
            way = way[0]
        point = known[id(way)]
        for each in reversed(pending):
            point = known[id(each)] = self.points.after(point, each[1])
        return point

    def _of_claims(self) -> Iterator[Coverpoint]:
        """Each property function violated and not, on each of its records."""
        conjuncts = [c for group in self.translation.compiled.conjuncts.values() for c in group]
        for conjunct, bad in zip(conjuncts, self.translation.bad, strict=True):
            function = conjunct.binding.function
            for literal in (bad, bad ^ 1):
                way = "true" if (literal == bad) == function.sought else "false"
                point = self.points.after(START, literal)
                yield Coverpoint(point, f"`{function.name}` is {way}", function.place)

    def _of_deadlock(self) -> Iterator[Coverpoint]:
        """States that enable no step, only one step, or a step after which none is enabled."""
        steps, points, graph = self.translation.steps, self.points, self.graph
        idle = points.after(START, graph.any(steps.selected) ^ 1)
        for number, (step, _, outcome) in enumerate(self._steps() if steps.able else ()):
            others = graph.any(steps.able[:number] + steps.able[number + 1 :])
            begun = graph.any([outcome.enabled, *outcome.failures.values()])
            only = points.after(points.after(idle, others ^ 1), begun)
            self.of_deadlock.append(only)
            yield Coverpoint(only, f"only step `{step.name}` is enabled", step.function.place)
        if steps.able:
            none = points.after(idle, graph.any(steps.able) ^ 1)
            yield Coverpoint(none, "no step is enabled", None)
            taken = points.after(START, graph.any(steps.taken))
            ending = points.after(taken, self.translation.stuck)
            self.of_deadlock += none, ending
            yield Coverpoint(ending, "no step is enabled after one is taken", None)

    def _differ(self, a: Any, b: Any) -> int:
        """The literal that says that two values of a leaf differ."""
        pairs = zip(bits_of(a), bits_of(b), strict=True)
        return self.graph.any(self.graph.differ(x, y) for x, y in pairs)

    @cached_property
    def variables(self) -> list[int]:
        """The literals of the state's bits, then of the inputs, as the circuit has them."""
        return self.translation.steps.start.variables

    @cached_property
    def _program(self) -> Program:
        return Program(self.graph, self.variables, self.points.literal)

    def words(self, variables: Sequence[int], ones: int) -> list[int]:
        """In which of many cases each point is reached; one bit of each word is one case."""
        found = self._program(variables, ones)
        before = self.points.before
        for point in range(1, len(found)):
            found[point] &= found[before[point]]
        return found

    def support(self, points: Iterable[int]) -> int:
        """The variables that some points depend on, as bits at their places."""
        found = 0
        for point in points:
            found |= self._supports[self.points.literal[point] >> 1]
        return found

    @cached_property
    def _supports(self) -> list[int]:
        """The variables that each node of the graph depends on."""
        left, right = self.graph.left, self.graph.right
        places = {literal >> 1: 1 << i for i, literal in enumerate(self.variables)}
        found: list[int] = []
        for node in range(len(left)):
            if left[node] < 0:
                found.append(places.get(node, 0))
            else:
                found.append(found[left[node] >> 1] | found[right[node] >> 1])
        return found


def bits_of(value: Any) -> tuple[int, ...]:
    """A leaf's literals; a constant of any other kind has none."""
    if isinstance(value, tuple):
        return value
    return (value,) if type(value) is int else ()
