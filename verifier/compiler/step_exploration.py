"""Steps explored from a state of constants and variables, and which fields have to vary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from types import CodeType
from typing import Any

from verifier.circuit.aig import FALSE, Graph
from verifier.compiler.selector import width
from verifier.language.assignments import is_guarded
from verifier.language.constant_sets import guarded
from verifier.language.constants import Outside, outside
from verifier.language.costs import Cost
from verifier.language.encoding import Code, encoded, encoding
from verifier.language.errors import ModelError, Overdue, blaming, place_of
from verifier.language.exploration import FEWER
from verifier.language.forks import Fork, Learned, Meeting
from verifier.language.layout import Leaf
from verifier.language.members import check_enum
from verifier.language.optional import OrNone, without_none
from verifier.language.paths import Outcome
from verifier.language.probes import Marks, all_probes, marks_of
from verifier.language.record_classes import check_unchanged
from verifier.language.symbolic_execution import SymbolicRun
from verifier.language.symbolic_values import Bit, Either, Symbol
from verifier.language.system import Choice, Step, System

SECONDS = 20.0
"""Time after which one step's or property's exploration is stopped."""


MANY = 64
"""Paths that have been explored by then from which on they are what takes the time."""


@contextmanager
def exploring(run: SymbolicRun, what: str) -> Iterator[None]:
    """Explore people's code: what it raises, and taking too long, is a ModelError."""
    before = _paths(run.costs)
    try:
        with blaming(what, SECONDS):
            yield
    except Overdue as overdue:
        paths = _paths(run.costs) - before
        if paths < MANY:
            raise
        message = f"{what} has too many paths: stopped after {paths} in {SECONDS:g} seconds"
        raise ModelError(message, overdue.place, FEWER) from None


def _paths(costs: Mapping[str, Cost]) -> int:
    return sum(cost.paths for cost in costs.values())


@dataclass(frozen=True)
class Explored:
    """What a step does, and what finding out took.

    `touched` are the leaves that were read or written, `ran` the model functions that were run,
    `forks` the decisions that their paths left open, `meetings` where they met again.
    """

    outcome: Outcome
    touched: set[int]
    ran: set[CodeType]
    costs: dict[str, Cost]
    forks: tuple[Fork, ...]
    meetings: tuple[Meeting, ...]
    learned: tuple[Learned, ...]
    marks: Marks

    @property
    def paths(self) -> int:
        return _paths(self.costs)


def explore_steps(start: Start, known: Mapping[int, Explored] | None = None) -> list[Explored]:
    """Every step, from a state in which just those fields vary that some execution changes.

    A field is a constant until a step is seen to change it. A step that has touched a field that
    turns out to vary is explored again; those that take the fewest paths come first. Steps that
    are `known`, by number, are explored only then.
    """
    actions = start.system.actions
    found = dict(known or {})
    paths = dict.fromkeys(range(len(actions)), 0)
    waiting = set(paths).difference(found)
    while waiting:
        number = min(waiting, key=lambda each: (paths[each], each))
        waiting.remove(number)
        found[number] = start.explore(actions[number])
        paths[number] = found[number].paths
        changed = start.changed(found[number].outcome)
        for place in sorted(changed):
            start.vary(place)
        waiting |= {each for each, step in found.items() if step.touched & changed}
    return [found[number] for number in paths]


