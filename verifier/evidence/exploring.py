"""Executions taken by hand: from any step on, other ways, kept side by side as branches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgspec

from verifier.evidence.causes import assigned, causes
from verifier.evidence.explaining import explained
from verifier.evidence.recording import logged, recorded
from verifier.evidence.replay import ASSERTIONS, Machine, Move, violation
from verifier.evidence.simulating import enabled, random_move
from verifier.evidence.traces import Trace
from verifier.language.functions import ModelFunction
from verifier.language.system import System

BY_HAND = "by hand"
TRIED = 256
"""Combinations of a step's choices that are tried, so that a person need not wait."""


@dataclass
class Branch:
    """One execution: its moves, the state before each and after the last, and its trace."""

    name: str
    moves: list[Move]
    states: list[tuple[Any, ...]]
    trace: Trace
    parent: str = ""
    since: int = 0
    because: dict[int, dict[str, tuple[str, ...]]] = field(default_factory=dict)


class Exploration:
    """A system, an execution to begin with, and the branches that people add."""

    def __init__(
        self,
        system: System,
        properties: Sequence[ModelFunction],
        start: Sequence[Any] | None = None,
        moves: Sequence[Move] = (),
        trace: Trace | None = None,
    ) -> None:
        self.system = system
        self.properties = tuple(properties)
        self.start = list(system.initial_values if start is None else start)
        known = trace or logged(
            system, properties, "", "", BY_HAND, self.start, moves, [()] * len(moves)
        )
        self.branches = [Branch("main", list(moves), self._states(moves), known)]
        self.now = self.branches[0]

    def _states(self, moves: Sequence[Move]) -> list[tuple[Any, ...]]:
        machine = Machine(self.system, self.start)
        states = [machine.values]
        for move in moves:
            machine.move(move)
            states.append(machine.values)
        return states

    def machine(self, number: int) -> Machine:
        """The system in the state after a step of the present branch."""
        return Machine(self.system, self.now.states[number])

    def enabled(self, number: int) -> list[Move]:
        """The steps that can be taken there, each with the first choices that allow it."""
        return list(enabled(self.machine(number), most=TRIED))

    def take(self, number: int, move: Move) -> bool:
        """Take a step there: the branch grows at its end, elsewhere a new one begins."""
        machine = self.machine(number)
        if machine.move(move) is None:
            return False
        self._grow(number, [move])
        return True

    def run(self, number: int, steps: int, seed: int) -> int:
        """Take random steps from there; how many were possible before a property was violated."""
        machine, random, moves = self.machine(number), Random(seed), []
        claims = [f for f in self.properties if f.kind == "always"]
        for _ in range(steps):
            move = random_move(machine, random)
            if move is None:
                break
            moves.append(move)
            if machine.failing(claims):
                break
        if moves:
            self._grow(number, moves)
        return len(moves)

    def follow(self, number: int, moves: Sequence[Move]) -> None:
        """Take steps that are known to be enabled."""
        self._grow(number, moves)

    def _grow(self, number: int, moves: Sequence[Move]) -> None:
        branch = self.now
        if number < len(branch.moves):
            branch = self._begun(number)
        machine = Machine(self.system, branch.states[-1])
        strides = []
        for move in moves:
            strides.append(recorded(machine, self.properties, move))
            branch.moves.append(move)
            branch.states.append(machine.values)
        steps = (*branch.trace.steps, *strides)
        branch.trace = msgspec.structs.replace(branch.trace, steps=steps)
        self.now = branch

    def _begun(self, number: int) -> Branch:
        """A new branch from a step of the present one."""
        old = self.now
        trace = msgspec.structs.replace(
            old.trace,
            steps=tuple(
                msgspec.structs.replace(stride, because={}, needs=(), matters=())
                for stride in old.trace.steps[:number]
            ),
            conjunct="",
            seen={},
            decisive=(),
            otherwise=None,
            doomed=0,
            engine=BY_HAND,
        )
        name = f"branch {len(self.branches)}"
        branch = Branch(name, old.moves[:number], old.states[: number + 1], trace, old.name, number)
        self.branches.append(branch)
        return branch

    def back(self) -> bool:
        """Take the last step of a branch back, as far as it began."""
        branch = self.now
        if len(branch.moves) <= branch.since or (branch.name == "main" and branch.trace.conjunct):
            return False
        branch.moves.pop()
        branch.states.pop()
        branch.trace = msgspec.structs.replace(branch.trace, steps=branch.trace.steps[:-1])
        branch.because.clear()
        return True

    def switch(self) -> Branch:
        """Go to the next branch."""
        place = self.branches.index(self.now)
        self.now = self.branches[(place + 1) % len(self.branches)]
        return self.now

    def because(self, number: int, name: str) -> tuple[str, ...]:
        """What a field's value after a step hangs on, computed when asked."""
        branch = self.now
        known = branch.trace.steps[number - 1].because.get(name)
        if known is not None:
            return known
        if number not in branch.because:
            before, move = branch.states[number - 1], branch.moves[number - 1]
            machine = Machine(self.system, before)
            taken = machine.move(move)
            assert taken is not None, "the branch's moves were taken before"
            fields = sorted(assigned(taken.call))
            branch.because[number] = causes(machine, before, move, fields).because
        return branch.because[number].get(name, ())

    def saved(self) -> Trace:
        """The present branch as a trace: a counterexample, explained, where it ends in one."""
        branch = self.now
        for group in sorted(
            {f.group for f in self.properties if f.kind == "always"} | {ASSERTIONS}
        ):
            found = violation(self.system, self.properties, group, self.start, branch.moves)
            if isinstance(found, str):
                trace = logged(
                    self.system,
                    self.properties,
                    group,
                    found,
                    BY_HAND,
                    self.start,
                    branch.moves,
                    [tuple(stride.matters) for stride in branch.trace.steps],
                )
                return explained(self.system, self.properties, trace, self.start, branch.moves)
        return branch.trace
