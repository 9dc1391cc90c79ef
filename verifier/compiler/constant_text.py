"""What constants are, by all of their parts, as texts that are the same in each process."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum, EnumType
from functools import cache
from hashlib import blake2b
from types import CodeType, FunctionType, ModuleType
from typing import Any

from verifier.compiler.assertions import body_of
from verifier.language.class_parts import accessors, attributes_of, parts_of_class
from verifier.language.constants import (
    PLAIN,
    attributes,
    is_frozen,
    is_whole_record,
    items,
    outside,
)
from verifier.language.errors import ModelError
from verifier.language.laying_out import first_value
from verifier.language.layout import Layout, Part, Rows, Slot, layout_of
from verifier.language.source_text import definition

OF_MEMBERS = {"_name_", "__objclass__", "_sort_order_"}
"""What Python notes of each member of an enum."""


class Held:
    """A value by its identity."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self.value is other.value


def constant_text(value: Any) -> str:
    """A constant by its parts; the members that an enum has are no part of it."""
    if isinstance(value, Enum):
        return f"{constant_text(type(value))}.{value._name_}"
    if type(value) in PLAIN:
        return repr(value)
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, tuple | frozenset) or is_frozen(value):
        return _called(type(value), _parts(value))
    if is_whole_record(value):
        return _of_record(value)
    if type(value) in (property, staticmethod, classmethod):
        return _called(type(value), map(constant_text, _functions(value)))
    if isinstance(value, FunctionType):
        return _of_function(value)
    if isinstance(value, ModuleType) or callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    return type(value).__name__


def _called(kind: type, parts: Iterable[str]) -> str:
    return f"{constant_text(kind)}({', '.join(parts)})"


def _parts(value: object) -> Iterator[str]:
    parts = [f"{name}={constant_text(part)}" for name, part in items(value)]
    if isinstance(value, frozenset):
        parts = sorted(part.partition("=")[2] for part in parts)
    yield from parts


def _of_record(record: Any) -> str:
    """What it holds that a new one of its class does not."""
    kind: Any = type(record)
    held = _of_fields(layout_of(kind), record._values(), f"{constant_text(kind)}.")
    return _called(kind, sorted({*held} - fresh_texts(kind)))


def _of_function(function: FunctionType) -> str:
    body = body_of(function)
    return f"{body.__qualname__} {digest(code_text(body.__code__))}"


def _functions(value: Any) -> list[object]:
    """What an entry of a class calls."""
    if isinstance(value, property):
        return [function for _, function in accessors(value, "")]
    return [value.__func__]


def texts_in(value: object, is_made: bool = True) -> tuple[frozenset[str], frozenset[str]]:
    """The constants in the classes and functions that a value holds; those that may get more.

    These are the members of enums and, where records `is_made` of these classes, what a new one
    holds: what there was is the same where there are others, too.
    """
    texts, more = set[str](), set[str]()
    for _, part, _ in outside(value, "").namespaces:
        always, beside = _of_part(Held(part))
        texts |= always
        more |= beside
        if is_made and "__layout__" in vars(part):
            more |= fresh_texts(part)
    return frozenset(texts), frozenset(more)


@cache
def _of_part(held: Held) -> tuple[frozenset[str], frozenset[str]]:
    part: Any = held.value
    where = constant_text(part)
    if isinstance(part, Enum):
        own = ((name, each) for name, each in attributes_of(part) if name not in OF_MEMBERS)
        return frozenset(), frozenset(_assigned(where, own))
    if not isinstance(part, type):
        return frozenset(_assigned(where, attributes(part).items())), frozenset()
    members: Mapping[str, Enum] = part.__members__ if isinstance(part, EnumType) else {}
    return frozenset(_of_class(part)), frozenset(_assigned(where, members.items()))


def _assigned(whose: str, attributes: Iterable[tuple[str, object]]) -> Iterator[str]:
    return (f"{whose}.{name}={constant_text(held)}" for name, held in attributes)


def _of_class(cls: type) -> Iterator[str]:
    """What a class holds beside members and fields: of each name first what hides the rest."""
    where, held = constant_text(cls), dict[str, list[str]]()
    for name, value in parts_of_class(cls, where) or ():
        if where in name and not isinstance(value, cls):  # its fields' classes are parts, too
            held.setdefault(name, []).append(constant_text(value))
    return (f"{name}={'; '.join(values)}" for name, values in held.items())


@cache
def fresh_texts(record: Any) -> frozenset[str]:
    """What the fields of a new record hold, each by itself: another version may have more."""
    layout = layout_of(record)
    return frozenset(_of_fields(layout, layout.defaults, f"{constant_text(record)}."))


def _of_fields(layout: Layout, values: Sequence[object], where: str) -> Iterator[str]:
    for name, field in layout.fields.items():
        held, here = values[field.offset : field.offset + field.size], f"{where}{name}"
        if isinstance(field, Part):
            yield from _of_fields(layout_of(field.type), held, f"{here}.")
        elif isinstance(field, Rows):
            yield f"{here}=({', '.join(_of_rows(field, held))})"
        else:
            yield f"{here}={constant_text(held[0])}"


def _of_rows(rows: Rows, values: Sequence[object]) -> Iterator[str]:
    """The rows that are not as each one begins: another version may have more that are."""
    item = rows.item
    for number, key in enumerate(rows.key):
        row = values[number * rows.stride : (number + 1) * rows.stride]
        fresh = (
            (first_value(item.leaf.type),)
            if isinstance(item, Slot)
            else layout_of(item.type).defaults
        )
        if [*map(constant_text, row)] != [*map(constant_text, fresh)]:
            yield f"{key.name}: {', '.join(map(constant_text, row))}"


def function_text(function: ast.FunctionDef) -> str:
    """A function's parameters and body, without its documentation."""
    says = ast.get_docstring(function, clean=False) is not None
    body = function.body[1:] if says else function.body
    return "\n".join([ast.unparse(function.args), *map(ast.unparse, body)])


@cache
def code_text(code: CodeType) -> str:
    """The text of a function; its name where the text cannot be read."""
    try:
        node = definition(code)
    except ModelError:
        return code.co_name
    return function_text(node) if isinstance(node, ast.FunctionDef) else ast.unparse(node)


def digest(text: str) -> str:
    """A short name of a text."""
    return blake2b(text.encode(), digest_size=16).hexdigest()
