"""Executions taken by hand: from any step on, other ways, side by side as branches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any

import msgspec

from verifier.compiler.compile import compile_compared
from verifier.compiler.transition_system import DEADLOCK
from verifier.evidence.bundle import Run
from verifier.evidence.explanation import Explanation, Failure
from verifier.evidence.traces import Stride, Trace
from verifier.execution.execution import Execution
from verifier.execution.machine import ASSERTIONS, Machine, Move
from verifier.execution.random_walk import random_move, tried
from verifier.execution.recorder import recorded
from verifier.explain.annotate import placed
from verifier.explain.causes import assigned, causes
from verifier.explain.counterexample import logged
from verifier.explain.explain import explained
from verifier.explain.point_of_no_return import violation_ahead
from verifier.project.catalogue import Catalogue

TRIED = 256
"""Combinations of a step's choices that are tried, at most."""


@dataclass
class ExploredBranch:
    """One execution: its moves, the state before each and after the last, and its trace."""

    name: str
    moves: list[Move]
    states: list[tuple[Any, ...]]
    trace: Trace
    since: int = 0
    because: dict[int, dict[str, tuple[str, ...]]] = field(default_factory=dict)


class Exploration:
    """A system, an execution to begin with, and the branches that people add."""

    def __init__(
        self, execution: Execution, trace: Trace | None = None, catalogue: Catalogue | None = None
    ) -> None:
        self.execution, self._catalogue = execution, catalogue
        self.system, self.properties = execution.system, execution.properties
        known, moves = trace or logged(execution), list(execution.moves)
        own = len(moves) if known.conjunct else 0
        self.now = ExploredBranch("main", moves, execution.states, known, since=own)
        self.branches = [self.now]

    def machine(self, number: int) -> Machine:
        """The system in the state after a step of the present branch."""
        return Machine(self.system, self.now.states[number])

    def enabled(self, number: int) -> Iterator[Move | None]:
        """The steps that can be taken there, each with the first choices that allow it.

        There is a None for every move that was tried without success.
        """
        return tried(self.machine(number), most=TRIED)

    def take(self, number: int, move: Move) -> bool:
        """Take a step there: the branch grows at its end, elsewhere a new one begins."""
        if self.machine(number).move(move) is None:
            return False
        self.follow(number, [move])
        return True

    def follow(self, number: int, moves: Sequence[Move]) -> None:
        """Take steps that are known to be enabled."""
        machine = self.machine(number)
        strides, states = [], []
        for move in moves:
            strides.append(recorded(machine, self.properties, move))
            states.append(machine.values)
        self._grow(self.now, number, moves, strides, states)

    def run(self, number: int, steps: int, seed: int) -> Iterator[Stride]:
        """Take random steps from there until a property is violated; then the branch has grown."""
        branch, machine, random = self.now, self.machine(number), Random(seed)
        moves, strides, states = [], [], []
        for _ in range(steps):
            before = machine.values
            found = random_move(machine, random)
            if found is None:
                break
            move, _ = found
            machine = Machine(self.system, before)
            strides.append(recorded(machine, self.properties, move))
            moves.append(move)
            states.append(machine.values)
            yield strides[-1]
            if strides[-1].fails:
                break
        if moves:
            self._grow(branch, number, moves, strides, states)

    def _grow(
        self,
        branch: ExploredBranch,
        number: int,
        moves: Sequence[Move],
        strides: Sequence[Stride],
        states: Sequence[tuple[Any, ...]],
    ) -> None:
        if number < len(branch.moves):
            branch = self._begun(branch, number)
        branch.moves += moves
        branch.states += states
        branch.trace = _going_on(branch.trace, (*branch.trace.steps, *strides))
        self.now = branch

    def _begun(self, old: ExploredBranch, number: int) -> ExploredBranch:
        """A new branch from a step of another one."""
        trace = _going_on(old.trace, old.trace.steps[:number])
        name = f"branch {len(self.branches)}"
        branch = ExploredBranch(name, old.moves[:number], old.states[: number + 1], trace, number)
        self.branches.append(branch)
        return branch

    def back(self) -> bool:
        """Take the last step of a branch back, as far as it began."""
        branch = self.now
        if len(branch.moves) <= branch.since:
            return False
        branch.moves.pop()
        branch.states.pop()
        branch.trace = _going_on(branch.trace, branch.trace.steps[:-1])
        branch.because.clear()
        return True

    def switch(self) -> ExploredBranch:
        """Go to the next branch."""
        place = self.branches.index(self.now)
        self.now = self.branches[(place + 1) % len(self.branches)]
        return self.now

    def because(self, number: int, name: str) -> tuple[str, ...] | None:
        """What a field's value after a step depends on; None until that is searched for."""
        saved = self.now.trace.steps[number - 1].because.get(name)
        if saved is not None:
            return saved
        found = self.now.because.get(number)
        return found.get(name, ()) if found is not None else None

    def search_causes(self, number: int) -> Iterator[None]:
        """Find what the values that a step gives depend on, yielding after each trial."""
        branch = self.now
        before, move = branch.states[number - 1], branch.moves[number - 1]
        machine = Machine(self.system, before)
        taken = machine.move(move)
        assert taken is not None, "the branch's moves were taken before"
        fields = sorted(assigned(taken.call))
        found = yield from causes(machine, before, move, fields)
        branch.because[number] = found.because

    @property
    def ends_badly(self) -> bool:
        """Whether the present branch ends in a violation."""
        trace = self.now.trace
        return bool(trace.conjunct or (trace.steps and trace.steps[-1].fails))

    def explaining(self) -> Callable[[], Trace]:
        """Makes a trace of the present branch: a counterexample, explained, if it ends in one."""
        trace, execution = self.now.trace, replace(self.execution, moves=tuple(self.now.moves))
        if trace.conjunct and any(stride.because for stride in trace.steps):
            return lambda: trace
        return partial(_as_trace, execution, trace)

    def annotated(self, trace: Trace) -> Trace:
        """The trace of the present branch, annotated from the catalogue if there is one."""
        known = self._catalogue
        return trace if known is None else placed(trace, self.execution, known)

    def ahead(self, values: Sequence[Any], group: str) -> tuple[Run | None, str]:
        """The steps from a state to a violation, if a search finds any, and what to say."""
        return violation_ahead(compile_compared(self.system, self.properties), values, group)

    def add_explanation(self, branch: ExploredBranch, trace: Trace) -> bool:
        """Add its explanation to a branch, unless the branch has grown meanwhile."""
        same = len(branch.trace.steps) == len(trace.steps) and all(
            (one.step, one.choices) == (two.step, two.choices)
            for one, two in zip(branch.trace.steps, trace.steps, strict=True)
        )
        if same:
            branch.trace = trace
        return same


def _going_on(trace: Trace, steps: Sequence[Stride]) -> Trace:
    """An execution with other steps, of which nothing is known yet but that they were taken."""
    if not trace.conjunct:
        return msgspec.structs.replace(trace, steps=tuple(steps), case="")
    plain = (msgspec.structs.replace(each, because={}, needs=(), matters=()) for each in steps)
    return msgspec.structs.replace(
        trace,
        steps=tuple(plain),
        conjunct="",
        failure=Failure(),
        explanation=Explanation(),
        headline=(),
        shortest=False,
    )


def _as_trace(execution: Execution, trace: Trace) -> Trace:
    claimed = {f.group for f in execution.properties if f.claims} | {ASSERTIONS}
    for group in (*sorted(claimed), DEADLOCK):
        found = execution.violation(group)
        if isinstance(found, str):
            matters = [tuple(stride.matters) for stride in trace.steps]
            story = logged(execution, matters, group, found)
            compiled = compile_compared(execution.system, tuple(execution.properties))
            return explained(compiled, story, execution)
    return trace
