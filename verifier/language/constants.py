"""Values from outside a run that a model function may use: those that no run can change.

What a function reads from its module, its closure, a constant of the system or an enum member is
the same each time the function is run again, and the same in Python and in the circuit. Anything
else would be state outside the records.
"""

from __future__ import annotations

import functools
import itertools
import operator
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, EnumType
from types import (
    BuiltinFunctionType,
    FunctionType,
    GenericAlias,
    MappingProxyType,
    MemberDescriptorType,
    NoneType,
)
from typing import Any, NoReturn

from verifier.language.errors import is_model_file, refuse

PLAIN = (NoneType, bool, int, float, str, bytes, range, type(...))
"""Types of values without parts and without state."""

CLASSES = (bool, dict, enumerate, filter, int, list, map, range, reversed, super, tuple, zip)
FUNCTIONS = (abs, all, any, iter, len, max, min, next, sorted, sum, functools.reduce)
OPERATORS = tuple(getattr(operator, name) for name in ("and_", "or_", "xor", "not_", "eq", "ne"))
ITERATORS = (itertools.chain, itertools.combinations, itertools.permutations, itertools.product)

CALLABLE: tuple[object, ...] = (*CLASSES, *FUNCTIONS, *OPERATORS, *ITERATORS)
"""What a model function may call of Python's own: its answer depends on what it is given only."""

OF_FUNCTIONS = {"__model__", "__wrapped__"}
"""Attributes of functions that the language and functools.wraps set."""

DESCRIPTORS = {"_collections", "collections", "enum", "types", "verifier.language.records"}
"""Modules of the types of descriptors that read an instance's own values."""

OF_NAMED_TUPLES = {"_asdict", "_field_defaults", "_fields", "_make", "_replace"}
"""What every named tuple's class has."""

IN_ONLY = "write `in` or ==: the order of a set differs from run to run"

Named = tuple[str, object]
"""A part of a value, and how one writes it."""


def is_callable(value: object) -> bool:
    """Whether a function or class of Python's own may be called."""
    if isinstance(value, type) and issubclass(value, Exception):
        return value.__module__ == "builtins"
    return any(value is allowed for allowed in CALLABLE)


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


class Members:
    """A constant set in a run: it answers `in` and ==, and refuses what depends on its order."""

    __slots__ = ("_members",)

    def __init__(self, members: frozenset[Any]) -> None:
        self._members = members

    def __contains__(self, member: object) -> bool:
        return any(bool(member == each) for each in sorted(self._members, key=repr))

    def __eq__(self, other: object) -> bool:
        members = other._members if isinstance(other, Members) else other
        if not isinstance(members, frozenset | set):
            raise refuse(f"a set is compared with `{other!r}`", "compare it with a set")
        return self._members == members

    def __getattr__(self, name: str) -> NoReturn:
        raise refuse(f"a set is asked for its `{name}`", IN_ONLY)

    def _refuse(self, *_: object) -> NoReturn:
        raise refuse("a set is used for more than `in` and ==", IN_ONLY)

    __hash__ = None  # type: ignore[assignment]
    __iter__ = __len__ = __bool__ = __and__ = __or__ = __sub__ = __xor__ = _refuse
    __rand__ = __ror__ = __rsub__ = __rxor__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __repr__ = __str__ = __format__ = __reduce_ex__ = _refuse


def guarded(value: Any) -> Any:
    """A constant as a run sees it: with its sets as Members."""
    return value if outside(value, "").set is None else _guarded(value)


def _guarded(value: Any) -> Any:
    if isinstance(value, frozenset):
        return Members(value)
    if isinstance(value, tuple):
        return tuple.__new__(type(value), map(_guarded, value))
    if not is_frozen(value):
        return value
    copy = object.__new__(type(value))
    for name, part in items(value):
        object.__setattr__(copy, name.removeprefix("."), _guarded(part))
    return copy


@dataclass(frozen=True)
class Outside:
    """What was found of a value from outside a run.

    `changeable` is the first part that could change or that a run may not use, `set` the first
    that is a set. `namespaces` are the attributes of its parts that Python lets anybody assign.
    """

    changeable: Named | None
    set: Named | None
    namespaces: tuple[tuple[str, Any, dict[str, object]], ...]


