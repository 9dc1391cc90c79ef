"""Who runs at each step, and how control moves between host, guest and guest's guest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from verifier.evidence.traces import Entered, Stride
from verifier.language.plain_values import Value
from verifier.viewer.markup import inert
from verifier.viewer.trace_index import Reading, acts, assignments, calls

PROMISED = "contract."
"""Begins the fields of the CPU that a guest was promised; nothing happens on it."""

Kind = Literal["stays", "entry", "exit", "launch", "reflection", "switch"]


@dataclass(frozen=True)
class Passage:
    """Where a step begins and ends, what kind of move that is, and traps on the way."""

    start: str
    end: str
    kind: Kind
    label: str
    traps: bool


def hardware_of(reading: Reading) -> str | None:
    """What begins the fields of the physical CPU; None where a system has no VMX."""
    roots = (
        field.removesuffix("non_root")
        for field in sorted(reading.fields, key=len)
        if field.endswith(".non_root") and not field.startswith(PROMISED)
    )
    return next(roots, None)


class Levels:
    """The lanes of a trace."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.guest_mode = self._named("guest_mode")
        root = self._named("non_root")
        hosts = root is not None and (self.guest_mode is not None or reading.changes_of(root))
        self._root = root if hosts else None
        self._current = self._named("current")

    def _named(self, name: str) -> str | None:
        """The field of that name outside the contract, the shortest path first."""
        found = [
            field
            for field in self.reading.fields
            if field.rpartition(".")[2] == name and not field.startswith(PROMISED)
        ]
        return min(found, key=len, default=None)

    def at(self, number: int) -> str:
        """Who runs after a step: as the system says, or as its VMX or task fields tell."""
        said = self._said(number)
        if said:
            return inert(said)
        if self._root is not None:
            if not self._is(self._root, number):
                return "L0"
            return "L2" if self.guest_mode and self._is(self.guest_mode, number) else "L1"
        return inert(str(self.reading.value(self._current, number))) if self._current else ""

    def _said(self, number: int) -> str:
        """Who runs after a step, as the system says; older traces do not say it of the last."""
        steps = self.reading.trace.steps
        if number < len(steps):
            return steps[number].level
        return steps[-1].after or steps[-1].level if steps else self.reading.trace.level

    def _is(self, field: str, number: int) -> bool:
        return self.reading.value(field, number) is True

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """Every level or task that ever runs, the host first."""
        seen = dict.fromkeys(self.at(number) for number in range(self.reading.steps + 1))
        levels = [lane for lane in seen if lane in ("L0", "L1", "L2")]
        if "L2" in levels or "L1" in levels:
            return tuple(f"L{n}" for n in range(int(max(levels)[1]) + 1))
        return tuple(sorted(lane for lane in seen if lane))

    def passage(self, number: int) -> Passage:
        """How a step moves control."""
        stride = self.reading.trace.steps[number - 1]
        start, end = self.at(number - 1), self.at(number)
        kind, label = self._kind(stride, start, end, number)
        return Passage(start, end, kind, label, _traps(stride.call))

    def exits(self, last: int) -> Iterator[int]:
        """The steps in which a guest is left, from one backwards."""
        root = self._root
        if root is not None:
            for number in reversed(self.reading.changes_of(root)):
                if number <= last and not self._is(root, number):
                    yield number

    def _kind(self, stride: Stride, start: str, end: str, number: int) -> tuple[Kind, str]:
        change = self.reading.changed(self.guest_mode, number) if self.guest_mode else None
        if self._root is not None and self.reading.changed(self._root, number):
            if end == "L0":
                return "exit", f"exit {exit_reason(stride)}".rstrip()
            return "entry", f"enters {end}"
        if change is not None:
            return ("launch", "L1 launches L2") if change[1] is True else ("reflection", "to L1")
        return ("switch", "") if start != end else ("stays", "")


def exit_reason(stride: Stride) -> str:
    """Why a guest was left in this step."""
    for change in assignments(stride.call):
        named = change.field.endswith("exit_reason") and not change.field.startswith(PROMISED)
        if named and change.new != "NONE":
            return inert(str(change.new))
    return ""


def _traps(call: Entered) -> bool:
    """Whether #NM is raised in it, on a CPU that is not the promised one."""
    return any(
        "device_not_available" in each.function or (each.result == "NM" and not _promised(each))
        for each in calls(call)
    )


def _promised(call: Entered) -> bool:
    return any(change.field.startswith(PROMISED) for change in assignments(call))


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
    return next((each for each in calls(call) if "/" in each.source.partition(":")[0]), None)


def _weight(call: Entered) -> int:
    return sum(change.old != change.new for change in assignments(call))


@cache
def group_of(field: str) -> str:
    """Whose view a field belongs to: a level, what was promised, or what was observed."""
    parts = field.replace("[", ".[").split(".")
    if parts[0] == "contract":
        return "promised"
    if parts[0] in ("outcome", "access", "latest", "retry", "retried"):
        return "observed"
    if any(part.startswith("vmcs12") for part in parts):
        return "L1"
    if parts[0] in ("host", "vcpu"):
        return "L0"
    if parts[0] in ("linux", "guest", "l1"):
        return "L1"
    if parts[0] == "l2":
        return "L2"
    return ""


def choices_shown(stride: Stride) -> list[tuple[str, Value, bool]]:
    """A step's choices worth a word: those that matter, and those that are not false."""
    return [
        (name, value, name in stride.matters)
        for name, value in stride.choices.items()
        if name in stride.matters or value is not False
    ]
