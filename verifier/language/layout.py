"""Where each field of a record lives in a flat list of values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass, replace
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

from verifier.language.errors import ModelError


@dataclass(frozen=True)
class Leaf:
    """One slot: a bool, an enum, or a constant that no step can change."""

    path: str
    type: type
    default: Any
    ghost: bool = False
    event: bool = False

    @property
    def constant(self) -> bool:
        return self.type is not bool and not issubclass(self.type, Enum)

    def accepts(self, value: object) -> bool:
        """Whether a plain value may be stored here."""
        return type(value) is bool if self.type is bool else isinstance(value, self.type)

    def under(self, prefix: str, ghost: bool, event: bool) -> Leaf:
        path = f"{prefix}{self.path}"
        if not self.path or self.path.startswith("["):
            path = f"{prefix.rstrip('.')}{self.path}"
        return replace(self, path=path, ghost=self.ghost or ghost, event=self.event or event)


@dataclass(frozen=True)
class Slot:
    """A leaf field: one value, `offset` slots after the record's first."""

    offset: int
    leaf: Leaf


@dataclass(frozen=True)
class Part:
    """A field that is itself a record."""

    offset: int
    type: type


@dataclass(frozen=True)
class Rows:
    """A field that is a family: one item per member of an enum."""

    offset: int
    key: type[Enum]
    item: Slot | Part
    stride: int


Field = Slot | Part | Rows


@dataclass(frozen=True)
class Layout:
    """A record type's fields by name and its leaves in order."""

    fields: dict[str, Field]
    leaves: tuple[Leaf, ...]


def layout_of(type: type) -> Layout:
    """The layout of a record type; a ModelError where it is not one."""
    layout = type.__dict__.get("__layout__")
    if not isinstance(layout, Layout):
        raise ModelError(f"`{type.__name__}` is not a record", mend="decorate it with @record")
    return layout


def lay_out(cls: type, ghost: bool, event: bool) -> Layout:
    """Read a class body's annotations into a layout."""
    fields: dict[str, Field] = {}
    leaves: list[Leaf] = []
    for name, annotation in get_type_hints(cls).items():
        default = getattr(cls, name, None)
        field, own = _field(cls, name, annotation, default, len(leaves))
        fields[name] = field
        leaves += (leaf.under(f"{name}.", ghost, event) for leaf in own)
    return Layout(fields, tuple(leaves))


def _field(
    cls: type, name: str, annotation: Any, default: Any, offset: int
) -> tuple[Field, list[Leaf]]:
    if get_origin(annotation) is not None:
        key, item = get_args(annotation)
        inner, own = _field(cls, name, item, None, 0)
        if isinstance(inner, Rows):
            raise ModelError(f"`{cls.__name__}.{name}` is a family of families")
        given = dict(getattr(default, "items", dict)())
        rows = [
            leaf.under(f"[{member.name}].", False, False)
            for member in key
            for leaf in _defaults(own, given.get(member))
        ]
        return Rows(offset, key, inner, len(own)), rows
    if "__layout__" in annotation.__dict__:
        return Part(offset, annotation), _defaults(list(layout_of(annotation).leaves), default)
    if annotation is not bool and not issubclass(annotation, Enum) and not is_dataclass(annotation):
        raise ModelError(
            f"`{cls.__name__}.{name}` is a `{annotation.__name__}`",
            mend="fields are bool, an Enum, a record, a Family or a frozen dataclass of constants",
        )
    return Slot(offset, leaf := Leaf("", annotation, default)), [_with_default(leaf, default)]


def _with_default(leaf: Leaf, default: Any) -> Leaf:
    if default is None:
        return replace(leaf, default=None if leaf.constant else first_value(leaf.type))
    return replace(leaf, default=default)


def first_value(type: type) -> bool | Enum:
    """False, or an enum's first member."""
    if issubclass(type, Enum):
        return next(iter(type))
    return False


def _defaults(leaves: list[Leaf], default: Any) -> list[Leaf]:
    """The leaves with their defaults taken from a record value, where there is one."""
    if default is None:
        return leaves
    if len(leaves) == 1 and not leaves[0].path:
        return [_with_default(leaves[0], default)]
    values: Iterator[Any] = iter(default._values())
    return [replace(leaf, default=value) for leaf, value in zip(leaves, values, strict=True)]
