"""Fields that a step reads, and with another value of which there would be no violation.

What is not assigned leaves no trace but a value that is out of date. A field is named if and only
if another value of it, alone, removes the violation: the same moves are taken again from there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import msgspec

from verifier.compiler.assigned_names import ghosts_by_name
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
TAKEN = 1_000
"""Steps that are taken again in search of them."""


@dataclass(frozen=True)
class Avoiding:
    """A field that is out of date, and what else would be with another value of it.

    `breaks` says that the claims of other properties fail then. `decides` says that the claim that
    is violated then still looks at other fields.
    """

    stale: Stale
    breaks: bool
    decides: bool
    is_constant: bool
    is_flag: bool

    @property
    def rank(self) -> tuple[int, ...]:
        """The one that is out of date for longest first, if all steps go on.

        Of what keeps a step from being taken, such as the place in a text where somebody is, the
        one that was written last, but not by the step before.
        """
        written = self.stale.since
        if not self.stale.stops:
            age = self.stale.number - written
            return self.is_constant, self.breaks, -age, not self.decides
        is_fresh = written == self.stale.number - 1
        return self.is_constant, self.breaks, is_fresh, -written, self.is_flag


class Reads:
    """The fields that steps read, and whether another value would have avoided the violation."""

    def __init__(
        self, search: Search, execution: Execution, changing: Collection[str] | None = None
    ) -> None:
        self.search, self.replays = search, search.replays
        self.states = self.replays.states
        self.leaves = {leaf.path: leaf for leaf in execution.system.layout.leaves}
        self.places = {path: place for place, path in enumerate(self.leaves)}
        variables = [path for path, leaf in self.leaves.items() if not leaf.constant]
        self.changing = variables if changing is None else changing
        self.written = [assigned(taken.call) for taken in execution.taken]
        self._unstale = {path for path, leaf in self.leaves.items() if leaf.event or leaf.constant}
        self._unstale |= search.promised | _only_noted(execution)
        self._failing = {name for names in search.failing for name in names}
        self._known: dict[tuple[int, str], Avoiding | None] = {}
        self.replays.left = TAKEN

    def avoiding(self, number: int, field: str) -> Avoiding | None:
        """A field before a step, from 0, if another value removes the violation.

        None also for what is only noted or expected.
        """
        key = number, field
        if key not in self._known:
            self._known[key] = None if field in self._unstale else self._tried(number, field)
        return self._known[key]

    def _tried(self, number: int, field: str) -> Avoiding | None:
        place, before = self.places[field], self.states[number]
        for other in others(before[place]):
            values = (*before[:place], other, *before[place + 1 :])
            if self.replays.left <= 0:
                return None
            rest = self.replays.rest(number, values)
            if not rest.violates:
                since = self._since(number, field)
                stale = Stale(
                    number=number + 1,
                    field=field,
                    was=shown(before[place]),
                    instead=shown(other),
                    since=since,
                    stops=rest.stops,
                    ghost=self.leaves[field].ghost,
                )
                return self._judged(stale, values)
        return None

    def _judged(self, stale: Stale, values: Sequence[Any]) -> Avoiding:
        """With what else there would be."""
        field, number = stale.field, stale.number - 1
        later = self.replays.failing(number, tuple(values), self.search.others)
        return Avoiding(
            stale=stale,
            breaks=bool(later.keys() - self._failing),
            decides=number < len(self.replays.moves) or self._decides(field, values),
            is_constant=field not in self.changing and not self.leaves[field].ghost,
            is_flag=not issubclass(self.leaves[field].kind, Enum),
        )

    def _decides(self, field: str, values: Sequence[Any]) -> bool:
        """Whether the claim, which holds in a state, fails with another value of some other field.

        Else the field has only switched the claim off.
        """
        claims, looked_at = self.replays.claims, self.replays.read_by_claims(len(self.states) - 1)
        for each in looked_at - {field}:
            place = self.places[each]
            for other in others(values[place]) if each in self.changing else ():
                if self.replays.failing_in((*values[:place], other, *values[place + 1 :]), claims):
                    return True
        return False

    def stale_of(self, effect: Effect) -> Iterator[Avoiding]:
        """The fields that a decision reads, if another value removes the violation.

        Those that come to the same read fields, too. Not those to which the step itself gave the
        value that is read.
        """
        for decision in (effect.decision, *effect.same):
            for field, value in decision.reads.items():
                if self.states[effect.number][self.places[field]] == value:
                    one = self.avoiding(effect.number, field)
                    if one is not None:
                        yield replace(one, stale=_read_by(one.stale, decision))

    def _since(self, number: int, field: str) -> int:
        steps = range(number - 1, -1, -1)
        return next((step + 1 for step in steps if field in self.written[step]), 0)


def _read_by(stale: Stale, reader: Decision) -> Stale:
    place = reader.function.place
    file, name = within_project(place.file), reader.function.name
    return msgspec.structs.replace(stale, function=name, file=file, line=reader.line)


def _only_noted(execution: Execution) -> set[str]:
    """The fields that only observers write, for properties: in the execution, and by their text."""
    noted, written = set[str](), set[str]()

    def look(call: Call, observes: bool) -> None:
        for entry in call.entries:
            if isinstance(entry, Assignment):
                (noted if observes else written).add(entry.path)
            elif isinstance(entry, Call):
                look(entry, observes or entry.function.observes)

    for taken in execution.taken:
        look(taken.call, False)
    leaves = execution.system.layout.leaves
    return noted - written - {leaves[place].path for place in ghosts_by_name(execution.system)}


def stale_fields(
    reads: Reads, decisive: Collection[str], effects: Sequence[Effect], slice: Slice
) -> tuple[Stale, ...]:
    """Those that the claim looks at, that named decisions read, and that steps depend on.

    One of each kind comes first: with which all goes on as it did, which keeps a step from being
    taken, and which says whose data is where. What never changes comes last.
    """
    found = [*_of_claim(reads, decisive), *_of_steps(reads, effects, slice)]
    ranked = sorted(found, key=lambda each: each.rank)
    moving = [each for each in ranked if not each.is_constant]
    kinds = [
        _by_field(each for each in moving if not each.stale.stops and not each.stale.ghost),
        _by_field(each for each in moving if each.stale.stops),
        _by_field(each for each in moving if not each.stale.stops and each.stale.ghost),
        _by_field(each for each in ranked if each.is_constant),
    ]
    first = [name for kind in kinds[:3] for name in [*kind][:1]]
    rest = [name for kind in kinds for name in kind]
    known = kinds[3] | kinds[2] | kinds[1] | kinds[0]
    return tuple(known[name] for name in dict.fromkeys([*first, *rest]))[:MOST_FIELDS]


def _by_field(found: Iterator[Avoiding]) -> dict[str, Stale]:
    best: dict[str, Stale] = {}
    for each in found:
        best.setdefault(each.stale.field, each.stale)
    return best


def _of_claim(reads: Reads, decisive: Collection[str]) -> Iterator[Avoiding]:
    """What alone decides the claim after the last step, if it has been there before."""
    last = len(reads.states) - 1
    for field in decisive:
        one = reads.avoiding(last, field)
        if one is not None:
            yield one


def _of_steps(reads: Reads, effects: Sequence[Effect], slice: Slice) -> Iterator[Avoiding]:
    for effect in effects:
        yield from reads.stale_of(effect)
    for number in reversed(range(len(slice.causes))):
        causes = [*slice.causes[number].because.values(), slice.causes[number].needs]
        for field in dict.fromkeys(field for fields in causes for field in fields):
            if not field.startswith(CHOICE):
                one = reads.avoiding(number, field)
                if one is not None:
                    yield one
