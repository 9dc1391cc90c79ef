"""Which decision of a model, had it gone the other way, would have avoided a violation.

A decision is named if and only if its other outcome, alone, removes the violation: it is turned,
the same moves are taken again, and the claim is judged again. Why in this order:
docs/decisions/0030-decisions-are-named-by-turning-them.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verifier.execution.execution import Execution
from verifier.execution.machine import ASSERTIONS, Machine, Move
from verifier.explain.replays import Replays, Values
from verifier.language.errors import ModelError
from verifier.language.system import System
from verifier.language.tracing.decisions import Decision, Place, deciding, turning

TAKEN = 4_000
"""Steps that are taken again in search of decisions."""


@dataclass(frozen=True)
class Effect:
    """A decision turned in a step, from 0, or `every` time that it is made from there on.

    `values` is the state that the step then leads to, None where it cannot be taken then, or fails
    an assertion; `same` are other decisions that lead there. `stops` is the first of the steps,
    from 1, that cannot be taken then, 0 where all can. `fails` are the claims of other properties
    that do not hold in some state even so, or only then: of these there are `more`. `hides`
    says that nobody observes then what is wrong; `fixed` that the decision reads only fields that
    have one value in all executions.
    """

    number: int
    decision: Decision
    order: int
    values: Values | None = None
    same: tuple[Decision, ...] = ()
    stops: int = 0
    fails: tuple[str, ...] = ()
    more: int = 0
    every: bool = False
    hides: bool = False
    fixed: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether all goes on as it did, is observed, and nothing else fails."""
        return not (self.every or self.stops or self.more or self.hides)

    @property
    def explains(self) -> bool:
        """Whether it is a reason, and not only in the way of what happens, or of seeing it."""
        one = self.decision
        others = one.passes_on or one.of_choice or one.guards
        ends = self.stops and (self.more or one.is_of_hardware)
        return not (others or self.hides or ends)

    def rank(self, last: int) -> tuple[object, ...]:
        """The most informative first: what people can change, and what leaves the rest as it was.

        A condition that is always so comes first, and what a step assumes or others choose last.
        What the hardware does in the last step shows what went wrong before it, and what passes
        an outcome on, that it does. Of those in one step the innermost counts.
        """
        one = self.decision
        return (
            not one.is_literal,
            one.of_choice or one.guards,
            not self.is_clean,
            self.fixed,
            one.is_of_hardware + one.passes_on / 2,
            one.is_of_hardware and self.number == last,
            one.returned and not one.reads,
            self.stops > 0,
            self.more,
            len(self.fails),
            -self.number,
            -one.depth,
            -self.order,
        )


