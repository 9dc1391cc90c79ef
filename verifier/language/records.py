"""Records: typed state that reads and writes like plain Python objects.

A record is a view of consecutive values in a store. A constructed record has a store of its own;
a system's state is one store, and its parts are views into it. Assigning a record copies its
fields; naming one refers to it. `_base` says where the view's values start; under a symbolic run
it can be a tuple of (condition, place) cases, when a call returned different records or a family
was indexed by a symbolic enum.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from inspect import isfunction
from typing import Any, Generic, Protocol, TypeVar, dataclass_transform

from verifier.language.encoding import encoding
from verifier.language.errors import in_model, refuse
from verifier.language.functions import about, model_function
from verifier.language.layout import Field, Part, Rows, Slot, lay_out, layout_of
from verifier.language.stores import RUNNING, Base, Store, SymbolicStore, shifted, store_for
from verifier.language.symbolic import Symbol

K = TypeVar("K", bound=Enum)
V = TypeVar("V")
T = TypeVar("T")


class Record(Protocol):
    """What every record has behind its fields."""

    _store: Store
    _base: Base


class FieldAccess:
    """Reads one field; writes go through the record's `__setattr__`."""

    __slots__ = ("field", "offset", "part", "slot")

    def __init__(self, field: Field) -> None:
        self.field = field
        self.offset = field.offset
        self.slot = isinstance(field, Slot)
        self.part = field.type if isinstance(field, Part) else None

    def __get__(self, record: Record | None, owner: type | None = None) -> Any:
        if record is None:
            return self
        store, base = record._store, record._base
        base = base + self.offset if type(base) is int else shifted(base, self.offset)
        if self.slot:
            return store.read(base)
        if self.part is not None:
            return view(self.part, store, base)
        return FamilyView(self.field, store, base)  # type: ignore[arg-type]


def view(type: type[T], store: Store, base: Base) -> T:
    """A record of the type whose values start at `base` of the store."""
    record = object.__new__(type)
    behind = record.__dict__
    behind["_store"] = store
    behind["_base"] = base
    return record


class Family(Generic[K, V]):
    """A record or bit for each member of an enum; as a default, some members' values."""

    __family__ = True
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, given: dict[K, V] | None = None) -> None:
        self._given = given or {}

    def items(self) -> Iterator[tuple[K, V]]:
        yield from self._given.items()

    def __getitem__(self, key: K) -> V:
        return self._given[key]

    def __iter__(self) -> Iterator[K]:
        for key, _ in self.items():
            yield key

    def __eq__(self, other: object) -> bool:
        raise refuse("families are compared", "compare their items")

    def __bool__(self) -> bool:
        raise refuse("a family is used as a condition", "compare its items")

    def __repr__(self) -> str:
        if RUNNING.get() and in_model():
            raise refuse("a family is made into text", "compare its items")
        return f"Family({self._given})"

    def __setitem__(self, key: K, value: V) -> None:
        raise refuse("this family is a default, not state", "assign to the record's family")


class FamilyView(Family[Any, Any]):
    """A family inside a record."""

    def __init__(self, rows: Rows, store: Store, base: Base) -> None:
        self._rows = rows
        self._store = store
        self._base = base

    def _at(self, key: Any) -> tuple[Store, Base]:
        rows = self._rows
        if isinstance(key, rows.key):
            place = encoding(rows.key).members.index(key)
            return self._store, shifted(self._base, place * rows.stride)
        store = self._store.symbolic(key._run) if isinstance(key, Symbol) else self._store
        return store, store.index(self._base, key, rows.key, rows.stride)

    def __getitem__(self, key: Any) -> Any:
        store, base = self._at(key)
        item = self._rows.item
        if isinstance(item, Slot):
            return store.read(base)
        return view(item.type, store, base)

    def __setitem__(self, key: Any, value: Any) -> None:
        store, base = self._at(key)
        assign(store, base, self._rows.item, value)

    def __repr__(self) -> str:
        if RUNNING.get() and in_model():
            raise refuse("a family is made into text", "compare its items")
        return f"<family over {self._rows.key.__name__}>"

    def items(self) -> Iterator[tuple[Any, Any]]:
        for member in self._rows.key:
            yield member, self[member]