class Start:
    """The state before a step: each leaf a constant or a variable; and the steps from it."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.leaves = system.layout.leaves
        self.graph = Graph()
        self.varying = [False] * len(self.leaves)
        for kind in {leaf.type for leaf in self.leaves if issubclass(leaf.type, Enum)}:
            check_enum(without_none(kind))
        self.outside = constants_of(system)
        self.initial = [guarded(encoded(value)) for value in system.initial_values]
        self.current = list(self.initial)
        self.blank = [
            encoded(leaf.default) if leaf.event else now
            for leaf, now in zip(self.leaves, self.current, strict=True)
        ]
        for place, leaf in enumerate(self.leaves):
            if not leaf.constant and not leaf.event and system.is_arbitrary(leaf.path):
                self.vary(place)
        self.selector = [self.graph.variable() for _ in range(width(len(system.actions)))]
        self.pool: list[int] = []
        self.run = SymbolicRun(self.graph, self.leaves, self.blank)
        bodies = (step.function.body for step in system.actions)
        self.run.guarded = all(map(is_guarded, bodies))
        self.probes = all_probes()

    def vary(self, place: int) -> None:
        """Make a leaf a variable."""
        leaf, variable = self.leaves[place], self.graph.variable
        self.varying[place] = True
        if leaf.type is bool:
            self.current[place] = variable()
        else:
            self.current[place] = tuple(variable() for _ in range(encoding(leaf.type).width))
        self.blank[place] = self.current[place]

    @property
    def variables(self) -> list[int]:
        """The literals of the state's bits, then of the inputs, in the circuit's order."""
        state = [
            bit
            for value, varies in zip(self.current, self.varying, strict=True)
            if varies
            for bit in (value if isinstance(value, tuple) else (value,))
        ]
        return [*state, *self.selector, *self.pool]

    @property
    def selected(self) -> list[int]:
        """For each step that it is selected."""
        return [
            self.graph.all(bit ^ (not code >> i & 1) for i, bit in enumerate(self.selector))
            for code in range(1, 1 + len(self.system.actions))
        ]

    @property
    def latch_names(self) -> tuple[tuple[str, ...], ...]:
        """For each leaf the names of its latches, none where it does not vary."""
        return tuple(
            latch_names(leaf) if varies else ()
            for leaf, varies in zip(self.leaves, self.varying, strict=True)
        )

    def explore(self, step: Step) -> Explored:
        """What a step does, whatever its choices."""
        run = self.run
        run.store.values = list(self.blank)
        run.touched, run.ran, run.costs = set(), set(), {}
        run.forks, run.meetings, run.learned, run.way = [], [], [], None
        run.combined = set()
        choices, place = {}, 0
        for choice in step.choices:
            while len(self.pool) < place + choice.width:
                self.pool.append(self.graph.variable())
            bits = tuple(self.pool[place : place + choice.width])
            place += choice.width
            choices[choice.name] = self._chosen(choice, bits)
        state = self.system.state(run.store)
        marks_of(self.probes)
        with exploring(run, f"step `{step.name}` of `{self.system.name}`"):
            outcome = run.explore(step.function, (state,), choices)
        return Explored(
            outcome,
            run.touched,
            run.ran,
            run.costs,
            tuple(run.forks),
            tuple(run.meetings),
            tuple(run.learned),
            marks_of(self.probes),
        )

    def _chosen(self, choice: Choice, bits: Code) -> Any:
        if choice.type is bool:
            return Bit(self.run, bits[0], choice.name)
        if not bits:
            return choice.default
        symbolic = Either if issubclass(choice.type, OrNone) else Symbol
        return symbolic(self.run, choice.type, bits, choice.name)

    def after(self, outcome: Outcome) -> list[Any]:
        """The values of all leaves after a step."""
        values = list(self.blank)
        for place, raw in outcome.writes.items():
            values[place] = raw
        return values

    def changed(self, outcome: Outcome) -> set[int]:
        """The constant leaves that a step changes."""
        if outcome.enabled == FALSE:
            return set()
        return {
            place
            for place, raw in outcome.writes.items()
            if raw != self.current[place]
            and not self.varying[place]
            and not self.leaves[place].event
        }


def constants_of(system: System) -> list[Outside]:
    """What a system has outside its state: the classes of its fields and choices, and constants.

    Raises ModelError where that could change while it runs.
    """
    check_unchanged(type(system.initial), set())
    kinds = {type(system.initial): None}
    kinds |= {without_none(choice.type): None for step in system.actions for choice in step.choices}
    held = [(kind.__name__, kind) for kind in kinds if kind is not bool]
    for leaf, value in zip(system.layout.leaves, system.initial_values, strict=True):
        if leaf.constant:
            held.append((leaf.path, guarded(value)))
        if leaf.event and value != leaf.default:
            raise ModelError(
                f"the event `{leaf.path}` of `{system.name}` has an initial value",
                place_of(type(system.initial)),
                "nothing has happened before the first step: leave it out",
            )
    found = [outside(value, name) for name, value in held]
    for each in found:
        wrong = each.changeable or each.set
        if wrong is not None:
            where, part = wrong
            raise ModelError(
                f"`{where}` of `{system.name}` is a `{type(part).__name__}`",
                place_of(part) if isinstance(part, type) else place_of(type(system.initial)),
                "constants are bits, numbers, enums, functions, and tuples of them",
            )
    return found


def latch_names(leaf: Leaf, prefix: str = "") -> tuple[str, ...]:
    """The names of the latches of a leaf that varies."""
    if leaf.type is bool:
        return (f"{prefix}{leaf.path}",)
    return tuple(f"{prefix}{leaf.path}#{i}" for i in range(encoding(leaf.type).width))
