"""Stores: the flat lists of values behind records, plain or symbolic.

While a run is under way its state is all that can be assigned to. Records made by a model, given
as defaults or held in globals are frozen then, because a fork runs a function again.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from time import perf_counter_ns
from typing import Any

from verifier.language.constants import outside
from verifier.language.errors import ModelError, refuse
from verifier.language.layout import Kind, Leaf, Part, Rows
from verifier.language.optional import seen
from verifier.language.references import Ages, Outdated
from verifier.language.running import RUNNING, Run
from verifier.language.symbolic_values import Bit, Symbol

Base = int | tuple[tuple[int, int], ...]
"""Where a view starts: a place, or (condition literal, place) cases that exclude each other."""

FROZEN = "give its fields where it is made, or assign to a field of the state"
NOTHING_ASSIGNED = Ages()
"""The moment of stores in which no whole record has been assigned; never changed."""


class Store:
    """Plain values: bools and enum members, one per leaf."""

    run: Run | None = None
    ages = NOTHING_ASSIGNED
    fixed = False
    """Whether this is a default's of a record class, or a system's initial state's."""
    made = False
    """Whether this is a record's own store with all its fields given."""
    created = changed = 0
    """When it was made, and last assigned to, in nanoseconds of `perf_counter_ns`."""
    owner: tuple[type, int] | None = None
    """The record that it was made for, by type and identity."""

    def __init__(self, leaves: tuple[Leaf, ...], values: list[Any]) -> None:
        self.leaves = leaves
        self.values = values

    def leaf(self, base: Base) -> Leaf:
        return self.leaves[base]  # type: ignore[index]

    def read(self, base: Base) -> Any:
        leaf = self.leaves[base]  # type: ignore[index]
        if leaf.ghost:
            forbid_ghost(leaf, RUNNING.get())
        value = self.values[base]  # type: ignore[index]
        return seen(value) if leaf.optional else value

    def write(self, base: Base, value: Any) -> None:
        if isinstance(value, Bit | Symbol):
            self.thaw()
        self.poke(base, self.raw(self.leaf(base), value))

    def raw(self, leaf: Leaf, value: Any) -> Any:
        """A value as it is stored in a leaf. Refused where it does not fit."""
        if leaf.constant and RUNNING.get() is not None:
            require_constant(leaf, value)
        if not leaf.accepts(value):
            raise refuse(f"`{value!r}` is assigned to `{leaf.path}`", storable(leaf))
        return leaf.behind(value)

    def peek(self, base: Base, target: Store) -> Any:
        """A value as `target` keeps it, for copying whole records, ghosts included."""
        return target.encoded(self.values[base])  # type: ignore[index]

    def poke(self, base: Base, raw: Any) -> None:
        self.thaw()
        self.values[base] = raw  # type: ignore[index]

    def thaw(self) -> None:
        """Refuse to change a default, and a made record while a run is under way."""
        if self.fixed:
            raise refuse("a default or an initial state is assigned to", "copy it: `snapshot(...)`")
        if self.made:
            if RUNNING.get() is not None:
                what = "a record that is not part of the state is assigned to"
                raise refuse(what, FROZEN)
            self.changed = perf_counter_ns()

    def note(self, base: Base, field: Part | Rows) -> None:
        """Note that a whole record or family was assigned."""
        if self.ages is NOTHING_ASSIGNED:
            self.ages = Ages()
        self.ages.note((base,), field)  # type: ignore[arg-type]

    def outdated(self, base: Base, kind: Kind, born: int) -> Outdated | None:
        """Whether what starts at `base` was assigned after it was read, or what it is part of."""
        return self.ages.outdated(self.leaves, base, kind, born)  # type: ignore[arg-type]

    def encoded(self, value: Any) -> Any:
        return value

    def index(self, base: Base, key: Any, type: type[Enum], stride: int) -> Base:
        """Where a family's row for a symbolic key starts."""
        raise misindexed(type, key)


def forbid_ghost(leaf: Leaf, run: Run | None) -> None:
    """Refuse that a model function reads a ghost."""
    if run is not None and not run.observing:
        what = f"`{leaf.path}` is ghost state and is read by a model function"
        raise refuse(what, "only properties and observers read ghosts")


def forbid_change(leaf: Leaf, run: Run) -> None:
    """Refuse what an observer or property must not change."""
    if run.judging:
        what = f"`{leaf.path}` is changed by a property"
        raise refuse(what, "a property only reads: note what it needs in an observer")
    if not leaf.ghost:
        raise refuse(f"`{leaf.path}` is changed by an observer", "observers change ghosts only")


def shifted(base: Base, offset: int) -> Base:
    """The base of a part, `offset` values further on."""
    if isinstance(base, int):
        return base + offset
    return tuple((condition, place + offset) for condition, place in base)


def consecutive(base: Base, size: int) -> Sequence[Base]:
    """The bases of so many values from one on."""
    if isinstance(base, int):
        return range(base, base + size)
    return [shifted(base, offset) for offset in range(size)]


def places_of(base: Base) -> tuple[int, ...]:
    """The places that a base can mean."""
    return (base,) if isinstance(base, int) else tuple(place for _, place in base)


def misindexed(type: type[Enum], key: object) -> ModelError:
    """The refusal of a key that is no member."""
    return refuse(f"a family is indexed by `{key!r}`", f"index it by a `{type.__name__}`")


def storable(leaf: Leaf) -> str:
    """What may be stored in a leaf."""
    if leaf.constant:
        return "it is a constant of the system"
    return f"it holds a `{leaf.type.__name__}`"


def require_constant(leaf: Leaf, value: object) -> None:
    """Refuse a constant made in a run that holds what could change."""
    found = outside(value, leaf.path).changeable
    if found is not None:
        where, part = found
        what = f"`{where}` is a `{type(part).__name__}`"
        raise refuse(what, "a constant holds what cannot change")
