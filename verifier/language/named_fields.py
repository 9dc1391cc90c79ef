"""Which fields of a state a function names: it reads them, or returns records that have them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from verifier.language.concrete_execution import LoggedStore
from verifier.language.errors import ModelError
from verifier.language.instances import instances
from verifier.language.layout import Leaf, first_path, layout_of
from verifier.language.ownership import is_record
from verifier.language.views import view

Part = TypeVar("Part")


class Everywhere:
    """What names fields of several records; a type checker infers those of each."""


@dataclass(frozen=True)
class Each(Everywhere, Generic[Part]):
    """Fields of every record of a type that the state has, but of those promised."""

    kind: type[Part]
    fields: Callable[[Part], object]


def fields_of(state: Any, named: object, apart: Collection[str] = ()) -> tuple[str, ...]:
    """The fields that `named` names in a state, in order; for `Each`, but those set apart.

    `state` is that of a run on plain values. What no step can change, and the trace does not
    have, is left out.
    """
    if isinstance(named, Each):
        held: Any = type(state)
        wanted: Any = named.kind
        found = [
            leaf
            for kind, place in instances(held, wanted)
            for leaf in _read(state, view(kind, state._store, place), named.fields)
        ]
        return _paths(leaf for leaf in found if leaf.path not in apart)
    if not callable(named):
        help = "give a function that reads or returns them"
        raise ModelError(f"`{named!r}` names no fields", help=help)
    return _paths(_read(state, state, named))


def _paths(leaves: Iterator[Leaf] | list[Leaf]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(leaf.path for leaf in leaves if not leaf.constant))


def _read(state: Any, given: Any, function: Callable[[Any], object]) -> list[Leaf]:
    """The leaves that a function reads, then those of records that it returns."""
    store: LoggedStore = state._store
    store.run.reads = {}
    try:
        result = function(given)
    finally:
        reads, store.run.reads = store.run.reads, None
    known = {leaf.path: leaf for leaf in store.leaves}
    found = [known[path] for path in reads]
    for each in result if isinstance(result, tuple) else (result,):
        found += _within(each) if is_record(each) else ()
    return found


def _within(record: Any) -> tuple[Leaf, ...]:
    """The leaves of a record or family that is part of a state."""
    rows = record.__dict__.get("_rows")
    size = rows.size if rows is not None else len(layout_of(type(record)).leaves)
    leaves: tuple[Leaf, ...] = record._store.leaves[record._base : record._base + size]
    return leaves


def prefix_of(record: Any) -> str:
    """How the names of a record's fields begin in its state."""
    if not is_record(record) or not _within(record):
        help = "return the record that has the fields"
        raise ModelError(f"`{record!r}` is not a record", help=help)
    rows = record.__dict__.get("_rows")
    return _within(record)[0].path.removesuffix(first_path(rows.kind if rows else type(record)))


def short(path: str, prefix: str) -> str:
    """The name of a field in the record whose fields' names begin so."""
    return path.removeprefix(prefix).lstrip(".")
