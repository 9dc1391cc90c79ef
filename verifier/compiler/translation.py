"""From a system to its circuit: every step explored, and properties checked after each.

Why so:
docs/decisions/0001-steps-that-are-not-enabled-change-nothing.md
docs/decisions/0002-properties-after-steps.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from verifier.circuit.aig import FALSE, TRUE
from verifier.circuit.circuit import Circuit, Input, Latch, tidied
from verifier.compiler.assertions import asserts
from verifier.compiler.selector import choice_input, step_input
from verifier.compiler.step_exploration import Explored, Start, explore_steps, exploring
from verifier.compiler.transition_system import ASSERTIONS, DEADLOCK, Conjunct, TransitionSystem
from verifier.language.costs import total
from verifier.language.errors import ModelError
from verifier.language.examination import check_unassigned
from verifier.language.forks import Fork, Learned, Meeting
from verifier.language.functions import ModelFunction
from verifier.language.goals import case_goal, step_goal
from verifier.language.paths import Outcome
from verifier.language.probes import Marks, marks_of, together
from verifier.language.symbolic_values import Bit
from verifier.language.system import Binding, Step, System, bindings
from verifier.language.views import view

__all__ = ["TransitionSystem", "compile_system"]

GATES = 100_000
"""Gates that saying whether a step is enabled for some choices may take."""


def compile_system(system: System, properties: Iterable[ModelFunction]) -> TransitionSystem:
    """Explore every step, then every property after each step.

    Fields that no execution changes stay constants, so that what depends on them folds away.
    """
    return translated(system, properties).compiled


def compile_steps(
    start: Start, explored: Sequence[Explored], properties: Iterable[ModelFunction]
) -> TransitionSystem:
    """The circuit of steps that have been explored from a start."""
    return translation_of(start, explored, properties).compiled


@dataclass(frozen=True)
class Translation:
    """A circuit and what it was made from, over the graph in which the steps were explored.

    `bad` are the conjuncts there, in their order, `stuck` is the output `deadlock`; `judged`, `met`
    and `learned` are about the paths of the properties.
    """

    compiled: TransitionSystem
    steps: Steps
    explored: tuple[Explored, ...]
    bad: tuple[int, ...]
    stuck: int
    judged: tuple[Fork, ...]
    met: tuple[Meeting, ...]
    learned: tuple[Learned, ...]
    marks: Marks


def translated(system: System, properties: Iterable[ModelFunction]) -> Translation:
    """A system's circuit with what is needed to compare it with plain Python."""
    begin = perf_counter()
    start = Start(system)
    return translation_of(start, explore_steps(start), properties, begin)


def translation_of(
    start: Start,
    explored: Sequence[Explored],
    properties: Iterable[ModelFunction],
    begin: float = 0.0,
) -> Translation:
    """The circuit of steps that have been explored from a start; `begin` is when that began."""
    start.run.forks, start.run.meetings, start.run.learned = [], [], []
    start.run.combined = set()
    start.run.costs, start.run.ran = total(step.costs for step in explored), set()
    steps = Steps(start, [step.outcome for step in explored])
    claims = tuple(properties)
    bound = [b for function in claims for b in bindings(start.system, function)]
    marks_of(start.probes)
    conjuncts = steps.conjuncts(bound)
    marks = together([marks_of(start.probes), *(step.marks for step in explored)])
    check_unassigned(start.outside)
    check_unassigned(used for each in start.run.examined.values() for used in each.outside)
    bad = {name: start.graph.any(c.bad for c in group) for name, group in conjuncts.items()}
    latches = steps.latches()
    bad |= steps.fired() | steps.failed() | steps.stuck(latches)
    whole = Circuit(start.graph, steps.inputs(), latches, bad)
    bads = [c.bad for group in conjuncts.values() for c in group]
    circuit, image = tidied(whole, bads)
    placed = {
        name: tuple(Conjunct(c.binding, image[c.bad]) for c in group)
        for name, group in conjuncts.items()
    }
    seconds = perf_counter() - begin if begin else 0.0
    compiled = TransitionSystem(
        start.system, claims, circuit, start.latch_names, placed, start.run.costs, seconds
    )
    run = start.run
    noted = (tuple(run.forks), tuple(run.meetings), tuple(run.learned))
    stuck = bad.get(DEADLOCK, FALSE)
    return Translation(compiled, steps, tuple(explored), tuple(bads), stuck, *noted, marks)


