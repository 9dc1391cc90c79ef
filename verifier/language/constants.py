"""Values from outside a run that a model function may use: those that no run can change.

What a function reads from its module, its closure, a constant of the system or an enum member is
the same each time the function is run again, and the same in Python and in the circuit. Anything
else would be state outside the records.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from inspect import getattr_static
from types import BuiltinFunctionType, FunctionType, GenericAlias, NoneType
from typing import Any

from verifier.language.callables import is_callable
from verifier.language.class_parts import (
    Named,
    accessors,
    attributes_of,
    has_known_bases,
    of_libraries,
    parts_of_class,
)
from verifier.language.errors import is_model_file, is_program_file
from verifier.language.generated_code import is_generated
from verifier.language.ownership import is_model_function, is_own, is_record

PLAIN = (NoneType, bool, int, float, str, bytes, range, type(...))
"""Types of values without parts and without state."""

OF_FUNCTIONS = {"__model__", "__wrapped__"}
"""Attributes of functions that the language and functools.wraps set."""

OF_WRAPPERS = {
    *("__module__", "__name__", "__qualname__", "__doc__", "__wrapped__", "__annotations__")
}
"""What Python copies from a function to a static or class method of it."""

MEMBERS_ONLY = object()
"""What the class of a set that answers `in` and == only has as its `__members_only__`."""

IN_ONLY = "write `in` or ==: the order of a set differs from run to run"


def is_frozen(value: object) -> bool:
    """Whether a value is an instance of a frozen dataclass."""
    return is_dataclass(type(value)) and type(value).__dataclass_params__.frozen  # type: ignore[attr-defined]


def same(one: object, other: object) -> bool:
    """Whether two constants are the same in every respect and not only equal: 1 is not True."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, float | range):
        return one == one and repr(one) == repr(other)
    if type(one) in PLAIN:
        return one == other
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return len(one) == len(other) and all(any(same(a, b) for b in other) for a in one)
    if is_equal_by_parts(type(one)):
        mine, others = list(items(one)), list(items(other))
        return [name for name, _ in mine] == [name for name, _ in others] and all(
            same(a, b) for (_, a), (_, b) in zip(mine, others, strict=True)
        )
    return False


def is_equal_by_parts(cls: Any) -> bool:
    """Whether values of a class are equal if their items or fields are, so that one may be both."""
    if issubclass(cls, tuple):
        return bool(cls.__eq__ is tuple.__eq__)
    kind: Any = cls
    if not is_dataclass(cls) or not has_known_bases(kind):
        return False
    code = getattr(kind.__eq__, "__code__", None)
    return bool(kind.__dataclass_params__.eq) and code is not None and is_generated(code, kind)


@dataclass(frozen=True)
class Outside:
    """What was found of a value from outside a run.

    `changeable` is the first part that could change or that a run may not use, `set` the first
    that is a set. `namespaces` are the attributes of its parts that Python lets anybody assign,
    `functions` those that it holds, as methods of a library that its classes extend, too.
    """

    changeable: Named | None
    set: Named | None
    namespaces: tuple[tuple[str, Any, dict[str, object]], ...]
    functions: tuple[FunctionType, ...] = ()


def outside(value: object, name: str) -> Outside:
    """Look at all parts of the value that `name` stands for outside a run."""
    pending: list[Named] = [(name, value)]
    seen: dict[int, object] = {}
    namespaces, functions, found = [], list[FunctionType](), None
    while pending:
        where, part = pending.pop()
        if (
            (type(part) in PLAIN and part == part)
            or type(part).__dict__.get("__members_only__") is MEMBERS_ONLY
            or id(part) in seen
        ):
            continue
        seen[id(part)] = part
        parts = _parts(part, where)
        if parts is None:
            return Outside((where, part), None, ())
        if isinstance(part, frozenset):
            found = found or (where, part)
        if isinstance(part, type | FunctionType | Enum):
            namespaces.append((where, part, attributes(part)))
        if isinstance(part, FunctionType):
            functions.append(part)
        if isinstance(part, type):
            functions += of_libraries(part)
        pending += reversed(list(parts))
    return Outside(None, found, tuple(namespaces), tuple(functions))


def attributes(value: object) -> dict[str, object]:
    """What somebody has assigned to a value, or could."""
    named = vars(value).items()
    return {name: held for name, held in named if not (name[:2] == "__" == name[-2:])}


