"""Stores: the flat lists of values behind records, plain or symbolic.

While a run is under way its state is all that can be assigned to. Records made by a model, given
as defaults or held in globals are frozen then, because a fork runs a function again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from time import perf_counter_ns
from typing import Any

from verifier.circuit.aig import TRUE
from verifier.language.constants import outside, same
from verifier.language.encoding import encoded, encoding
from verifier.language.errors import ModelError, refuse
from verifier.language.layout import Kind, Layout, Leaf, Part, Rows
from verifier.language.ownership import is_record
from verifier.language.path_run import PathRun
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
        return self.values[base]  # type: ignore[index]

    def write(self, base: Base, value: Any) -> None:
        if isinstance(value, Bit | Symbol):
            self.thaw()
        self.poke(base, self.raw(self.leaf(base), value))

    def raw(self, leaf: Leaf, value: Any) -> Any:
        """A value as it is kept in a leaf. Refused where it does not fit."""
        if leaf.constant and RUNNING.get() is not None:
            require_constant(leaf, value)
        if not leaf.accepts(value):
            raise refuse(f"`{value!r}` is assigned to `{leaf.path}`", wants(leaf))
        return value

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

    def symbolic(self, run: PathRun) -> SymbolicStore:
        """These values as a store of a symbolic run."""
        store = SymbolicStore(run, self.leaves, [])
        store.values = [store.encoded(value) for value in self.values]
        store.made = self.made
        return store


class SymbolicStore(Store):
    """Literals for bools, tuples of literals for enums, constants as they are."""

    run: PathRun

    def __init__(self, run: PathRun, leaves: tuple[Leaf, ...], values: list[Any]) -> None:
        super().__init__(leaves, values)
        self.run = run
        self.ages = run.ages

    def leaf(self, base: Base) -> Leaf:
        """The leaf there; by cases, one that is a ghost if any is."""
        if isinstance(base, int):
            return self.leaves[base]
        found = [self.leaves[place] for _, place in base]
        return next((leaf for leaf in found if leaf.ghost), found[0])

    def symbolic(self, run: PathRun) -> SymbolicStore:
        return self

    def resolved(self, base: Base) -> Base:
        """The cases that the running path leaves open."""
        if isinstance(base, int):
            return base
        left = []
        for condition, place in base:
            known = self.run.known(condition)
            if known:
                return place
            if known is None:
                left.append((condition, place))
        if len(left) == 1:
            return left[0][1]
        return tuple(left) or base[0][1]

    def _raw(self, base: Base) -> Any:
        base = self.resolved(base)
        if isinstance(base, int):
            return self._value(base)
        raw = self._value(base[-1][1])
        for condition, place in reversed(base[:-1]):
            raw = self.run.choose(condition, self._value(place), raw)
        self.run.leave_open(raw)
        return raw

    def _value(self, place: int) -> Any:
        return self.values[place]

    def read(self, base: Base) -> Any:
        if type(base) is int:
            leaf, raw = self.leaves[base], self._value(base)
        else:
            leaf, raw = self.leaf(base), self._raw(base)
        if leaf.ghost:
            forbid_ghost(leaf, self.run)
        return self.run.reveal(raw, leaf)

    def write(self, base: Base, value: Any) -> None:
        self.poke(base, self.raw(self.leaf(base), value))

    def raw(self, leaf: Leaf, value: Any) -> Any:
        if type(value) is bool and leaf.type is bool:
            return int(value)
        if isinstance(value, Bit) and leaf.type is bool:
            self.run.leave_open(value._literal)
            return value._literal
        if isinstance(value, Symbol) and value._type is leaf.type:
            self.run.leave_open(value._code)
            return value._code
        return self.encoded(super().raw(leaf, value))

    def peek(self, base: Base, target: Store) -> Any:
        if not isinstance(target, SymbolicStore):
            raise refuse("a symbolic value is copied into a plain record", "assign its fields")
        return self._raw(base)

    def poke(self, base: Base, raw: Any) -> None:
        self.thaw()
        base = self.resolved(base)
        values = self.values
        if isinstance(base, int):
            values[base] = raw
            return
        for condition, place in base:
            values[place] = self.run.choose(condition, raw, values[place])

    def outdated(self, base: Base, kind: Kind, born: int) -> Outdated | None:
        """None: a record that is not part of the state is not assigned to."""
        return None

    def encoded(self, value: Any) -> Any:
        return encoded(value)

    def index(self, base: Base, key: Any, type: type[Enum], stride: int) -> Base:
        if not isinstance(key, Symbol) or key._type is not type:
            raise misindexed(type, key)
        members = encoding(type).members
        starts = ((TRUE, base),) if isinstance(base, int) else base
        both, facts = self.run.graph.both, self.run.facts
        cases = tuple(
            (
                both(condition, facts.test(type, key._code, member)),
                place + members.index(member) * stride,
            )
            for condition, place in starts
            for member in self.run.possible(type, key._code)
        )
        for condition, _ in cases:
            self.run.fork(condition)
        return cases


class StateStore(SymbolicStore):
    """The state of a symbolic run, which notes what is read and written."""

    def _value(self, place: int) -> Any:
        self.run.touched.add(place)
        return self.values[place]

    def poke(self, base: Base, raw: Any) -> None:
        base = self.resolved(base)
        places = places_of(base)
        for place in places:
            self._admit(self.leaves[place], raw, self.values[place])
        super().poke(base, raw)
        self.run.touched.update(places)
        for place in places:
            self.run.writes[place] = self.values[place]

    def note(self, base: Base, field: Part | Rows) -> None:
        self.ages.note(places_of(self.resolved(base)), field)

    def outdated(self, base: Base, kind: Kind, born: int) -> Outdated | None:
        if type(base) is int:
            return self.ages.outdated(self.leaves, base, kind, born)
        places, ages = places_of(self.resolved(base)), self.ages
        found = (ages.outdated(self.leaves, place, kind, born) for place in places)
        return next((each for each in found if each), None)

    def _admit(self, leaf: Leaf, raw: Any, now: Any) -> None:
        """Refuse to change constants, in an observer all but ghosts, in a property anything."""
        if self.run.observing:
            forbid_change(leaf, self.run)
        if leaf.constant and not same(raw, now):
            raise refuse(f"`{raw!r}` is assigned to `{leaf.path}`", wants(leaf))


def forbid_ghost(leaf: Leaf, run: Run | None) -> None:
    """Refuse that a model function reads a ghost."""
    if run is not None and not run.observing:
        raise refuse(
            f"`{leaf.path}` is ghost state and is read by a model function",
            "only properties and observers read ghosts",
        )


def forbid_change(leaf: Leaf, run: Run) -> None:
    """Refuse what an observer or property must not change."""
    if run.judging:
        raise refuse(
            f"`{leaf.path}` is changed by a property",
            "a property only reads: note what it needs in an observer",
        )
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


def wants(leaf: Leaf) -> str:
    """What may be stored in a leaf."""
    if leaf.constant:
        return "it is a constant of the system"
    return f"it holds a `{leaf.type.__name__}`"


def store_for(layout: Layout, given: Iterable[Any]) -> Store:
    """A new store of default values for a record: symbolic where a given value is.

    What a given family holds is given, too.
    """
    run = _symbolic_run(given)
    if run is not None:
        return SymbolicStore(run, layout.leaves, list(layout.encoded))
    return Store(layout.leaves, list(layout.defaults))


def _symbolic_run(given: Iterable[Any]) -> PathRun | None:
    """The run that the symbols in given values belong to."""
    for value in given:
        if type(value) is bool:
            continue
        if isinstance(value, Bit | Symbol):
            return value._run
        if is_record(value):
            if isinstance(value._store, SymbolicStore):
                return value._store.run
        elif "__family__" in type(value).__dict__:
            if run := _symbolic_run(value._given.values()):
                return run
    return None


def require_constant(leaf: Leaf, value: object) -> None:
    """Refuse a constant made in a run that holds what could change."""
    found = outside(value, leaf.path).changeable
    if found is not None:
        where, part = found
        what = f"`{where}` is a `{type(part).__name__}`"
        raise refuse(what, "a constant holds what cannot change")
