"""A mistake against the original's proof, in the steps that run the changed function only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

from verifier.audit.solvers import Given
from verifier.circuit.aig import FALSE, TRUE
from verifier.compiler.step_exploration import Explored, Start, explore_steps
from verifier.compiler.translation import Steps
from verifier.evidence.verdicts import Clause
from verifier.language.functions import ModelFunction
from verifier.language.paths import Outcome
from verifier.language.system import bindings


@dataclass(frozen=True)
class Original:
    """A system's steps over the graph in which they were explored, and an invariant of it.

    `judging` are the model functions that its properties run.
    """

    start: Start
    steps: tuple[Explored, ...]
    judging: frozenset[CodeType]
    invariant: tuple[Clause, ...] = ()


def explored_again(whole: Original, changed: CodeType) -> tuple[Explored, ...]:
    """The steps after a function has changed; those that did not run it are as they were.

    A function that no step is known to run may be a plain one, which any of them may call.
    """
    known = {n: step for n, step in enumerate(whole.steps) if changed not in step.ran}
    everything = len(known) == len(whole.steps)
    return tuple(explore_steps(whole.start, {} if everything else known))


class Stepwise:
    """What changed steps do from the states of the original's invariant."""

    def __init__(self, whole: Original, steps: Sequence[Explored]) -> None:
        self.start = whole.start
        self.graph = whole.start.graph
        self.pairs = [
            (was.outcome, now.outcome)
            for was, now in zip(whole.steps, steps, strict=True)
            if was is not now
        ]
        self.invariant = whole.invariant
        bits = self._latches(self.start.current)
        self._given = Given(self.graph, (_literals_of(c, bits) for c in whole.invariant))

    def same(self) -> bool:
        """Whether each step does the same; so the same states are reached."""
        return self._never([self._differs(was, now) for was, now in self.pairs])

    def keeps(self, claims: Collection[ModelFunction], asserting: bool) -> bool:
        """Whether the steps preserve the invariant and the claims: then the mutant survives."""
        return self._never([self._breaks(now, claims, asserting) for _, now in self.pairs])

    def _never(self, conditions: Sequence[int]) -> bool:
        """Whether Z3 finds no state of the invariant in which one of the conditions holds."""
        possible = [condition for condition in conditions if condition != FALSE]
        return not possible or (TRUE not in possible and self._given.refutes([c] for c in possible))

    def _differs(self, was: Outcome, now: Outcome) -> int:
        graph = self.graph
        failures = [
            graph.differ(was.failures.get(name, FALSE), now.failures.get(name, FALSE))
            for name in {**was.failures, **now.failures}
        ]
        before, after = self.start.after(was), self.start.after(now)
        values = [
            graph.differ(a, b)
            for place in {**was.writes, **now.writes}
            for a, b in zip(_literals(before[place]), _literals(after[place]), strict=True)
        ]
        changed = graph.all([was.enabled, now.enabled, graph.any(values)])
        return graph.any([graph.differ(was.enabled, now.enabled), *failures, changed])

    def _breaks(self, outcome: Outcome, claims: Collection[ModelFunction], asserting: bool) -> int:
        graph, start = self.graph, self.start
        values = start.after(outcome)
        bits = self._latches(values)
        broken = [graph.any(_literals_of(clause, bits)) ^ 1 for clause in self.invariant]
        steps = Steps(start, [])
        for function in claims:
            for binding in bindings(start.system, function):
                broken.append(steps.violated(binding, values))
        failed = list(outcome.failures.values()) if asserting else []
        return graph.any([*failed, graph.both(outcome.enabled, graph.any(broken))])

    def _latches(self, values: Sequence[Any]) -> dict[str, int]:
        """Each latch's literal among the values of the leaves."""
        return {
            name: literal
            for names, value in zip(self.start.latch_names, values, strict=True)
            if names
            for name, literal in zip(names, _literals(value), strict=True)
        }


def _literals_of(clause: Clause, bits: dict[str, int]) -> list[int]:
    return [bits[name] ^ (not value) for name, value in clause]


def _literals(value: Any) -> tuple[int, ...]:
    """A leaf's literals; a constant of any other kind has none."""
    if isinstance(value, tuple):
        return value
    return (value,) if type(value) is int else ()
