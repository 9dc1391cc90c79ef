"""Copies of the fields of records and families, ghosts apart."""

from __future__ import annotations

from typing import Any

from verifier.language.errors import refuse
from verifier.language.running import RUNNING
from verifier.language.stores import Base, Store, consecutive
from verifier.language.views import require_fresh, require_own


def copy(source: Any, store: Store, base: Base, size: int) -> None:
    """Copy consecutive values, all read before any is written."""
    require_fresh(source)
    origin: Store = source._store
    run = origin.run or RUNNING.get()
    if run is None:
        require_own(source)
    guarded = run is not None and not run.observing
    if type(origin) is Store is type(store) and isinstance(base, int):
        store.thaw()
        if guarded:
            for i in range(size):
                _refuse_ghost(origin, source._base + i, store, base + i)
        store.values[base : base + size] = origin.values[source._base : source._base + size]
        return
    sources, places = consecutive(source._base, size), consecutive(base, size)
    copied = [origin.peek(place, store) for place in sources]
    for one, place, raw in zip(sources, places, copied, strict=True):
        if guarded:
            _refuse_ghost(origin, one, store, place)
        store.poke(place, raw)


def _refuse_ghost(origin: Store, source: Base, store: Store, base: Base) -> None:
    """Refuse that a model function copies a ghost to where it could read it."""
    leaf = origin.leaf(source)
    if leaf.ghost and not store.leaf(base).ghost:
        what = f"`{leaf.path}` is ghost state and is copied to `{store.leaf(base).path}`"
        raise refuse(what, "only properties and observers read ghosts")