def assigned(outside: Outside) -> Named | None:
    """An attribute that was assigned since a value was looked at, and whose it is."""
    for where, part, before in outside.namespaces:
        now = attributes(part)
        for name in now.keys() | before.keys():
            if now.get(name, outside) is not before.get(name, outside):
                return f"{where}.{name}", part
    return None


def _parts(value: object, where: str) -> Iterator[Named] | None:
    """The parts of a value by which it could change; None where it is not constant.

    Types are asked for exactly: one that extends another does more. A class that people have
    written is a part of its instances.
    """
    if isinstance(value, type):
        return parts_of_class(value, where)
    kind: Any = type(value)
    if is_own(kind) and not has_known_bases(kind):
        return None
    held = _held(value, where)
    if held is None or not is_own(kind):
        return held
    return iter([*held, (kind.__name__, kind)])


def _held(value: Any, where: str) -> Iterator[Named] | None:
    kind = type(value)
    if kind is property:
        return accessors(value, where)
    if kind in (staticmethod, classmethod):
        own = {k: v for k, v in vars(value).items() if k not in OF_WRAPPERS}
        return iter([(where, value.__func__), *((f"{where}.{k}", v) for k, v in own.items())])
    if kind is FunctionType:
        return _in_function(value, where)
    if kind is BuiltinFunctionType:
        return iter(()) if is_callable(value) else None
    if isinstance(value, Enum):
        return _in_instance(value, where)
    if isinstance(value, tuple | frozenset) or is_frozen(value) or is_whole_record(value):
        return items(value, where)
    if kind is GenericAlias:
        return iter([(where, value.__origin__), *items(value.__args__, where)])
    return None


def is_whole_record(value: object) -> bool:
    """Whether a value is a record, and no family inside one."""
    return is_record(value) and "__layout__" in type(value).__dict__


def items(value: object, where: str = "") -> Iterator[Named]:
    """What a constant consists of."""
    if isinstance(value, tuple | frozenset):
        yield from ((f"{where}[{i}]", item) for i, item in enumerate(value))
        yield from ((f"{where}.{name}", item) for name, item in attributes_of(value))
    elif is_whole_record(value):
        yield from _in_record(value, where)
    elif is_frozen(value):
        yield from _in_fields(value, where)


def _in_record(record: Any, where: str) -> Iterator[Named]:
    """The constants in a record that is no part of a run's state."""
    if record._store.run is None:
        held = zip(type(record).__layout__.leaves, record._values(), strict=True)
        yield from ((f"{where}.{leaf.path}", value) for leaf, value in held if leaf.constant)


def _in_fields(value: Any, where: str) -> Iterator[Named]:
    held = dict(attributes_of(value))
    for field in fields(value):
        if field.name not in held:
            held[field.name] = getattr_static(type(value), field.name, None)
    yield from ((f"{where}.{name}", held[name]) for name in sorted(held))


def _in_instance(member: Enum, where: str) -> Iterator[Named]:
    """An enum member's value, and what its class's own code has added to it."""
    yield f"{where}.value", member._value_
    yield from ((f"{where}.{name}", value) for name, value in attributes_of(member))


def _in_function(function: FunctionType, where: str) -> Iterator[Named] | None:
    file = function.__code__.co_filename
    made = is_model_function(function)
    if not made and not is_model_file(file):
        given = is_program_file(file) or is_callable(function)
        return iter([*_attached(function, where)]) if given else None
    body: Any = vars(function)["__model__"].body if made else function
    defaults = (*(body.__defaults__ or ()), *(body.__kwdefaults__ or {}).values())
    shared = ((f"a default of {where}", default) for default in defaults)
    closure = ((f"{name} of {where}", held) for name, held in closure_of(body))
    return iter([*_attached(function, where), *shared, *closure])


def _attached(function: FunctionType, where: str) -> Iterator[Named]:
    """What somebody has attached to a function."""
    held = vars(function).items()
    return ((f"{where}.{name}", value) for name, value in held if name not in OF_FUNCTIONS)


def closure_of(function: FunctionType) -> Iterator[Named]:
    """The names that a function has from the one that has made it, and what they stand for."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # not assigned yet
            yield name, cell.cell_contents
