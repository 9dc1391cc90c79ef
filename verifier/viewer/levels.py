"""Who runs at each step, and how control moves, by the system's presentation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from verifier.evidence.calls import Entered
from verifier.evidence.traces import Stride
from verifier.language.plain_values import Value
from verifier.viewer.call_tree import is_kernel_function
from verifier.viewer.markup import inert
from verifier.viewer.trace_index import Reading, acts, assignments, calls


class Levels:
    """The lanes of a trace."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def at(self, number: int) -> str:
        """Who runs after a step; older traces do not have it for the last."""
        steps = self.reading.trace.steps
        if number < len(steps):
            return inert(steps[number].level)
        last = steps[-1].after or steps[-1].level if steps else self.reading.trace.level
        return inert(last)

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """Whoever ever runs: in the order of the presentation, and all before them there."""
        seen = {self.at(number) for number in range(self.reading.steps + 1)} - {""}
        order = [inert(lane.name) for lane in self.reading.picture.lanes]
        ran = [place for place, name in enumerate(order) if name in seen]
        known = order[: ran[-1] + 1] if ran else []
        return (*known, *sorted(seen.difference(known)))

    def exits(self, last: int) -> Iterator[int]:
        """The steps in which the host takes over, from one backwards."""
        for number in range(last, 0, -1):
            if self.reading.trace.steps[number - 1].act.leaves:
                yield number


def handlers(stride: Stride) -> list[str]:
    """The functions of a kernel that handle the step: the outermost, then where it leads."""
    path: list[str] = []
    call: Entered | None = _kernel_function(stride.call)
    while call is not None and len(path) < 3:
        path.append(inert(call.function))
        inner = [
            each
            for entry in call.entries
            if isinstance(entry, Entered) and (each := _kernel_function(entry)) is not None
        ]
        call = max((each for each in inner if acts(each)), key=_weight, default=None)
    return [path[0], path[2]] if len(path) > 2 else path


def _kernel_function(call: Entered) -> Entered | None:
    """The first function in a call that stands for one in a kernel's file."""
    return next(filter(is_kernel_function, calls(call)), None)


def _weight(call: Entered) -> int:
    return sum(change.old != change.new for change in assignments(call))


def choices_shown(stride: Stride) -> list[tuple[str, Value, bool]]:
    """A step's choices worth a word: those that matter, and those that are not false."""
    return [
        (name, value, name in stride.matters)
        for name, value in stride.choices.items()
        if name in stride.matters or value is not False
    ]