def assign(store: Store, base: Base, field: Field, value: Any) -> None:
    """Store a value, or copy the fields of a record or family."""
    if isinstance(field, Slot):
        store.write(base, value)
    elif isinstance(field, Part):
        if type(value) is not field.type:
            kind = field.type.__name__
            raise refuse(f"`{value!r}` is assigned to a `{kind}`", f"assign a `{kind}`")
        _copy(value, store, base, field.size)
    elif isinstance(value, FamilyView) and value._rows.matches(field):
        _copy(value, store, base, field.size)
    elif type(value) is Family:
        for key, item in value.items():
            FamilyView(field, store, base)[key] = item
    else:
        kind = f"Family[{field.key.__name__}, ...]"
        raise refuse(f"`{value!r}` is assigned to a `{kind}`", f"assign a `{kind}`")


def _copy(source: Any, store: Store, base: Base, size: int) -> None:
    """Copy consecutive values, all read before any is written."""
    origin: Store = source._store
    if type(origin) is Store is type(store) and isinstance(base, int):
        store.thaw()
        store.values[base : base + size] = origin.values[source._base : source._base + size]
        return
    copied = [origin.peek(shifted(source._base, i), store) for i in range(size)]
    for i, raw in enumerate(copied):
        _keep_ghosts(origin, shifted(source._base, i), store, shifted(base, i))
        store.poke(shifted(base, i), raw)


def _keep_ghosts(origin: Store, source: Base, store: Store, base: Base) -> None:
    """Refuse to copy a ghost to where models could read it."""
    run = origin.run
    leaf = origin.leaf(source)
    if leaf.ghost and run is not None and not run.observing and not store.leaf(base).ghost:
        raise refuse(
            f"`{leaf.path}` is ghost state and is copied to `{store.leaf(base).path}`",
            "only properties and observers read ghosts",
        )


def _initialise(self: Any, **given: Any) -> None:
    layout = layout_of(type(self))
    store = store_for(layout, given.values())
    self.__dict__["_store"] = store
    self.__dict__["_base"] = 0
    for name, value in given.items():
        field = layout.fields.get(name) or _known(self, name)
        if type(field) is Slot:
            store.values[field.offset] = store.raw(store.leaves[field.offset], value)
        else:
            assign(store, field.offset, field, value)
    store.made = True


def _known(record: Any, name: str) -> Field:
    fields = layout_of(type(record)).fields
    if name in fields:
        return fields[name]
    near = difflib.get_close_matches(name, fields, 1)
    raise refuse(
        f"`{type(record).__name__}` has no field `{name}`",
        f"did you mean `{near[0]}`?" if near else f"its fields: {', '.join(fields)}",
    )


def _set(self: Any, name: str, value: Any) -> None:
    field = layout_of(type(self)).fields.get(name) or _known(self, name)
    assign(self._store, shifted(self._base, field.offset), field, value)


