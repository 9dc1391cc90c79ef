"""The values behind records in a symbolic run: literals, with notes of what is read and written."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from verifier.circuit.aig import TRUE
from verifier.language.constants import same
from verifier.language.encoding import encoded, encoding
from verifier.language.errors import refuse
from verifier.language.layout import Kind, Layout, Leaf, Part, Rows
from verifier.language.ownership import is_record
from verifier.language.path_run import PathRun
from verifier.language.references import Outdated
from verifier.language.stores import (
    Base,
    Store,
    forbid_change,
    forbid_ghost,
    misindexed,
    places_of,
    storable,
)
from verifier.language.symbolic_values import Bit, Symbol


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
        if leaf.optional and isinstance(value, Symbol) and value._type is leaf.kind:
            self.run.leave_open(value._code)
            return (TRUE, *value._code)
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
            raise refuse(f"`{raw!r}` is assigned to `{leaf.path}`", storable(leaf))


def symbolic(store: Store, run: PathRun) -> SymbolicStore:
    """Values as a store of a symbolic run."""
    if isinstance(store, SymbolicStore):
        return store
    made = SymbolicStore(run, store.leaves, [])
    made.values = [made.encoded(value) for value in store.values]
    made.made = store.made
    return made


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
