"""References: which of them are stale, because their place was assigned after they were read.

Assigning a record or family copies its fields into the place, where Python puts another object
there. A reference that was read before would show the new fields here and the old ones in Python,
so it is refused. Time counts the assignments of whole records and families on the running path.

Why so: docs/decisions/0013-stale-references.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

from verifier.language.errors import ModelError, Place, is_model_file, model_place
from verifier.language.layout import Leaf, Part, Rows, first_path

if TYPE_CHECKING:
    from verifier.language.layout import Kind

STALE = -1
"""When a reference was read that is stale whatever happens."""

FRESH = sys.maxsize
"""When a reference was read that is fresh at the end of the path that returns it."""


@dataclass(frozen=True)
class Assigned:
    """The assignment of a whole record or family: when, to which, and the line."""

    time: int
    start: int
    kind: Kind
    place: Place | None


Moment = tuple[int, Mapping[tuple[int, "Kind"], Assigned]]
"""A time, and the last assignment until then of each record and family that has one."""


class Ages:
    """The present moment of a path. Its parts are replaced, never changed: paths share them."""

    __slots__ = ("assigned", "clock")

    def __init__(self) -> None:
        self.clock, self.assigned = START

    @property
    def now(self) -> Moment:
        return self.clock, self.assigned

    @now.setter
    def now(self, moment: Moment) -> None:
        self.clock, self.assigned = moment

    def note(self, starts: Iterable[int], field: Part | Rows) -> None:
        """Note that a record or family, with all that is in it, is assigned."""
        self.clock += 1
        assigned, place = dict(self.assigned), model_place()
        for start in starts:
            made = Assigned(self.clock, start, field.kind, place)
            for offset, kind in field.nodes:
                assigned[start + offset, kind] = made
        self.assigned = assigned

    def outdated(
        self, leaves: tuple[Leaf, ...], start: int, kind: Kind, born: int
    ) -> Outdated | None:
        """Why a reference to a record or family there is stale that was read at a time."""
        made = self.assigned.get((start, kind))
        if made is None or made.time <= born:
            return None
        assigned = _path(leaves, made.start, made.kind)
        return Outdated(_path(leaves, start, kind), assigned, made.place)


START: Moment = (0, {})


def latest(a: Moment, b: Moment) -> Moment:
    """The moment where two paths meet: whatever one of them has assigned is assigned."""
    if a == b:
        return a
    assigned = dict(a[1])
    for node, made in b[1].items():
        known = assigned.get(node)
        if known is None or known.time < made.time:
            assigned[node] = made
    return max(a[0], b[0]), assigned


@dataclass(frozen=True)
class Outdated:
    """What a stale reference refers to, and the assignment since it was read."""

    path: str
    assigned: str
    place: Place | None

    def refusal(self, reference: object) -> ModelError:
        """The error at the line that uses the reference."""
        name, here = _name_of(reference), model_place()
        about = f"a reference to `{self.path}`" if name is None else self._named(name)
        return ModelError(
            f"{about} is used after `{self.assigned}` was assigned{_line(self.place, here)}",
            here,
            f"take a copy before that, `snapshot(...)`, or read `{self.path}` again",
        )

    def _named(self, name: str) -> str:
        return f"`{name}` refers to `{self.path}` and"


def _path(leaves: tuple[Leaf, ...], start: int, kind: Kind) -> str:
    """What a record or family is called in its store."""
    return leaves[start].path.removesuffix(first_path(kind)).rstrip(".")


def _line(place: Place | None, here: Place | None) -> str:
    if place is None:
        return ""
    return f" in line {place.line}" if here and here.file == place.file else f" at {place}"


def _name_of(reference: object) -> str | None:
    """The local variable that holds a reference in people's code that is running."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not is_model_file(frame.f_code.co_filename):
        frame = frame.f_back
    held = {} if frame is None else frame.f_locals
    return next((name for name, value in held.items() if value is reference), None)