class Steps:
    """All steps of a system side by side, one of them selected by inputs, or none."""

    def __init__(self, start: Start, outcomes: list[Outcome]) -> None:
        self.start = start
        self.system = start.system
        self.graph = start.graph
        self.outcomes = outcomes
        self.selected = start.selected[: len(outcomes)]
        self.taken = [
            self.graph.both(selected, outcome.enabled)
            for selected, outcome in zip(self.selected, outcomes, strict=True)
        ]
        self.able: list[int] = []
        """For each step that it is enabled for some choices, once `stuck` has found that out."""

    def fired(self) -> dict[str, int]:
        """For each step that it is taken."""
        names = [step_goal(step.name) for step in self.system.actions]
        return dict(zip(names, self.taken, strict=True))

    def failed(self) -> dict[str, int]:
        """That an assertion fails, if the sources have any."""
        failures = self._failures()
        has = failures or asserts(self.system, self.start.outside)
        return {ASSERTIONS: self.graph.any(failures)} if has else {}

    def _failures(self) -> list[int]:
        """For each assertion of each step that it fails."""
        return [
            self.graph.both(selected, failed)
            for selected, outcome in zip(self.selected, self.outcomes, strict=True)
            for failed in outcome.failures.values()
        ]

    def stuck(self, latches: Iterable[Latch]) -> dict[str, int]:
        """That no step is enabled after this one, whatever its choices; nothing if that is fine.

        A step that fails an assertion counts as enabled: it is a violation of its own.
        """
        if self.system.may_end:
            return {}
        none = TRUE
        for step, outcome in zip(self.system.actions, self.outcomes, strict=True):
            begun = self.graph.any([outcome.enabled, *outcome.failures.values()])
            self.able.append(self._for_some_choices(step, begun))
            none = self.graph.both(none, self.able[-1] ^ 1)
        after = {latch.literal: latch.next for latch in latches}
        [stuck] = self.graph.copy_into(self.graph, [none], after)
        return {DEADLOCK: stuck}

    def _for_some_choices(self, step: Step, begun: int) -> int:
        before = self.graph.gates
        for bit in self.start.pool:
            begun = self.graph.exists(begun, [bit])
            if self.graph.gates - before > GATES:
                raise ModelError(
                    f"whether `{step.name}` is enabled depends on its choices in too many ways",
                    step.function.place,
                    f"assume less about them, or give `{self.system.name}` `may_end=True`",
                )
        return begun

    def conjuncts(self, bound: list[Binding]) -> dict[str, tuple[Conjunct, ...]]:
        """Each property function on each of its records, by property or witness.

        A step that fails its assertion stops the machine: what held before it can be violated, but
        no case occurs.
        """
        graph, found = self.graph, dict[str, tuple[Conjunct, ...]]()
        idle = graph.any(self.taken) ^ 1
        running = graph.both(idle, graph.any(self._failures()) ^ 1)
        for binding in bound:
            still = idle if binding.function.claims else running
            self.start.run.way = (None, still)
            bad = graph.both(still, self.violated(binding, self.start.blank))
            for taken, outcome in zip(self.taken, self.outcomes, strict=True):
                if taken != FALSE:
                    self.start.run.way = (None, taken)
                    violated = self.violated(binding, self.start.after(outcome))
                    bad = graph.either(bad, graph.both(taken, violated))
            group = conjunct_group(binding.function)
            found[group] = (*found.get(group, ()), Conjunct(binding, bad))
        return found

    def violated(self, binding: Binding, values: list[Any]) -> int:
        """The literal that says a property function fails in a state, or a case is found."""
        run, function = self.start.run, binding.function
        run.store.values = list(values)
        with exploring(run, f"property `{function.name}`"):
            records: list[Any] = [view(kind, run.store, place) for kind, place in binding.places]
            outcome = run.explore(function, tuple(records), {})
        if outcome.enabled != TRUE or not isinstance(outcome.result, bool | Bit):
            raise ModelError(
                f"the property `{function.name}` does not return a bool on every path",
                function.place,
                "return what must hold, or may happen; assert and assume belong into steps",
            )
        holds = run.literal_of(outcome.result)
        return holds if function.sought else holds ^ 1

    def inputs(self) -> tuple[Input, ...]:
        steps = (Input(step_input(i), bit) for i, bit in enumerate(self.start.selector))
        return (*steps, *(Input(choice_input(i), bit) for i, bit in enumerate(self.start.pool)))

    def latches(self) -> tuple[Latch, ...]:
        start, latches, names = self.start, [], self.start.latch_names
        for place, leaf in enumerate(start.leaves):
            if not start.varying[place]:
                continue
            current, reset = bits_of(start.current[place]), bits_of(start.initial[place])
            free = self.system.is_arbitrary(leaf.path)
            for i, name in enumerate(names[place]):
                by_step = [
                    self.graph.choose(
                        outcome.enabled, bits_of(outcome.writes[place])[i], current[i]
                    )
                    if place in outcome.writes
                    else current[i]
                    for outcome in self.outcomes
                ]
                next = self.muxed(current[i], by_step)
                latches.append(Latch(name, current[i], next, None if free else reset[i] == TRUE))
        return tuple(latches)

    def muxed(self, idle: int, by_step: list[int]) -> int:
        """The literal that the selected step gives, `idle` where none is."""
        size = 1 << len(self.start.selector)
        row = [idle, *by_step, *[idle] * (size - 1 - len(by_step))]
        for literal in self.start.selector:
            row = [self.graph.choose(literal, row[i + 1], row[i]) for i in range(0, len(row), 2)]
        return row[0]


def conjunct_group(function: ModelFunction) -> str:
    """The output that a property function is part of."""
    return function.group if function.claims else case_goal(function.name)


def bits_of(raw: Any) -> tuple[int, ...]:
    """The literals of a leaf's value."""
    return raw if isinstance(raw, tuple) else (raw,)
