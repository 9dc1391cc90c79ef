"""Where each field of a record lives in a flat list of values."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass, replace
from enum import Enum
from functools import cached_property
from inspect import get_annotations
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

from verifier.language.constants import same
from verifier.language.encoding import encoded
from verifier.language.errors import ModelError, model_place, place_of, refuse
from verifier.language.members import check_enum
from verifier.language.open_choice import OpenChoice

FIELDS = "fields are bool, an Enum, a record, a Family or a frozen dataclass of constants"


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

    def accepts(self, value: object) -> bool:
        """Whether a plain value may be stored here."""
        fits = type(value) is bool if self.type is bool else isinstance(value, self.type)
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


def lay_out(cls: type, ghost: bool, event: bool) -> Layout:
    """Read a class body's annotations into a layout; fields of its base records come first."""
    fields: dict[str, Field] = {}
    leaves: list[Leaf] = []
    for name, annotation in _annotated(cls).items():
        if not name.isidentifier():
            raise refuse(f"`{cls.__name__}` has a field `{name}`", "names are identifiers")
        if name in names_of(cls):
            field, own = _field(cls, name, annotation, cls.__dict__.get(name), 0)
            own = [leaf.under(f"{name}.", False, False) for leaf in own]
            _check_default(cls, name, own)
        else:
            field, own = _inherited(cls, name)
        fields[name] = replace(field, offset=len(leaves))
        leaves += (leaf.under("", ghost, event) for leaf in own)
    return Layout(cls, fields, tuple(leaves))


def _annotated(cls: type) -> dict[str, Any]:
    """The fields with their types: names are the class's before the module's, as in Python."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        module = sys.modules.get(base.__module__)
        names = (vars(module) if module else {}), dict(vars(base))
        for name, text in get_annotations(base).items():
            own = type("Own", (), {"__annotations__": {name: text}})
            try:
                meant = get_type_hints(own, *names)[name]
            except Exception as error:  # whatever a text comes to
                raise refuse(
                    f"the annotation of `{base.__name__}.{name}` cannot be read: {error}", FIELDS
                ) from None
            if ClassVar not in (meant, get_origin(meant)):
                found[name] = meant
    return found


def _check_default(cls: type, name: str, leaves: list[Leaf]) -> None:
    """Refuse a field that would not start with what it has as a default in Python."""
    if name in cls.__dict__:
        if cls.__dict__[name] is None:
            raise refuse(f"`{cls.__name__}.{name}` has the default `None`", "leave it out")
        return
    base = next((base for base in cls.__mro__[1:] if name in base.__dict__), None)
    layout = None if base is None else base.__dict__.get("__layout__")
    if base is None:
        return
    if isinstance(layout, Layout) and name in layout.fields:
        before = {leaf.path: leaf.default for leaf in layout.leaves}
        if all(same(before.get(leaf.path, leaf.default), leaf.default) for leaf in leaves):
            return
    raise refuse(
        f"`{cls.__name__}.{name}` is annotated without a default, and `{base.__name__}` has one",
        f"give it one: in Python it has that of `{base.__name__}`",
    )


def names_of(cls: type) -> set[str]:
    """What a class itself names; a record names all its fields."""
    return {*cls.__dict__, *get_annotations(cls)}


def _inherited(cls: type, name: str) -> tuple[Field, list[Leaf]]:
    """A base record's field and its leaves."""
    declaring = (base for base in cls.__mro__[1:] if name in names_of(base))
    layout = layout_of(next(declaring))
    field = layout.fields[name]
    return field, list(layout.leaves[field.offset : field.offset + field.size])


def _field(
    cls: type, name: str, annotation: Any, default: Any, offset: int
) -> tuple[Field, list[Leaf]]:
    where = f"{cls.__name__}.{name}"
    origin = get_origin(annotation)
    if getattr(origin, "__family__", False):
        if "__family__" not in vars(origin):
            raise refuse(f"`{where}` is a family of another class", "write `Family[...]`")
        return _rows(cls, name, annotation, default, offset)
    if not isinstance(annotation, type) or get_origin(annotation) is not None:
        raise refuse(f"`{where}` is a `{annotation}`", FIELDS)
    if "__layout__" in annotation.__dict__:
        if default is not None and type(default) is not annotation:
            raise refuse(f"`{where}` has the default `{default!r}`", _wanted(annotation))
        if default is not None:
            _fix(default)
        return Part(offset, annotation), _defaults(list(layout_of(annotation).leaves), default)
    leaf = Leaf("", annotation, None)
    if leaf.constant and not (
        is_dataclass(annotation) and annotation.__dataclass_params__.frozen  # type: ignore[attr-defined]
    ):
        raise refuse(f"`{where}` is a `{annotation.__name__}`", FIELDS)
    if not leaf.constant and annotation is not bool:
        check_enum(annotation)
    if default is not None and not leaf.accepts(default):
        raise refuse(f"`{where}` has the default `{default!r}`", _wanted(annotation))
    return Slot(offset, leaf), [_with_default(leaf, default)]


def _rows(
    cls: type, name: str, annotation: Any, default: Any, offset: int
) -> tuple[Rows, list[Leaf]]:
    where = f"{cls.__name__}.{name}"
    key, item = get_args(annotation)
    if not (isinstance(key, type) and issubclass(key, Enum)):
        raise refuse(f"`{where}` is a family over `{key}`", "index it by an Enum")
    check_enum(key)
    inner, own = _field(cls, name, item, None, 0)
    if isinstance(inner, Rows):
        raise refuse(f"`{where}` is a family of families", "make the inner family a record's")
    if default is not None and not hasattr(type(default), "__family__"):
        raise refuse(f"`{where}` has the default `{default!r}`", "write Family({...})")
    given = dict(default.items()) if default is not None else {}
    rows = []
    for member in key:
        if member in given and given[member] is None:
            raise refuse(f"`{where}` has the default `None` in a row", "leave it out")
        first = given.pop(member, None)
        wanted = own[0] if isinstance(inner, Slot) else inner
        fits = wanted.accepts(first) if isinstance(wanted, Leaf) else type(first) is wanted.type
        if first is not None and not fits:
            raise refuse(f"`{where}` has the default `{first!r}` in a row", _wanted(wanted.type))
        if first is not None and not isinstance(wanted, Leaf):
            _fix(first)
        rows += [leaf.under(f"[{member.name}].", False, False) for leaf in _defaults(own, first)]
    if given:
        raise refuse(f"`{where}` has a default for `{next(iter(given))!r}`", _wanted(key))
    return Rows(offset, key, inner, len(own)), rows


def _fix(record: Any) -> None:
    """Refuse a default that was assigned after it was read; nothing changes one that is given."""
    store = record._store
    found = store.outdated(record._base, type(record), record._born)
    if found is not None:
        raise found.refusal(record)
    if store.owner == (type(record), id(record)):
        store.fixed = True


def _wanted(type: type) -> str:
    return f"give a `{type.__name__}`"


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
