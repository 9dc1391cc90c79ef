"""Stores: the flat lists of values behind records, plain or symbolic."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, Any

from verifier.circuit.graph import TRUE
from verifier.language.encoding import encoding
from verifier.language.errors import refuse
from verifier.language.layout import Layout, Leaf
from verifier.language.symbolic import Bit, Symbol

if TYPE_CHECKING:
    from verifier.language.concrete import ConcreteRun
    from verifier.language.explorer import SymbolicRun

Base = int | tuple[tuple[int, int], ...]
"""Where a view starts: a place, or (condition literal, place) cases that exclude each other."""


class Store:
    """Plain values: bools and enum members, one per leaf."""

    run: ConcreteRun | SymbolicRun | None = None

    def __init__(self, leaves: tuple[Leaf, ...], values: list[Any]) -> None:
        self.leaves = leaves
        self.values = values

    def read(self, base: Base) -> Any:
        return self.values[base]  # type: ignore[index]

    def write(self, base: Base, value: Any) -> None:
        leaf = self.leaves[base]  # type: ignore[index]
        if not leaf.accepts(value):
            raise refuse(f"`{value!r}` is assigned to `{leaf.path}`", wants(leaf))
        self.values[base] = value  # type: ignore[index]

    def peek(self, base: Base, target: Store) -> Any:
        """A value as `target` keeps it, for copying whole records, ghosts included."""
        return target.encoded(self.values[base])  # type: ignore[index]

    def poke(self, base: Base, raw: Any) -> None:
        self.values[base] = raw  # type: ignore[index]

    def encoded(self, value: Any) -> Any:
        return value

    def index(self, base: Base, key: Any, type: type[Enum], stride: int) -> Base:
        raise refuse(f"a family of `{type.__name__}` is indexed by `{key!r}`")

    def freeze(self) -> None:
        """A plain record stays writable: it is not part of a run that forks."""


class SymbolicStore(Store):
    """Literals for bools, tuples of literals for enums, constants as they are.

    A system's state is one such store; a record made inside a model has its own, which is frozen
    once made, because a fork re-runs only the function that forks.
    """

    run: SymbolicRun

    def __init__(
        self, run: SymbolicRun, leaves: tuple[Leaf, ...], values: list[Any], state: bool = False
    ) -> None:
        super().__init__(leaves, values)
        self.run = run
        self.state = state
        self.frozen = False

    def freeze(self) -> None:
        self.frozen = True

    def _raw(self, base: Base) -> tuple[Leaf, Any]:
        if type(base) is int:
            return self.leaves[base], self.values[base]
        raw: Any = None
        for condition, place in reversed(base):  # type: ignore[arg-type]
            value = self.values[place]
            raw = value if raw is None else self.run.choose(condition, value, raw)
        return self.leaves[base[0][1]], raw  # type: ignore[index]

    def read(self, base: Base) -> Any:
        leaf, raw = self._raw(base)
        if leaf.ghost and not self.run.observing:
            raise refuse(
                f"`{leaf.path}` is ghost state and is read by a model function",
                "only properties and observers read ghosts",
            )
        return self.run.reveal(raw, leaf)

    def write(self, base: Base, value: Any) -> None:
        leaf = self.leaves[base if type(base) is int else base[0][1]]  # type: ignore[index]
        self.poke(base, self._checked(value, leaf))

    def _checked(self, value: Any, leaf: Leaf) -> Any:
        if isinstance(value, Bit) and leaf.type is bool:
            return value.literal
        if isinstance(value, Symbol) and value.type is leaf.type:
            return value.code
        if leaf.constant and value == leaf.default:
            return value
        if leaf.constant or not leaf.accepts(value):
            raise refuse(f"`{value!r}` is assigned to `{leaf.path}`", wants(leaf))
        return self.encoded(value)

    def peek(self, base: Base, target: Store) -> Any:
        return self._raw(base)[1]

    def poke(self, base: Base, raw: Any) -> None:
        if self.frozen:
            raise refuse(
                "a record made inside the model is assigned to",
                "give its fields where it is made, or assign to a field of the state",
            )
        if self.state and self.run.observing and not self.leaves[_first(base)].ghost:
            raise refuse(
                f"`{self.leaves[_first(base)].path}` is changed by an observer",
                "observers change ghosts only",
            )
        values = self.values
        if type(base) is int:
            values[base] = raw
            return
        for condition, place in base:  # type: ignore[union-attr]
            values[place] = self.run.choose(condition, raw, values[place])

    def encoded(self, value: Any) -> Any:
        if type(value) is bool:
            return int(value)
        if isinstance(value, Enum):
            return encoding(type(value)).constant(value)
        return value

    def index(self, base: Base, key: Any, type: type[Enum], stride: int) -> Base:
        if not isinstance(key, Symbol) or key.type is not type:
            raise refuse(f"a family of `{type.__name__}` is indexed by `{key!r}`")
        members = list(type)
        starts = ((TRUE, base),) if isinstance(base, int) else base
        both, test = self.run.graph.both, self.run.test
        return tuple(
            (both(condition, test(type, key.code, member)), place + members.index(member) * stride)
            for condition, place in starts
            for member in self.run.possible(type, key.code)
        )


def _first(base: Base) -> int:
    return base if isinstance(base, int) else base[0][1]


def wants(leaf: Leaf) -> str:
    """What may be stored in a leaf."""
    if leaf.constant:
        return "it is a constant of the system"
    return f"it holds a `{leaf.type.__name__}`"


def store_for(layout: Layout, given: Iterable[Any]) -> Store:
    """A new store for a constructed record: symbolic where a given value is."""
    defaults = [leaf.default for leaf in layout.leaves]
    for value in given:
        run = value.run if isinstance(value, Bit | Symbol) else None
        if run is None and isinstance(getattr(value, "_store", None), SymbolicStore):
            run = value._store.run
        if run is not None:
            store = SymbolicStore(run, layout.leaves, [])
            store.values = [store.encoded(value) for value in defaults]
            return store
    return Store(layout.leaves, defaults)
