"""Values from outside a run that a model function may use: those that no run can change.

What a function reads from its module, its closure, a constant of the system or an enum member is
the same each time the function is run again, and the same in Python and in the circuit. Anything
else would be state outside the records.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from types import (
    BuiltinFunctionType,
    FunctionType,
    GenericAlias,
    MappingProxyType,
    NoneType,
)
from typing import Any

from verifier.language.callables import is_callable
from verifier.language.class_parts import Named, accessors, of_libraries, parts_of_class
from verifier.language.errors import is_model_file, is_program_file
from verifier.language.ownership import is_model_function, is_own

PLAIN = (NoneType, bool, int, float, str, bytes, range, type(...))
"""Types of values without parts and without state."""

OF_FUNCTIONS = {"__model__", "__wrapped__"}
"""Attributes of functions that the language and functools.wraps set."""

CHANGING = (list, dict, set, bytearray)
"""Containers that change, whatever class extends them."""

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
        return repr(one) == repr(other)
    if type(one) in PLAIN:
        return one == other
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return len(one) == len(other) and all(any(same(a, b) for b in other) for a in one)
    if isinstance(one, tuple) or is_frozen(one):
        mine, others = list(items(one)), list(items(other))
        return [name for name, _ in mine] == [name for name, _ in others] and all(
            same(a, b) for (_, a), (_, b) in zip(mine, others, strict=True)
        )
    return False


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
            type(part) in PLAIN
            or getattr(type(part), "__members_only__", False)
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
    """The parts of a value by which it could change; None where it is not constant."""
    if isinstance(value, CHANGING):
        return None
    if isinstance(value, type):
        return parts_of_class(value, where)
    if isinstance(value, property):
        return accessors(value, where)
    if isinstance(value, staticmethod | classmethod):
        return iter([(where, value.__func__)])
    if isinstance(value, FunctionType):
        return _in_function(value, where)
    if isinstance(value, BuiltinFunctionType):
        return iter(()) if is_callable(value) else None
    if isinstance(value, Enum):
        return _in_instance(value, where)
    if hasattr(type(value), "__layout__"):
        return items(value, where)
    if isinstance(value, MappingProxyType) and not _is_of_dictionary(value):
        return None
    if isinstance(value, tuple | frozenset | MappingProxyType) or is_frozen(value):
        return iter([*items(value, where), *_class_of(value)])
    if isinstance(value, GenericAlias):
        return iter([(where, value.__origin__), *items(value.__args__, where)])
    return None


def _is_of_dictionary(proxy: Any) -> bool:
    """Whether a proxy stands for a plain dictionary, which does nothing when it is read."""
    return [type(each) for each in gc.get_referents(proxy)] == [dict]


def _class_of(value: object) -> Iterator[Named]:
    """A value's class, where somebody has written it."""
    if is_own(type(value)):
        yield type(value).__name__, type(value)


def items(value: object, where: str = "") -> Iterator[Named]:
    """What a constant consists of."""
    if isinstance(value, tuple | frozenset):
        yield from ((f"{where}[{i}]", item) for i, item in enumerate(value))
        yield from ((f"{where}.{k}", item) for k, item in getattr(value, "__dict__", {}).items())
    elif isinstance(value, MappingProxyType):
        yield from ((f"{where}[{key!r}]", item) for key, item in value.items())
        yield from ((f"{where}[{key!r}]", key) for key in value)
    elif hasattr(type(value), "__layout__"):
        yield from _in_record(value, where)
    elif is_frozen(value):
        yield from _in_fields(value, where)


def _in_record(record: Any, where: str) -> Iterator[Named]:
    """The constants in a record that is no part of a run's state."""
    if record._store.run is None:
        held = zip(type(record).__layout__.leaves, record._values(), strict=True)
        yield from ((f"{where}.{leaf.path}", value) for leaf, value in held if leaf.constant)


def _in_fields(value: Any, where: str) -> Iterator[Named]:
    names = {field.name for field in fields(value)} | getattr(value, "__dict__", {}).keys()
    for base in type(value).__mro__:
        slots = base.__dict__.get("__slots__", ())
        names |= {slots} if isinstance(slots, str) else set(slots)
    held = ((name, getattr(value, name, None)) for name in sorted(names - {"__dict__"}))
    yield from ((f"{where}.{name}", part) for name, part in held if name != "__weakref__")


def _in_instance(member: Enum, where: str) -> Iterator[Named]:
    """An enum member's value, what its class's own code has added to it, and its class."""
    yield f"{where}.value", member._value_
    yield from ((f"{where}.{name}", value) for name, value in vars(member).items())
    yield from _class_of(member)


def _in_function(function: FunctionType, where: str) -> Iterator[Named] | None:
    file = function.__code__.co_filename
    made = is_model_function(function)
    if not made and not is_model_file(file):
        return iter(()) if is_program_file(file) or is_callable(function) else None
    body: Any = vars(function)["__model__"].body if made else function
    defaults = (*(body.__defaults__ or ()), *(body.__kwdefaults__ or {}).values())
    own = ((f"{where}.{k}", v) for k, v in vars(function).items() if k not in OF_FUNCTIONS)
    given = ((f"a default of {where}", default) for default in defaults)
    return iter([*own, *given, *_in_closure(body, where)])


def _in_closure(function: Any, where: str) -> Iterator[Named]:
    """What a function holds of the one that has made it."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield f"{name} of {where}", cell.cell_contents
        except ValueError:  # not assigned yet
            continue
