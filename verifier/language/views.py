"""Views of values in a store: what records and families have behind their fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from verifier.language.errors import refuse
from verifier.language.ownership import is_record
from verifier.language.references import Outdated
from verifier.language.stores import Base, Store

T = TypeVar("T")


class Record(Protocol):
    """What every record has behind its fields."""

    _store: Store
    _base: Base
    _born: int


def view(type: type[T], store: Store, base: Base) -> T:
    """A record of the type whose values start at `base` of the store."""
    record = object.__new__(type)
    behind = record.__dict__
    behind["_store"] = store
    behind["_base"] = base
    behind["_born"] = store.ages.clock
    return record


def stale(reference: Any) -> Outdated | None:
    """Why a record or family is refused: it was assigned after it was read."""
    kind = reference._rows.kind if "_rows" in reference.__dict__ else type(reference)
    store: Store = reference._store
    return store.outdated(reference._base, kind, reference._born)


def require_fresh(reference: Any) -> None:
    """Refuse a reference whose place was assigned after it was read."""
    if reference._store.ages.clock != reference._born:
        found = stale(reference)
        if found:
            raise found.refusal(reference)


def require_own(record: Any) -> None:
    """Refuse a record that has been given the values of another one, other than by assignment."""
    owner = record._store.owner
    if owner is not None and owner[0] is type(record) and owner[1] != id(record):
        what = f"a `{owner[0].__name__}` shares the values of another one"
        raise refuse(what, "assign its fields, or make it from them")


def require_given_fresh(given: Iterable[Any]) -> None:
    """Refuse arguments of a model function that are stale references."""
    for value in given:
        if is_record(value) and value._store.ages.clock != value._born:
            require_fresh(value)
