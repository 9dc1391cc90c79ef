"""Steps explored from a state of constants and variables, and which fields have to vary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verifier.circuit.graph import FALSE, Graph
from verifier.language.encoding import Code, encoded, encoding
from verifier.language.errors import blaming
from verifier.language.explorer import Outcome, SymbolicRun
from verifier.language.symbolic import Bit, Symbol
from verifier.language.system import Choice, Step, System

SECONDS = 20.0
"""Time after which one step's or property's exploration is given up."""


def varying_fields(system: System) -> list[bool]:
    """Whether each leaf of the state ever changes or starts with any value.

    Each step is explored with the fields constant that none was seen to change; a step that
    touches a field that turns out to vary is explored again.
    """
    free = [not leaf.constant and system.is_arbitrary(leaf.path) for leaf in system.layout.leaves]
    start = Start(system, free)
    touched: dict[int, set[int]] = {}
    waiting = dict.fromkeys(range(len(system.actions)))
    while waiting:
        number = next(iter(waiting))
        del waiting[number]
        outcome = start.outcome(system.actions[number])
        touched[number] = start.run.touched
        changed = start.changed(outcome)
        for place in changed:
            start.vary(place)
        waiting |= dict.fromkeys(n for n, places in touched.items() if places & changed)
    return start.varying


class Start:
    """The state before a step: each leaf a constant or a variable; and the steps from it."""

    def __init__(self, system: System, varying: Sequence[bool]) -> None:
        self.system = system
        self.leaves = system.layout.leaves
        self.graph = Graph()
        self.varying = [False] * len(self.leaves)
        self.initial = [encoded(value) for value in system.initial_values]
        self.current = list(self.initial)
        self.blank = [
            encoded(leaf.default) if leaf.event else now
            for leaf, now in zip(self.leaves, self.current, strict=True)
        ]
        for place, varies in enumerate(varying):
            if varies and not self.leaves[place].event:
                self.vary(place)
        self.selector = [self.graph.variable() for _ in range(len(system.actions).bit_length())]
        self.pool: list[int] = []
        self.run = SymbolicRun(self.graph, self.leaves, self.blank)

    def vary(self, place: int) -> None:
        """Make a leaf a variable."""
        leaf, variable = self.leaves[place], self.graph.variable
        self.varying[place] = True
        if leaf.type is bool:
            self.current[place] = variable()
        else:
            self.current[place] = tuple(variable() for _ in range(encoding(leaf.type).width))
        self.blank[place] = self.current[place]

    def outcome(self, step: Step) -> Outcome:
        """What a step does, whatever its choices."""
        run = self.run
        run.store.values = list(self.blank)
        run.touched = set()
        choices, place = {}, 0
        for choice in step.choices:
            while len(self.pool) < place + choice.width:
                self.pool.append(self.graph.variable())
            bits = tuple(self.pool[place : place + choice.width])
            place += choice.width
            choices[choice.name] = self._chosen(choice, bits)
        state = self.system.state(run.store)
        with blaming(f"step `{step.name}` of `{self.system.name}`", SECONDS):
            return run.explore(step.function, (state,), choices)

    def _chosen(self, choice: Choice, bits: Code) -> Any:
        if choice.type is bool:
            return Bit(self.run, bits[0], choice.name)
        if not bits:
            return choice.default
        return Symbol(self.run, choice.type, bits, choice.name)

    def changed(self, outcome: Outcome) -> set[int]:
        """The constant leaves that a step changes."""
        if outcome.enabled == FALSE:
            return set()
        return {
            place
            for place, (raw, now) in enumerate(zip(outcome.values, self.current, strict=True))
            if raw != now and not self.varying[place] and not self.leaves[place].event
        }