class Search:
    """Turns the decisions of an execution, one at a time."""

    def __init__(
        self,
        execution: Execution,
        group: str,
        changing: Collection[str] | None = None,
        budget: int = TAKEN,
    ) -> None:
        self.moves, self.group, self.changing = execution.moves, group, changing
        self.replays = Replays(execution, group, budget)
        with turning(self.replays.machine.run) as self.decisions:
            self.steps = [self._made(number) for number in range(len(self.moves))]
        presenter, leaves = self.replays.machine.presenter, execution.system.layout.leaves
        self.notes = {
            place
            for place, leaf in enumerate(leaves)
            if leaf.event or leaf.ghost or leaf.path in presenter.promised
        }
        read = self.replays.read_by_claims(len(self.moves))
        self.seen = {place for place in self.notes if leaves[place].path in read}
        self.promised = presenter.promised
        self.others = [f for f in execution.properties if f.claims and f.group != group]
        self.failing = [self.replays.failing_in(values, self.others) for values in execution.states]

    def _made(self, number: int) -> list[Decision]:
        made = self.decisions.since(None)
        self.replays.take(number, self.replays.states[number])
        return made

    def found(self) -> list[Effect]:
        """The decisions that each alone remove the violation, the most informative first."""
        numbers = range(len(self.moves))
        found = [
            effect
            for of_hardware in (False, True)
            for number in reversed(numbers)
            for effect in self._avoiding(number, of_hardware)
        ]
        known = {one.place for each in found for one in (each.decision, *each.same)}
        found += self._every_time(known)
        return sorted(found, key=lambda effect: effect.rank(len(self.moves) - 1))

    def _avoiding(self, number: int, of_hardware: bool) -> Iterator[Effect]:
        """The decisions of a step that avoid the violation, those with one effect together."""
        effects: dict[object, list[Effect]] = {}
        after = self.replays.states[number + 1]
        with self.decisions.noted():
            for order, decision in enumerate(self.steps[number]):
                if decision.is_of_hardware is not of_hardware or self.replays.left <= 0:
                    continue
                effect = self._turned(number, order)
                if effect is not None and effect.values != after:
                    effects.setdefault((effect.values, effect.fails), []).append(effect)
        for same in effects.values():
            effect = self._representative(same)
            if effect.values is None:
                yield effect
                continue
            rest = self.replays.rest(number + 1, effect.values)
            if not rest.violates:
                yield self._judged(replace(effect, stops=rest.stops), effect.values)

    def _representative(self, effects: Sequence[Effect]) -> Effect:
        """Of decisions with the same effect the most informative one."""
        last = len(self.moves) - 1
        best = min(effects, key=lambda effect: effect.rank(last))
        rest = (effect.decision for effect in effects if effect is not best)
        return replace(best, same=tuple(rest))

    def _judged(self, effect: Effect, values: Values) -> Effect:
        """With the other claims that do not hold."""
        before = dict.fromkeys(
            name for names in self.failing[: effect.number + 1] for name in names
        )
        later = self.replays.failing(effect.number + 1, values, self.others)
        known = {name for names in self.failing for name in names}
        hides = effect.number == len(self.moves) - 1 and self._hides(values)
        fails, more = (*before, *later), len(later.keys() - known)
        return replace(effect, fails=fails, more=more, hides=hides)

    def _hides(self, values: Values) -> bool:
        """Whether all that is other than after the execution is that something is not noted."""
        last = self.replays.states[-1]
        other = {place for place, value in enumerate(values) if value != last[place]}
        gone = {place for place in other & self.seen if last[place] is True}
        return bool(gone) and other <= self.notes

    def _turned(self, number: int, order: int) -> Effect | None:
        """A step with a decision turned; None where it makes no sense or violates all the same.

        What is promised is not tried: to expect something else is no way to avoid a violation.
        """
        decision = self.steps[number][order]
        if decision.reads and self.promised.issuperset(decision.reads):
            return None
        effect = Effect(number, decision, order, fixed=self._is_fixed(decision))
        self.decisions.since(order)
        try:
            taken = self.replays.take(number, self.replays.states[number])
        except ModelError:  # no model need make sense of what its code would never do
            return None
        if taken is None:
            return replace(effect, stops=number + 1)
        if taken.failed is None:
            return replace(effect, values=taken.values)
        if self.group == ASSERTIONS:
            return None
        return replace(effect, stops=number + 1, fails=(taken.failed,), more=1)

    def _is_fixed(self, decision: Decision) -> bool:
        """Whether it reads fields, and only those that never change."""
        known = self.changing
        return known is not None and bool(decision.reads) and not {*known} & {*decision.reads}

    def _every_time(self, known: Collection[Place]) -> Iterator[Effect]:
        """The places of which only all decisions together avoid the violation."""
        first: dict[Place, Effect] = {}
        times: Counter[Place] = Counter()
        for number, made in enumerate(self.steps):
            for order, one in enumerate(made):
                effect = Effect(number, one, order, every=True)
                first.setdefault(one.place, effect)
                times[one.place] += 1
        for place, effect in first.items():
            if times[place] > 1 and place not in known and self.replays.left > 0:
                stops = self._everywhere(effect)
                if stops is not None:
                    yield replace(effect, stops=stops)

    def _everywhere(self, effect: Effect) -> int | None:
        """The step that cannot be taken then, 0 for none; None where it violates all the same."""
        values = self.replays.states[effect.number]
        with self.decisions.noted():
            for number in range(effect.number, len(self.moves)):
                self.decisions.since(effect.decision.place)
                try:
                    taken = self.replays.take(number, values)
                except ModelError:
                    return None
                if taken is None:
                    return number + 1
                if taken.failed is not None:
                    return None
                values = taken.values
        return None if self.replays.rest(len(self.moves), values).violates else 0


def best_of_places(effects: Sequence[Effect]) -> list[Effect]:
    """The first effect of each place."""
    found: dict[Place, Effect] = {}
    for effect in effects:
        found.setdefault(effect.decision.place, effect)
    return list(found.values())


def made(system: System, before: Sequence[Any], move: Move) -> list[Decision]:
    """What code decides in a step, in order."""
    machine = Machine(system, before)
    machine.run.logging = False
    with deciding(machine.run) as decisions:
        machine.move(move)
    return [each for each in decisions if each.is_of_code]


def first_turn(
    system: System, here: Sequence[Any], there: Sequence[Any], moves: tuple[Move, Move]
) -> Decision | None:
    """The first decision in which two states part in a step, as it goes in the second one."""
    for one, two in zip(made(system, here, moves[0]), made(system, there, moves[1]), strict=False):
        if one.place != two.place:
            return None
        if one.taken != two.taken:
            return two
    return None
