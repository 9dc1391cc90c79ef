"""Where each field of a record lives in a flat list of values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any

from verifier.language.encoding import encoded
from verifier.language.errors import ModelError, model_place, place_of
from verifier.language.open_choice import OpenChoice
from verifier.language.optional import OrNone, behind, seen, without_none


@dataclass(frozen=True)
class Leaf:
    """One slot: a bool, an enum, or a constant that no step can change."""

    path: str
    type: type
    default: Any
    ghost: bool = False
    event: bool = False

    @cached_property
    def constant(self) -> bool:
        return self.type is not bool and not issubclass(self.type, Enum)

    @cached_property
    def optional(self) -> bool:
        """Whether it is None or a member of an enum."""
        return issubclass(self.type, OrNone)

    @cached_property
    def kind(self) -> Any:
        """Its type as people have written it, but for None."""
        return without_none(self.type)

    def seen(self, value: Any) -> Any:
        """A plain value of a store as models see it."""
        return seen(value) if self.optional else value

    def behind(self, value: Any) -> Any:
        """A plain value that is accepted, as a store has it."""
        return behind(self.type, value) if self.optional else value

    def accepts(self, value: object) -> bool:
        """Whether a plain value of a model may be stored here."""
        fits = type(value) is bool if self.type is bool else isinstance(value, self.kind)
        fits = fits or (self.optional and value is None)
        return fits or (isinstance(value, OpenChoice) and not self.constant)

    def under(self, prefix: str, ghost: bool, event: bool) -> Leaf:
        """This leaf as a part of a record calls it."""
        path = f"{prefix}{self.path}"
        if not self.path or self.path.startswith("["):
            path = f"{prefix.rstrip('.')}{self.path}"
        return Leaf(path, self.type, self.default, self.ghost or ghost, self.event or event)


@dataclass(frozen=True)
class Slot:
    """A leaf field: one value, `offset` slots after the record's first."""

    offset: int
    leaf: Leaf
    size = 1


Kind = type | tuple[type[Enum], type]
"""A record's type, or the types of a family's key and items."""

Nodes = tuple[tuple[int, Kind], ...]
"""The records and families in a field, itself first: where each starts in it, and its kind.

What has no values is left out: nothing is assigned with it.
"""


@dataclass(frozen=True)
class Part:
    """A field that is itself a record."""

    offset: int
    type: type

    @property
    def kind(self) -> Kind:
        return self.type

    @property
    def nodes(self) -> Nodes:
        return layout_of(self.type).nodes

    @property
    def size(self) -> int:
        return len(layout_of(self.type).leaves)


@dataclass(frozen=True)
class Rows:
    """A field that is a family: one item per member of an enum."""

    offset: int
    key: type[Enum]
    item: Slot | Part
    stride: int

    @property
    def size(self) -> int:
        return len(self.key) * self.stride

    @cached_property
    def kind(self) -> Kind:
        return self.key, self.item.leaf.type if isinstance(self.item, Slot) else self.item.type

    @cached_property
    def nodes(self) -> Nodes:
        inner = () if isinstance(self.item, Slot) else self.item.nodes
        rows = range(len(self.key))
        own = ((row * self.stride + place, kind) for row in rows for place, kind in inner)
        return ((0, self.kind), *own) if self.size else ()

    def matches(self, other: Rows) -> bool:
        """Whether the two hold the same, wherever they start."""
        return replace(self, offset=0) == replace(other, offset=0)


Field = Slot | Part | Rows


@dataclass(frozen=True)
class Layout:
    """A record type's fields by name and its leaves in order."""

    type: type
    fields: dict[str, Field]
    leaves: tuple[Leaf, ...]

    @cached_property
    def nodes(self) -> Nodes:
        """The record itself, and the records and families in it."""
        inner = [
            (field.offset + place, kind)
            for field in self.fields.values()
            if not isinstance(field, Slot)
            for place, kind in field.nodes
        ]
        return ((0, self.type), *inner) if self.leaves else ()

    @cached_property
    def defaults(self) -> tuple[Any, ...]:
        """The defaults as a plain store has them."""
        return tuple(leaf.default for leaf in self.leaves)

    @cached_property
    def encoded(self) -> tuple[Any, ...]:
        """The defaults as a symbolic store keeps them."""
        return tuple(encoded(leaf.default) for leaf in self.leaves)


def layout_of(type: type) -> Layout:
    """The layout of a record type; a ModelError where it is not one."""
    layout = type.__dict__.get("__layout__")
    if not isinstance(layout, Layout):
        raise ModelError(
            f"`{type.__name__}` is not a record",
            place_of(type) or model_place(),
            "decorate it with @record, also where it extends a record",
        )
    return layout


def first_path(kind: Kind) -> str:
    """What a record or family calls the first of its leaves."""
    if isinstance(kind, type):
        return next((leaf.path for leaf in layout_of(kind).leaves), "")
    key, item = kind
    row = f"[{next(iter(key)).name}]"
    return f"{row}.{first_path(item)}" if "__layout__" in item.__dict__ else row
