"""Which decision of the code, had it gone the other way, would have avoided a violation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.compiler.transition_system import DEADLOCK
from verifier.evidence.explanation import Turned
from verifier.evidence.traces import Trace
from verifier.execution.execution import Execution
from verifier.execution.machine import ASSERTIONS, Machine, Move
from verifier.language.concrete_execution import Taken
from verifier.language.errors import ModelError, within_project
from verifier.language.presentation import Seen
from verifier.language.system import System
from verifier.language.tracing.decisions import Decision, deciding

MOST_DECISIONS = 6
"""Decisions that are shown, the most informative first."""
TAKEN = 3_000
"""Steps that are taken again in search of them."""


def turned(trace: Trace, execution: Execution) -> tuple[Turned, ...]:
    """The decisions that each alone would have avoided the violation, the best first.

    Only those count after which the fewest properties are violated, and of these, if there are
    any, those of the step that violates, at the end or when it ran before; else those after which
    all goes on as it did. The last ones come first, and in one step the first; of several with the
    same effect the innermost counts.
    """
    search = _Search(trace, execution, execution.states)
    found = [
        one
        for number in reversed(range(len(execution.moves)))
        if trace.steps[number].because
        for one in search.of_step(number)
    ]
    culprit = trace.steps[-1].step if trace.steps else ""
    own = [one for one in found if trace.steps[one.number - 1].step == culprit]
    found = own or [one for one in found if not one.stops]
    fewest = min((len(one.fails) for one in found), default=0)
    return tuple(one for one in found if len(one.fails) == fewest)[:MOST_DECISIONS]


@dataclass
class _Search:
    """Takes steps of one execution again, each time with one decision turned."""

    trace: Trace
    execution: Execution
    states: Sequence[Sequence[Any]]
    left: int = TAKEN

    def of_step(self, number: int) -> Iterator[Turned]:
        """The decisions of one step that avoid the violation, in order."""
        deepest: dict[tuple[Any, ...], tuple[Decision, Machine, Taken]] = {}
        for decision, machine, taken in self._effects(number):
            known = deepest.get(machine.values)
            if known is None or known[0].depth < decision.depth:
                deepest[machine.values] = decision, machine, taken
        for decision, machine, taken in deepest.values():
            seen = self._seen(machine, number, taken)
            found = self._followed(machine, number, decision, seen)
            if found is not None:
                yield found

    def _seen(self, machine: Machine, number: int, taken: Taken) -> Seen | None:
        """What somebody sees of a step with a decision turned, by the system's presentation."""
        before, move = self.states[number], self.execution.moves[number]
        return machine.presenter.act(before, move, taken, machine.run).seen

    def _effects(self, number: int) -> Iterator[tuple[Decision, Machine, Taken]]:
        """Each decision of a step with what the system comes to if it is turned.

        One that looks only at fields on which nothing depends is not a choice of the code.
        """
        stride, after = self.trace.steps[number], tuple(self.states[number + 1])
        system, move = self.execution.system, self.execution.moves[number]
        causes = {*stride.needs, *(cause for each in stride.because.values() for cause in each)}
        for place, decision in enumerate(made(system, self.states[number], move)):
            if self.left <= 0 or (decision.reads and decision.reads.isdisjoint(causes)):
                continue
            machine = Machine(system, self.states[number])
            taken = self._take(machine, move, place)
            if taken is not None and machine.values != after:
                yield decision, machine, taken

    def _take(self, machine: Machine, move: Move, place: int) -> Taken | None:
        """Take the step with a decision turned, if there is such a step at all."""
        self.left -= 1
        try:
            with deciding(machine.run, place):
                taken = machine.move(move)
        except ModelError:
            return None  # no model need make sense of what its code would never do
        return taken if taken is not None and taken.failed is None else None

    def _followed(
        self, machine: Machine, number: int, decision: Decision, seen: Seen | None
    ) -> Turned | None:
        """The rest of the execution after a turned decision; None where it violates as well."""
        moves = self.execution.moves
        claims = [f for f in self.execution.properties if f.claims]
        earlier = (claim for stride in self.trace.steps[:number] for claim in stride.fails)
        fails, stops = dict.fromkeys(earlier), 0
        for later in range(number, len(moves)):
            if later > number:
                self.left -= 1
                taken = machine.move(moves[later])
                if taken is None:
                    stops = later + 1
                    break
                if taken.failed is not None:
                    return None
            if self.trace.property == DEADLOCK and machine.violated(DEADLOCK, ()):
                return None
            for claim in machine.failing(claims):
                if claim.group == self.trace.property != ASSERTIONS:
                    return None
                fails[claim.name] = None
        return Turned(
            number=number + 1,
            function=decision.function.name,
            source=str(decision.function.citation or ""),
            file=within_project(decision.function.place.file),
            line=decision.line,
            test=decision.test,
            given=decision.given,
            was=decision.taken,
            returned=decision.returned,
            fails=tuple(fails),
            stops=stops,
            seen=seen,
        )


def made(system: System, before: Sequence[Any], move: Move) -> list[Decision]:
    """The decisions of a step, in order."""
    machine = Machine(system, before)
    with deciding(machine.run) as decisions:
        machine.move(move)
    return decisions


def first_turn(
    system: System, here: Sequence[Any], there: Sequence[Any], moves: tuple[Move, Move]
) -> Decision | None:
    """The first decision in which two states part in a step, as it goes in the second one."""
    for one, two in zip(made(system, here, moves[0]), made(system, there, moves[1]), strict=False):
        if not one.is_same_as(two):
            return None
        if one.taken != two.taken:
            return two
    return None
