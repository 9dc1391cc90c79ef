"""How the fields of a record are read: each is a descriptor of the record's class."""

from __future__ import annotations

from typing import Any

from verifier.language.errors import refuse
from verifier.language.layout import Field, Part, Slot, layout_of
from verifier.language.records import FamilyView
from verifier.language.running import RUNNING
from verifier.language.stores import shifted
from verifier.language.views import Record, require_fresh, view


class FieldAccess:
    """Reads one field; writes go through the record's `__setattr__`."""

    __slots__ = ("field", "given", "offset", "owner", "part", "slot")

    def __init__(self, owner: type, field: Field, given: bool) -> None:
        """`given` says that the field has a default, so that Python's class has it, too."""
        self.owner = owner
        self.given = given
        self.field = field
        self.offset = field.offset
        self.slot = isinstance(field, Slot)
        self.part = field.type if isinstance(field, Part) else None

    def __get__(self, record: Record | None, owner: type | None = None) -> Any:
        if record is None or type(record) is not self.owner:
            return self._misread(record)
        store, base = record._store, record._base
        born = record._born
        if store.ages.clock != born and store.outdated(base, type(record), born):
            require_fresh(record)
        base = base + self.offset if type(base) is int else shifted(base, self.offset)
        if self.part is not None:
            return view(self.part, store, base)
        return FamilyView(self.field, store, base)  # type: ignore[arg-type]

    def __set__(self, record: Any, value: Any) -> None:
        """What `object.__setattr__` comes to."""
        setattr(record, self._path, value)

    @property
    def _path(self) -> str:
        fields = layout_of(self.owner).fields
        return next(name for name, field in fields.items() if field == self.field)

    def _misread(self, record: Record | None) -> Any:
        """What a class has in Python, which is the default of a value; refused in a run."""
        path = self._path
        if record is None and not RUNNING.get():
            if not self.given:
                raise AttributeError(
                    f"type object '{self.owner.__name__}' has no attribute '{path}'"
                )
            if self.slot:
                leaf = layout_of(self.owner).leaves[self.offset]
                return leaf.seen(leaf.default)
        how = "through its class" if record is None else "through `super()`"
        raise refuse(f"`{self.owner.__name__}.{path}` is read {how}", f"read `.{path}` of a record")


class SlotAccess(FieldAccess):
    """The same for a field that holds one value, which is read most often by far."""

    __slots__ = ()

    def __get__(self, record: Record | None, owner: type | None = None) -> Any:
        if record is None or type(record) is not self.owner:
            return self._misread(record)
        store, base, born = record._store, record._base, record._born
        if store.ages.clock != born and store.outdated(base, type(record), born):
            require_fresh(record)
        if type(base) is int:
            return store.read(base + self.offset)
        return store.read(shifted(base, self.offset))


def access_to(owner: type, field: Field, given: bool) -> FieldAccess:
    """How a field of a record class is read."""
    kind = SlotAccess if isinstance(field, Slot) else FieldAccess
    return kind(owner, field, given)
