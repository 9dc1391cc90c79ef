"""How a record class is laid out: its annotations and defaults, read once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import is_dataclass, replace
from enum import Enum
from inspect import get_annotations
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

from verifier.language.constants import same
from verifier.language.errors import refuse
from verifier.language.layout import Field, Layout, Leaf, Part, Rows, Slot, layout_of
from verifier.language.members import check_enum
from verifier.language.optional import enum_or_none, or_none

FIELDS = (
    "fields are bool, an Enum, `E | None`, a record, a Family or a frozen dataclass of constants"
)


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
            _check_default(cls, name, field, own)
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


def _check_default(cls: type, name: str, field: Field, leaves: list[Leaf]) -> None:
    """Refuse a field that would not start with what it has as a default in Python."""
    if name in cls.__dict__:
        if cls.__dict__[name] is None and not _may_be_none(field):
            raise refuse(f"`{cls.__name__}.{name}` has the default `None`", "leave it out")
        if name not in get_annotations(cls):
            raise refuse(
                f"`{cls.__name__}.{name}` has a new default and no annotation",
                "annotate it: in a dataclass it would start as the base's field does",
            )
        return
    base = next((base for base in cls.__mro__[1:] if name in base.__dict__), None)
    layout = None if base is None else base.__dict__.get("__layout__")
    if base is None:
        return
    if isinstance(layout, Layout) and name in layout.fields:
        before = {leaf.path: leaf.default for leaf in layout.leaves}
        if all(same(before.get(leaf.path, leaf.default), leaf.default) for leaf in leaves):
            return
    what = f"`{cls.__name__}.{name}` is annotated without a default, and `{base.__name__}` has one"
    raise refuse(what, f"give it one: in Python it has that of `{base.__name__}`")


def _may_be_none(field: Field) -> bool:
    return isinstance(field, Slot) and field.leaf.optional


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
    of = enum_or_none(annotation)
    if of is not None:
        check_enum(of)
        annotation = or_none(of)
    if not isinstance(annotation, type) or get_origin(annotation) is not None:
        raise refuse(f"`{where}` has the type `{annotation}`", FIELDS)
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
        raise refuse(f"`{where}` has the type `{annotation.__name__}`", FIELDS)
    if not leaf.constant and annotation is not bool and of is None:
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
        if member in given and given[member] is None and not _may_be_none(inner):
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
    return replace(leaf, default=leaf.behind(default))


def first_value(type: type) -> bool | Enum:
    """False, or an enum's first member, as stores have it."""
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