def _equal(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        kind = type(self).__name__
        raise refuse(f"a `{kind}` is compared with `{other!r}`", f"compare it with a `{kind}`")
    result: Any = True
    for i in range(len(layout_of(type(self)).leaves)):
        mine = self._store.read(shifted(self._base, i))
        theirs = other._store.read(shifted(other._base, i))
        result = (mine == theirs) & result
    return result


def _show(self: Any) -> str:
    if RUNNING.get() and in_model():
        raise refuse(f"a `{type(self).__name__}` is made into text", "compare its fields")
    layout = layout_of(type(self))
    if isinstance(self._store, SymbolicStore):
        return f"<symbolic {type(self).__name__}>"
    shown = []
    for leaf, value in zip(layout.leaves, self._values(), strict=True):
        if value != leaf.default:
            shown.append(f"{leaf.path}={value.name if isinstance(value, Enum) else value}")
    return f"{type(self).__name__}({', '.join(shown)})"


def _values(self: Any) -> list[Any]:
    size = len(layout_of(type(self)).leaves)
    return [self._store.values[self._base + i] for i in range(size)]


def _hash(self: Any) -> int:
    raise refuse(
        f"a `{type(self).__name__}` is used as a dictionary key or in a set", "compare its fields"
    )


def _reduce(self: Any, protocol: Any) -> Any:
    if RUNNING.get():
        raise refuse(f"a `{type(self).__name__}` is copied or saved", "write `snapshot(...)`")
    return object.__reduce_ex__(self, protocol)


def _truth(self: Any) -> bool:
    raise refuse(f"a `{type(self).__name__}` is used as a condition", "compare its fields")


METHODS: dict[str, Any] = {
    "__init__": _initialise,
    "__setattr__": _set,
    "__eq__": _equal,
    "__ne__": lambda self, other: _equal(self, other) ^ True,
    "__hash__": _hash,
    "__bool__": _truth,
    "__repr__": _show,
    "__reduce_ex__": _reduce,
    "_values": _values,
}
"""What every record does; a record class defines none of these itself."""

CREATORS = ("__post_init__", "__new__", "__getattr__", "__getattribute__", "__delattr__")
"""What no record class defines either."""


def _make(cls: type[T], ghost: bool, event: bool) -> type[T]:
    layout = lay_out(cls, ghost, event)
    _check_mixins(cls)
    for name, attribute in list(cls.__dict__.items()):
        if isinstance(attribute, property) and attribute.fget is not None:
            setattr(cls, name, property(model_function(attribute.fget)))
        elif isinstance(attribute, cached_property):
            raise refuse(f"`{cls.__name__}.{name}` is remembered", "make it a property")
        elif name in METHODS or name in CREATORS:
            raise refuse(f"`{cls.__name__}` defines `{name}`", "give it a name of its own")
        elif isfunction(attribute) and about(attribute) is None:
            setattr(cls, name, model_function(attribute))
    for name, field in layout.fields.items():
        setattr(cls, name, FieldAccess(field))
    setattr(cls, "__layout__", layout)  # noqa: B010
    for name, method in METHODS.items():
        setattr(cls, name, method)
    return cls


def _check_mixins(cls: type) -> None:
    """Refuse a class that is not a record and defines what every record does."""
    for base in cls.__mro__[1:-1]:
        own = base.__dict__.keys() & {*METHODS, *CREATORS}
        if own and "__layout__" not in base.__dict__:
            raise refuse(f"`{base.__name__}` defines `{min(own)}`", "give it a name of its own")


@dataclass_transform(kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """A state component: fields are bits, small enums, records, families, or frozen constants."""
    return _make(cls, ghost=False, event=False)


@dataclass_transform(kw_only_default=True)
def ghost(cls: type[T]) -> type[T]:
    """A record that the modelled system does not have: only properties and observers read it."""
    return _make(cls, ghost=True, event=False)


@dataclass_transform(kw_only_default=True)
def event(cls: type[T]) -> type[T]:
    """A ghost record that each step starts blank: what happened in this step."""
    return _make(cls, ghost=True, event=True)


def snapshot(record: T) -> T:
    """The record's present fields as a value that later assignments do not change."""
    source: Any = record
    size = len(layout_of(type(record)).leaves)
    leaves = tuple(source._store.leaf(shifted(source._base, i)) for i in range(size))
    store = Store(leaves, [])
    if isinstance(source._store, SymbolicStore):
        store = SymbolicStore(source._store.run, leaves, [])
    store.values = [source._store.peek(shifted(source._base, i), store) for i in range(size)]
    store.made = True
    return view(type(record), store, 0)
