"""Executions on plain values: a start and moves, replayed, and what they violate or reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from verifier.execution.machine import ASSERTIONS, Machine, Move
from verifier.language.concrete_execution import Taken
from verifier.language.functions import ModelFunction
from verifier.language.system import System, bindings


@dataclass(frozen=True)
class Stopped:
    """Where moves cannot be followed: the number of the move, from 1, and why; 0 for the start."""

    at: int
    reason: str

    def __str__(self) -> str:
        return f"step {self.at}: {self.reason}" if self.at else self.reason


def taken_along(machine: Machine, moves: Sequence[Move]) -> Iterator[Taken]:
    """Take moves as far as they are enabled; one that fails its assertion stops the machine."""
    for move in moves:
        taken = machine.move(move)
        if taken is None:
            return
        yield taken
        if taken.failed is not None:
            return


@dataclass(frozen=True)
class Execution:
    """A system's start, the moves from there, and the properties that it is judged by."""

    system: System
    properties: Sequence[ModelFunction]
    start: Sequence[Any]
    moves: Sequence[Move] = ()

    @classmethod
    def at_start(cls, system: System, properties: Sequence[ModelFunction] = ()) -> Execution:
        """Nothing taken yet."""
        return cls(system, properties, system.initial_values)

    @cached_property
    def taken(self) -> tuple[Taken, ...]:
        """What each move did, as far as they can be followed."""
        return tuple(taken_along(Machine(self.system, self.start), self.moves))

    @property
    def states(self) -> list[tuple[Any, ...]]:
        """The values at the start and after each move, as far as they can be followed."""
        return [tuple(self.start), *(taken.values for taken in self.taken)]

    def machine(self) -> Machine:
        """The system in the state after the last move."""
        return Machine(self.system, self.states[-1])

    def until(self, number: int) -> Execution:
        """The first so many moves."""
        return self if number == len(self.moves) else replace(self, moves=self.moves[:number])

    def claims(self, group: str) -> list[ModelFunction]:
        """The claims of a property."""
        return [f for f in self.properties if f.group == group and f.claims]

    @property
    def failed(self) -> str | None:
        """The assertion that the last move fails."""
        return self.taken[-1].failed if self.taken else None

    def stopped(self, to_the_end: bool = False) -> Stopped | None:
        """Where the moves cannot be followed; None where they can.

        Unless they lead `to_the_end`, the last one may fail its assertion.
        """
        number = len(self.taken)
        if self.failed is not None and (to_the_end or number < len(self.moves)):
            early = "" if to_the_end else " before the last step"
            return Stopped(number, f"the assertion `{self.failed}` fails{early}")
        if number < len(self.moves):
            return Stopped(number + 1, f"`{self.moves[number][0].name}` is not enabled")
        return None

    def violation(self, group: str) -> str | Stopped:
        """The claim of a property that fails after the last move, and perhaps before."""
        stopped = self.stopped()
        if stopped is not None:
            return stopped
        if group == ASSERTIONS:
            return self.failed or Stopped(len(self.moves), "no assertion fails")
        found = self.machine().violated(group, self.claims(group))
        return found or Stopped(len(self.moves), f"`{group}` is not violated")

    def to_first_violation(self, group: str) -> Execution:
        """The moves up to the first violation of a property; all where only the last violates."""
        claims = self.claims(group)
        for number, values in enumerate(self.states[: len(self.moves)]):
            if Machine(self.system, values).violated(group, claims):
                return self.until(number)
        return self

    def occurrence(self, case: str, fires: bool = False) -> str | Stopped:
        """The property of a case that occurs after the last move; empty for a step that fires.

        A name is that of a case, or else, or where `fires` says so, that of a step. A case whose
        step fails its assertion does not occur: the machine stops.
        """
        stopped = self.stopped(to_the_end=True)
        if stopped is not None:
            return stopped
        named = [
            function
            for function in self.properties
            if function.is_case and function.name == case and bindings(self.system, function)
        ]
        if named and not fires:
            if self.machine().failing(named):
                return named[0].group
        elif self.moves and self.moves[-1][0].name == case:
            return ""
        return Stopped(len(self.moves), f"`{case}` does not occur")
