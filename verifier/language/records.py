"""Records: typed state that reads and writes like plain Python objects.

A record is a view of consecutive values in a store. A constructed record has a store of its own;
a system's state is one store, and its parts are views into it. Assigning a record copies its
fields; naming one refers to it, until its place, or what that is part of, is assigned.

`_base` says where the view's values start; under a symbolic run it can be a tuple of (condition,
place) cases, when a call returned different records or a family was indexed by a symbolic enum.
`_born` says when the view was made, which decides whether it is stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, TypeVar, cast

from verifier.language.copying import copy
from verifier.language.encoding import encoding
from verifier.language.errors import in_model, refuse
from verifier.language.family_items import Items
from verifier.language.laying_out import first_value
from verifier.language.layout import Field, Part, Rows, Slot, layout_of
from verifier.language.ownership import View, is_record
from verifier.language.running import RUNNING
from verifier.language.stores import Base, Store, consecutive, misindexed, shifted
from verifier.language.symbolic_stores import SymbolicStore, symbolic
from verifier.language.symbolic_values import Symbol
from verifier.language.views import T, require_fresh, view

K = TypeVar("K", bound=Enum)
V = TypeVar("V")


def again(reference: Any, store: Store, base: Base, born: int) -> Any:
    """A reference of the same type to other places, as if read at that time."""
    if isinstance(reference, FamilyView):
        made: Any = FamilyView(reference._rows, store, base)
    else:
        made = view(type(reference), store, base)
    made.__dict__["_born"] = born
    return made


class Family(Generic[K, V]):
    """A record or value for each member of an enum; one that is made leaves out what is blank."""

    __family__ = True
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, given: dict[K, V] | None = None) -> None:
        self._given = dict(given or {})

    def items(self) -> Items[K, V]:
        return Items(self, self._keys())

    def _keys(self) -> Iterable[K]:
        return self._given

    def __getitem__(self, key: K) -> V:
        if isinstance(key, Symbol):
            what = f"a family that is made here is indexed by `{key._label or 'a value'}`"
            raise refuse(what, "assign it to a field of the state, or write `match`")
        if key not in self._given:
            raise refuse(f"a family that leaves out `{key}` is indexed by it", "give each member")
        return self._given[key]

    def __iter__(self) -> Iterator[K]:
        yield from self._keys()

    def __reversed__(self) -> Iterator[K]:
        yield from reversed([*self._keys()])

    def __contains__(self, key: object) -> bool:
        return any(key == each for each in self._keys())

    def __eq__(self, other: object) -> bool:
        raise refuse("families are compared", "compare their items")

    def __bool__(self) -> bool:
        raise refuse("a family is used as a condition", "compare its items")

    def __len__(self) -> int:
        what = "a family that is made here is asked for its length"
        raise refuse(what, "it has an item for each member")

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            if in_model() and name[:1] != "_":
                help = "index it by a member, or loop over it or its `items()`"
                raise refuse(f"a family is asked for its `{name}`", help)
            raise AttributeError(name)

    def __repr__(self) -> str:
        if RUNNING.get() and in_model():
            raise refuse("a family is made into text", "compare its items")
        return f"Family({self._given})"

    def __reduce_ex__(self, _: Any) -> NoReturn:
        raise refuse("a family is copied or saved", "write `snapshot(...)`")

    def __setitem__(self, key: K, value: V) -> None:
        what = "this family belongs to no record: it is a value, which does not change"
        raise refuse(what, "assign to the family of a record, or give all items when it is made")


class FamilyView(Family[Any, Any]):
    """A family inside a record."""

    __view__: ClassVar[View]

    def __init__(self, rows: Rows, store: Store, base: Base) -> None:
        self._rows = rows
        self._store = store
        self._base = base
        self._born = store.ages.clock

    def _at(self, key: Any) -> tuple[Store, Base]:
        require_fresh(self)
        rows = self._rows
        if isinstance(key, rows.key):
            place = encoding(rows.key).members.index(key)
            return self._store, shifted(self._base, place * rows.stride)
        store = symbolic(self._store, key._run) if isinstance(key, Symbol) else self._store
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

    def __len__(self) -> int:
        """The number of members: each has an item."""
        return len(self._rows.key)

    def __repr__(self) -> str:
        if RUNNING.get() and in_model():
            raise refuse("a family is made into text", "compare its items")
        return f"<family over {self._rows.key.__name__}>"

    def _keys(self) -> Iterable[Any]:
        return self._rows.key


FamilyView.__view__ = View(FamilyView)


def assign(store: Store, base: Base, field: Field, value: Any) -> None:
    """Store a value, or copy the fields of a record or family: earlier references end."""
    if isinstance(field, Slot):
        store.write(base, value)
    else:
        fill(store, base, field, value)
        store.note(base, field)


def fill(store: Store, base: Base, field: Part | Rows, value: Any) -> None:
    """Copy the fields of a record or family."""
    if isinstance(field, Part):
        if type(value) is not field.type:
            kind = field.type.__name__
            raise refuse(f"`{value!r}` is assigned to a `{kind}`", f"assign a `{kind}`")
        copy(value, store, base, field.size)
    elif isinstance(value, FamilyView) and value._rows.matches(field):
        copy(value, store, base, field.size)
    elif type(value) is Family:
        _fill_rows(store, base, field, value)
    else:
        kind = f"Family[{field.key.__name__}, ...]"
        raise refuse(f"`{value!r}` is assigned to a `{kind}`", f"assign a `{kind}`")


def _fill_rows(store: Store, base: Base, rows: Rows, value: Family[Any, Any]) -> None:
    """Give each member what the family holds for it; those that it leaves out become blank."""
    given, item = dict(snapshot(value).items()), rows.item
    for place, member in enumerate(rows.key):
        start = shifted(base, place * rows.stride)
        if isinstance(item, Part):
            fill(store, start, item, given.pop(member) if member in given else item.type())
        elif member in given or not item.leaf.constant:
            blank = item.leaf.seen(first_value(item.leaf.type))
            store.write(start, given.pop(member, blank))
    for key in given:
        raise misindexed(rows.key, key)


def snapshot(record: T) -> T:
    """The present fields of a record or family as a value that later assignments do not change."""
    source: Any = record
    if type(source) is Family:
        held = {key: snapshot(item) if is_record(item) else item for key, item in source.items()}
        return cast("T", Family(held))
    if not is_record(source):
        what = f"a snapshot is made of `{source!r}`, which is neither a record nor a family"
        raise refuse(what, "use it as it is: it cannot change")
    require_fresh(source)
    family = isinstance(source, FamilyView)
    size = source._rows.size if family else len(layout_of(type(source)).leaves)
    places = consecutive(source._base, size)
    leaves = tuple(map(source._store.leaf, places))
    store = Store(leaves, [])
    if isinstance(source._store, SymbolicStore):
        store = SymbolicStore(source._store.run, leaves, [])
    store.values = [source._store.peek(place, store) for place in places]
    store.made, store.created = True, perf_counter_ns()
    return cast("T", FamilyView(source._rows, store, 0) if family else view(type(source), store, 0))
