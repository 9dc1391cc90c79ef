"""Fields that a step reads, and with another value of which there would be no violation.

What is not assigned leaves no trace but a value that is out of date. A field is named if and only
if another value of it, alone, removes the violation: the same moves are taken again from there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec

from verifier.evidence.explanation import Stale
from verifier.evidence.traces import CHOICE
from verifier.execution.execution import Execution
from verifier.explain.causes import assigned, others
from verifier.explain.counterfactual_branches import Effect, Search
from verifier.explain.slicing import Slice
from verifier.language.call_log import Assignment, Call
from verifier.language.errors import within_project
from verifier.language.plain_values import shown
from verifier.language.tracing.decisions import Decision

MOST_FIELDS = 6
"""Fields that are shown."""
SHOWN_FIRST = 3
"""Of which one says whose data is where."""
TAKEN = 400
"""Steps that are taken again in search of them."""

Reader = Decision | None


class Reads:
    """The fields that steps read, and whether another value would have avoided the violation."""

    def __init__(self, search: Search, execution: Execution) -> None:
        self.replays, self.states = search.replays, search.replays.states
        leaves = execution.system.layout.leaves
        self.places = {leaf.path: place for place, leaf in enumerate(leaves)}
        self.ghosts = {leaf.path for leaf in leaves if leaf.ghost}
        self.written = [assigned(taken.call) for taken in execution.taken]
        self._unstale = {leaf.path for leaf in leaves if leaf.event or leaf.constant}
        self._unstale |= search.promised | _only_noted(execution)
        self.replays.left = TAKEN

    def stale(self, number: int, field: str, value: Any, reader: Reader = None) -> Stale | None:
        """A field before a step, from 0, if another value removes the violation.

        None also for what is only noted or expected, and where the step itself gave it this value.
        """
        if field in self._unstale or self.states[number][self.places[field]] != value:
            return None
        for other in others(value):
            if self.replays.left > 0 and self._avoids(number, field, other):
                made = Stale(
                    number + 1, field, shown(value), shown(other), self._since(number, field)
                )
                return made if reader is None else _read_by(made, reader)
        return None

    def stale_of(self, effect: Effect) -> Iterator[Stale]:
        """The fields that a decision reads, if another value removes the violation."""
        for field, value in effect.decision.reads.items():
            one = self.stale(effect.number, field, value, effect.decision)
            if one is not None:
                yield one

    def _avoids(self, number: int, field: str, value: Any) -> bool:
        place, before = self.places[field], self.states[number]
        values = (*before[:place], value, *before[place + 1 :])
        return not self.replays.rest(number, values).violates

    def _since(self, number: int, field: str) -> int:
        steps = range(number - 1, -1, -1)
        return next((step + 1 for step in steps if field in self.written[step]), 0)


def _read_by(stale: Stale, reader: Decision) -> Stale:
    place = reader.function.place
    file, name = within_project(place.file), reader.function.name
    return msgspec.structs.replace(stale, function=name, file=file, line=reader.line)


def _only_noted(execution: Execution) -> set[str]:
    """The fields that only observers write, for properties."""
    noted, written = set[str](), set[str]()

    def look(call: Call, observes: bool) -> None:
        for entry in call.entries:
            if isinstance(entry, Assignment):
                (noted if observes else written).add(entry.path)
            elif isinstance(entry, Call):
                look(entry, observes or entry.function.observes)

    for taken in execution.taken:
        look(taken.call, False)
    return noted - written


def stale_fields(
    reads: Reads, decisive: Collection[str], effects: Sequence[Effect], slice: Slice
) -> tuple[Stale, ...]:
    """Those that the claim looks at, that named decisions read, and that steps depend on.

    What a step has given its value just before another one reads it is less likely to be out of
    date, and so is what the hardware reads, or what says whether a step can be taken. One of the
    first three says whose data is where, if any does.
    """
    ranked = sorted(_of_steps(reads, effects, slice), key=lambda each: each[0])
    best: dict[str, Stale] = {}
    for one in (*_of_claim(reads, decisive), *(stale for _, stale in ranked)):
        best.setdefault(one.field, one)
    found = list(best.values())
    ghost = next((one for one in found if one.field in reads.ghosts), None)
    if ghost is not None and found.index(ghost) >= SHOWN_FIRST:
        found.remove(ghost)
        found.insert(SHOWN_FIRST - 1, ghost)
    return tuple(found[:MOST_FIELDS])


Rank = tuple[bool, bool, bool, int]


def _rank(one: Stale, effect: Effect | None) -> Rank:
    kind = effect.decision if effect is not None else None
    guards = kind is not None and (kind.guards or kind.of_choice)
    is_fresh = one.since == one.number - 1
    return is_fresh, guards, kind is not None and kind.is_of_hardware, -one.since


def _of_claim(reads: Reads, decisive: Collection[str]) -> Iterator[Stale]:
    """What alone decides the claim after the last step, if it has been there before."""
    last = len(reads.states) - 1
    for field in decisive:
        one = reads.stale(last, field, reads.states[last][reads.places[field]])
        if one is not None:
            yield one


def _of_steps(
    reads: Reads, effects: Sequence[Effect], slice: Slice
) -> Iterator[tuple[Rank, Stale]]:
    for effect in effects:
        for read in reads.stale_of(effect):
            yield _rank(read, effect), read
    for number in reversed(range(len(slice.causes))):
        causes = [*slice.causes[number].because.values(), slice.causes[number].needs]
        for field in dict.fromkeys(field for fields in causes for field in fields):
            if not field.startswith(CHOICE):
                one = reads.stale(number, field, reads.states[number][reads.places[field]])
                if one is not None:
                    yield _rank(one, None), one