def outside(value: object, name: str) -> Outside:
    """Look at all parts of the value that `name` stands for outside a run."""
    pending: list[Named] = [(name, value)]
    seen: dict[int, object] = {}
    namespaces, found = [], None
    while pending:
        where, part = pending.pop()
        if type(part) in PLAIN or type(part) is Members or id(part) in seen:
            continue
        seen[id(part)] = part
        parts = _parts(part, where)
        if parts is None:
            return Outside((where, part), None, ())
        if isinstance(part, frozenset):
            found = found or (where, part)
        if isinstance(part, type | FunctionType | Enum) and is_own(part):
            namespaces.append((where, part, attributes(part)))
        pending += reversed(list(parts))
    return Outside(None, found, tuple(namespaces))


def attributes(value: object) -> dict[str, object]:
    """What somebody has assigned to a value, or could."""
    return {name: held for name, held in vars(value).items() if not name.startswith("__")}


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
    if isinstance(value, type):
        return _in_class(value, where)
    if isinstance(value, property):
        return _present((f"{where}.f{way}", getattr(value, f"f{way}")) for way in PROPERTY)
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
    if isinstance(value, tuple | frozenset | MappingProxyType) or is_frozen(value):
        return iter([*items(value, where), *_class_of(value)])
    return iter(()) if isinstance(value, GenericAlias) else None


PROPERTY = ("get", "set", "del")


def _present(parts: Iterator[Named]) -> Iterator[Named]:
    return (part for part in parts if part[1] is not None)


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
    yield from ((f"{where}.{name}", getattr(value, name)) for name in sorted(names))


def _in_instance(member: Enum, where: str) -> Iterator[Named]:
    """An enum member's value, what its class's own code has added to it, and its class."""
    yield f"{where}.value", member._value_
    for name, value in vars(member).items():
        if not name.startswith("_"):
            yield f"{where}.{name}", value
    yield from _class_of(member)


def _in_function(function: FunctionType, where: str) -> Iterator[Named] | None:
    module = function.__module__ or ""
    if module.startswith("verifier.language"):
        return iter(())
    if module.partition(".")[0] in sys.stdlib_module_names:
        return None
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    own = ((f"{where}.{k}", v) for k, v in vars(function).items() if k not in OF_FUNCTIONS)
    known = vars(function).get("__model__")
    held = _in_closure(known.body if known else function, where)
    return iter([*own, *((f"a default of {where}", default) for default in defaults), *held])


def _in_closure(function: Any, where: str) -> Iterator[Named]:
    """What a function holds of the one that has made it."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield f"{name} of {where}", cell.cell_contents
        except ValueError:  # not assigned yet
            continue


def _in_class(cls: type, where: str) -> Iterator[Named] | None:
    if is_callable(cls) or getattr(cls, "__family__", False):
        return iter(())
    if not is_own(cls) or type(cls) not in (type, EnumType):
        return None
    found: list[Named] = list(_in_layout(cls))
    if issubclass(cls, Enum):
        found += ((f"{where}.{name}", member) for name, member in cls._member_map_.items())
    for base in filter(is_own, cls.__mro__):
        for name, value in vars(base).items():
            default = name in base.__dict__.get("__dataclass_fields__", ())
            tuples = issubclass(base, tuple) and name in OF_NAMED_TUPLES
            if not (default or tuples or _is_pythons(name, value)):
                found.append((f"{where}.{name}", value))
    return iter(found)


def _in_layout(cls: type) -> Iterator[Named]:
    """The classes of a record's fields."""
    layout = cls.__dict__.get("__layout__")
    for field in layout.fields.values() if layout else ():
        item = getattr(field, "item", field)
        types = (getattr(field, "key", bool), getattr(item, "type", bool))
        leaf = getattr(item, "leaf", None)
        yield from ((kind.__name__, kind) for kind in (*types, leaf.type if leaf else bool))


def _is_pythons(name: str, value: object) -> bool:
    """Whether an entry of a class is one that Python or the language has made."""
    if isinstance(value, FunctionType) and name.startswith("__"):
        return not is_model_file(value.__code__.co_filename)
    if isinstance(value, staticmethod | classmethod):
        return _is_pythons(name, value.__func__)
    if isinstance(value, FunctionType):
        return value.__module__ in ("enum", "dataclasses", "verifier.language.records")
    made = name.startswith("_") and name.endswith("_")
    return (
        made
        or isinstance(value, MemberDescriptorType)
        or (hasattr(type(value), "__get__") and (type(value).__module__ in DESCRIPTORS))
    )


def is_own(value: Any) -> bool:
    """Whether a class, function or member is people's own: neither Python's nor the language's."""
    module = value.__module__ or ""
    standard = module.partition(".")[0] in sys.stdlib_module_names
    return not standard and not module.startswith("verifier.language")
