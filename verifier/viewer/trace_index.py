"""A trace made ready to look at: every field's value after every step, and who wrote it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from verifier.evidence.calls import Branched, Changed, Entered
from verifier.evidence.traces import ASSERTIONS, Running, Trace
from verifier.language.plain_values import Value
from verifier.viewer.markup import inert


@dataclass(frozen=True)
class Write:
    """An assignment in a step, and the function that made it."""

    change: Changed
    function: Entered


class Reading:
    """A trace with its states; step 0 stands for the initial state."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.picture = trace.picture
        blank: dict[str, Value] = dict(trace.events)
        for stride in trace.steps:
            for field, (old, _) in stride.changes.items():
                if field not in trace.start:
                    blank.setdefault(field, old)
        self._blank = blank
        self.events = frozenset(blank)
        self.fields = (*trace.start, *blank)
        self._known = frozenset(self.fields)
        self._changes: dict[str, list[int]] = {}
        for number, stride in enumerate(trace.steps, 1):
            for field in stride.changes:
                self._changes.setdefault(field, []).append(number)

    @cached_property
    def _given(self) -> dict[str, list[int]]:
        """The steps that gave each field its value or kept it."""
        given: dict[str, list[int]] = {}
        for number, stride in enumerate(self.trace.steps, 1):
            for field in {**stride.changes, **stride.because}:
                given.setdefault(field, []).append(number)
        return given

    @property
    def fails_at_start(self) -> tuple[str, ...]:
        """The claim that an execution without steps violates."""
        return () if self.trace.steps or not self.trace.conjunct else (self.trace.conjunct,)

    @property
    def problem(self) -> str:
        """Why the system's presentation is not used; empty where it is, or where there is none."""
        found = (self.picture.problem, *(stride.problem for stride in self.trace.steps))
        return next(filter(None, found), "")

    @property
    def steps(self) -> int:
        return len(self.trace.steps)

    @property
    def end(self) -> int:
        """When the claim fails: after the last step, or one later, when nothing has happened."""
        return self.steps + self.trace.failure.standing

    def has(self, field: str) -> bool:
        return field in self._known

    def value(self, field: str, number: int) -> Value:
        """A field's value after a step; what happened in a step before is blank again."""
        if field in self._blank:
            change = self.changed(field, number)
            return self._blank[field] if change is None else change[1]
        last = self.last_change(field, number)
        return self.trace.steps[last - 1].changes[field][1] if last else self.trace.start[field]

    def state(self, number: int) -> dict[str, Value]:
        return {field: self.value(field, number) for field in self.fields}

    def changed(self, field: str, number: int) -> tuple[Value, Value] | None:
        """Old and new value where the step changes the field."""
        if not 1 <= number <= self.steps:
            return None
        return self.trace.steps[number - 1].changes.get(field)

    def last_change(self, field: str, number: int) -> int:
        """The last step up to `number` that changed the field; 0 where none did."""
        return _last(self._changes.get(field, []), number)

    def origin(self, field: str, number: int) -> int:
        """The last step up to `number` that gave the field its value or kept it; 0 for none.

        What happens in a step is blank after it.
        """
        last = _last(self._given.get(field, []), number)
        return 0 if field in self._blank and last < number else last

    def next_change(self, field: str, number: int, back: bool = False) -> int | None:
        """The next step, or the one before, that changes the field."""
        found = self._changes.get(field, [])
        if back:
            return next((step for step in reversed(found) if step < number), None)
        return next((step for step in found if step > number), None)

    def write(self, field: str, number: int) -> Write | None:
        """Who gave the field its value in a step."""
        if not 1 <= number <= self.steps:
            return None
        made = [*writes(self.trace.steps[number - 1].call)]
        return next((each for each in reversed(made) if each.change.field == field), None)

    def because(self, number: int) -> Mapping[str, tuple[str, ...]]:
        """What values after a step depend on, as far as that is known; nothing at the start."""
        return self.trace.steps[number - 1].because if number else {}

    def is_stopped(self, number: int) -> bool:
        """Whether an assertion stops a step: the state after it is then the one before it."""
        fails = self.trace.steps[number - 1].fails if number else ()
        return any(self.trace.claims.get(claim) == ASSERTIONS for claim in fails)

    def running(self, number: int) -> Running:
        """Who runs after a step, and who is in which lane."""
        return self.trace.steps[number - 1].running if number else self.trace.running

    def actor(self, number: int) -> str:
        """The lane that acts in a step; empty where nobody says so."""
        return inert(self.trace.steps[number - 1].level)

    def arrives(self, number: int) -> str:
        """The lane to which control goes in a step."""
        return inert(self.trace.steps[number - 1].after)

    def who(self, number: int) -> str:
        """The lane that acts in a step, and who is in it."""
        actor = self.trace.steps[number - 1].level
        return inert(str(Running((actor,), self.running(number - 1).holds))) if actor else ""

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """Whoever ever runs or acts, in the presentation's order, and all before them there.

        Whoever chooses or sees something only within a step has a lane where the order has one.
        """
        seen, acting = {*self.trace.running.runs}, set[str]()
        for stride in self.trace.steps:
            act = stride.act
            seen.update(stride.running.runs, act.passes, (stride.level, stride.after))
            acting.update((act.by, act.seen.who if act.seen else ""))
        seen |= {lane.name for lane in self.picture.lanes if lane.name in acting}
        seen = set(map(inert, seen - {""}))
        order = [inert(lane.name) for lane in self.picture.lanes]
        ran = [place for place, name in enumerate(order) if name in seen]
        known = order[: ran[-1] + 1] if ran else []
        return (*known, *sorted(seen.difference(known)))

    def exits(self, last: int) -> Iterator[int]:
        """The steps in which the host takes over, from one backwards."""
        return (n for n in range(last, 0, -1) if self.trace.steps[n - 1].act.leaves)

    @property
    def changing(self) -> frozenset[str]:
        """The fields that some step changes."""
        return frozenset(self._changes)

    @cached_property
    def matter(self) -> frozenset[str]:
        """The fields that the violation depends on, found along its causes.

        Where a trace does not say, those that ever change.
        """
        if not self.is_explained:
            return self.changing or frozenset(self.fields)
        found = {*self.trace.explanation.decisive, *self.trace.failure.seen}
        for stride in self.trace.steps:
            found |= set(stride.because)
            for causes in stride.because.values():
                found |= set(causes)
            if stride.because:
                found |= set(stride.needs)
        return frozenset(field for field in found if field in self._known)

    def deciding(self, number: int) -> dict[tuple[str, str], set[int]]:
        """The lines of conditions of a step that are named, by function and file; else 0."""
        found: dict[tuple[str, str], set[int]] = {}
        stride = self.trace.steps[number - 1]
        for turn in self.trace.explanation.turned:
            if turn.number == number:
                called = [each for each in calls(stride.call) if each.function == turn.function]
                lines = {e.line for each in called for e in each.entries if isinstance(e, Branched)}
                is_branch = turn.line in lines and not turn.returned
                place = turn.function, turn.file
                found.setdefault(place, set()).add(turn.line if is_branch else 0)
        return found

    @property
    def why_folded(self) -> str:
        """Why the fields that do not matter are folded."""
        return "that the violation does not depend on" if self.is_explained else "that never change"

    @property
    def is_explained(self) -> bool:
        """Whether the trace has what its violation depends on."""
        return any(stride.because for stride in self.trace.steps)


def _last(numbers: list[int], most: int) -> int:
    place = bisect_right(numbers, most)
    return numbers[place - 1] if place else 0


def calls(call: Entered) -> Iterator[Entered]:
    """A call and all that it makes, in order."""
    yield call
    for entry in call.entries:
        if isinstance(entry, Entered):
            yield from calls(entry)


def writes(call: Entered) -> Iterator[Write]:
    """All assignments in a call, made directly or further in, in order."""
    for entry in call.entries:
        if isinstance(entry, Changed):
            yield Write(entry, call)
        elif isinstance(entry, Entered):
            yield from writes(entry)


def acts(entry: Entered | Changed | Branched) -> bool:
    """Whether anything gets another value in it."""
    if isinstance(entry, Changed):
        return entry.old != entry.new
    return isinstance(entry, Entered) and any(map(acts, entry.entries))
