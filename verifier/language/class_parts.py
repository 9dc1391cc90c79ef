"""What a class of people's own holds: everything but what Python and the language put into it."""

from __future__ import annotations

import collections
import enum
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, is_dataclass
from enum import Enum, EnumType, Flag, IntEnum, IntFlag, ReprEnum, StrEnum
from functools import cache
from types import (
    BuiltinFunctionType,
    DynamicClassAttribute,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    NoneType,
    WrapperDescriptorType,
)
from typing import Any, Generic, TypeVar

from verifier.language import restricted
from verifier.language.callables import is_callable
from verifier.language.errors import is_model_file, is_program_file
from verifier.language.generated_code import OF_DATACLASSES, is_as_made, is_generated
from verifier.language.ownership import is_model_function, is_own

OF_CLASSES = {
    *("__module__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__qualname__"),
    *("__orig_bases__", "__parameters__", "__type_params__", "__match_args__", "__slots__"),
    *("__dataclass_fields__", "__dataclass_params__", "__layout__", "__view__", "__members__"),
    *("__static_attributes__", "__firstlineno__", "__abstractmethods__", "__annotate__"),
    *("__annotate_func__", "__annotations_cache__", "__getnewargs__", "__new__", "__slotnames__"),
    "__hash__",
}
"""What Python, dataclasses and the language put into a class."""

OF_NAMED_TUPLES = {"_asdict", "_make", "_replace"}
"""Methods that every named tuple's class has from Python's library."""

BASES = {object, Generic, tuple}
"""Bases from Python of classes whose instances are constants."""
OF_TUPLES = {
    *("__iter__", "__getitem__", "__len__", "__contains__", "__reversed__", "__add__", "__mul__")
}
"""What a tuple answers by itself, and no class of people's own in its place."""
MIXED_IN = {object, int, str, float, bytes, tuple}
"""Bases of an enum beside those of its own kind."""

ORIGINAL: Mapping[type, Mapping[str, object]] = {
    cls: dict(vars(cls)) for cls in (Enum, IntEnum, StrEnum, ReprEnum, Flag, IntFlag, Generic)
}
"""Bases that Python lets anybody change, as they were."""

Named = tuple[str, object]
"""A part of a value, and how one writes it."""

IMMUTABLE = 1 << 8
"""The flag of Python's own classes, which nobody can change."""

T = TypeVar("T")


def unless_changed(function: Callable[[type], T]) -> Callable[[type], T]:
    """Remember what a function finds in a class that nobody can change."""
    found = cache(function)
    return lambda cls: (found if cls.__flags__ & IMMUTABLE else function)(cls)


def accessors(value: Any, where: str) -> Iterator[Named]:
    """The functions of a property, or of an enum's."""
    held = ((f"{where}.{name}", getattr(value, name)) for name in ("fget", "fset", "fdel"))
    return (part for part in held if part[1] is not None)


def parts_of_class(cls: type, where: str) -> Iterator[Named] | None:
    """The parts of a class by which it could change; None where it is not constant."""
    if is_callable(cls):
        return iter(())
    if "__family__" in cls.__dict__ and not is_own(cls):
        return _added(cls, {})
    if not is_own(cls) or type(cls) not in (type, EnumType) or hasattr(cls, "__del__"):
        return None
    if not has_known_bases(cls):
        return None
    found: list[Named] = list(_in_layout(cls))
    found += (part for base in cls.__mro__ if base in ORIGINAL for part in _added(base, ORIGINAL))
    if issubclass(cls, Enum):
        found += ((f"{where}.{name}", member) for name, member in cls._member_map_.items())
        found += ((f"{where} by its value", held) for held in cls._value2member_map_.values())
    for base in filter(is_own, cls.__mro__):
        found += _in_dataclass(base, where)
        defaults = base.__dict__.get("__dataclass_fields__", {})
        for name, value in vars(base).items():
            if name in defaults and value is defaults[name].default:
                continue
            if issubclass(base, tuple) and name == "_field_defaults" and type(value) is dict:
                found += ((f"a default of {where}", default) for default in value.values())
            elif type(value) in (DynamicClassAttribute, enum.property):
                found += accessors(value, f"{where}.{name}")
            elif not _is_pythons(base, name, value):
                found.append((f"{where}.{name}", value))
    return iter(found)


def _added(cls: type, original: Mapping[type, Mapping[str, object]]) -> Iterator[Named]:
    """What somebody has put into a class of Python or the language."""
    before = original.get(cls)
    for name, value in vars(cls).items():
        if _is_added(name, value) if before is None else before.get(name, before) is not value:
            yield f"{cls.__name__}.{name}", value


def _is_added(name: str, value: object) -> bool:
    """Whether people's own code has put an entry into a class of the language."""
    function = getattr(value, "__func__", value)
    return is_own(function) if isinstance(function, FunctionType) else name[:2] != "__"


def attributes_of(value: object) -> Iterator[Named]:
    """All that an instance holds in its dictionary and slots, by name."""
    for base in type(value).__mro__:
        for name, descriptor in _holders(base):
            if name == "__dict__":
                yield from descriptor.__get__(value).items()
            else:
                with suppress(AttributeError):
                    yield name, descriptor.__get__(value)


@unless_changed
def _holders(cls: type) -> list[tuple[str, Any]]:
    """The entries of a class by which its instances hold values."""
    return [
        (name, value)
        for name, value in vars(cls).items()
        if type(value) is MemberDescriptorType
        or (name == "__dict__" and type(value) is GetSetDescriptorType)
    ]


@cache
def has_known_bases(cls: Any) -> bool:
    """Whether instances hold nothing but fields and items, and reading these runs no code."""
    for base in filter(is_own, cls.__mro__):
        hidden = type(vars(base).get("__dict__")) not in (NoneType, GetSetDescriptorType)
        remade = is_dataclass(cls) and "__new__" in vars(base)
        if issubclass(cls, tuple) and not issubclass(cls, Enum) and OF_TUPLES & vars(base).keys():
            return False
        if hidden or remade or "__getattribute__" in vars(base):
            return False
    foreign = [base for base in cls.__mro__ if not is_own(base)]
    if issubclass(cls, Enum):
        return all(base in MIXED_IN or base.__module__ == "enum" for base in foreign)
    items = issubclass(cls, tuple | frozenset)
    return not (items and is_dataclass(cls)) and all(base in BASES for base in foreign)


def of_libraries(cls: type) -> Iterator[FunctionType]:
    """Methods that a class of people's own has from a library, but for an enum's."""
    for base in cls.__mro__ if is_own(cls) else ():
        for function in _functions_in(base):
            file = function.__code__.co_filename
            own = is_model_file(file) or is_program_file(file) or file == enum.__file__
            if not own and not _is_given(function, base):
                yield function


@unless_changed
def _functions_in(cls: type) -> list[FunctionType]:
    """The functions that a class holds, those of static and class methods among them."""
    held = (getattr(value, "__func__", value) for value in vars(cls).values())
    return [function for function in held if isinstance(function, FunctionType)]


def _is_given(function: FunctionType, cls: type) -> bool:
    """Whether Python's dataclasses or named tuples have given a class a function."""
    code = function.__code__
    return code in OF_DATACLASSES or is_generated(code, cls)


def _in_dataclass(cls: type, where: str) -> Iterator[Named]:
    """Defaults of a dataclass's fields, which its instances share."""
    for field in cls.__dict__.get("__dataclass_fields__", {}).values():
        for default in (field.default, field.default_factory):
            if default is not MISSING and not _is_plain_set(default):
                yield f"a default of {where}.{field.name}", default


def _is_plain_set(value: object) -> bool:
    """Whether it is a set whose members have no parts: it is looked at where it is used."""
    return type(value) is frozenset and all(
        isinstance(member, Enum) or type(member) in (bool, int, str, bytes) for member in value
    )


def _in_layout(cls: type) -> Iterator[Named]:
    """The classes of a record's fields."""
    layout = cls.__dict__.get("__layout__")
    for field in layout.fields.values() if layout else ():
        item = getattr(field, "item", field)
        types = (getattr(field, "key", bool), getattr(item, "type", bool))
        leaf = getattr(item, "leaf", None)
        yield from ((kind.__name__, kind) for kind in (*types, leaf.kind if leaf else bool))


def _is_pythons(cls: type, name: str, value: Any) -> bool:
    """Whether an entry of a class is one that Python or the language has made."""
    if type(value) in (staticmethod, classmethod):
        return _is_pythons(cls, name, value.__func__)
    unread = issubclass(cls, Enum) and name in restricted.OF_CLASSES
    if isinstance(value, FunctionType):
        file = value.__code__.co_filename
        of_language = is_program_file(file) and not is_model_function(value)
        made = not is_model_file(file) and is_as_made(value, name, cls)
        inherited = file == collections.__file__ and name in OF_NAMED_TUPLES
        return of_language or inherited or ((unread or name[:2] == "__") and made)
    if unread or name in OF_CLASSES:
        creates = isinstance(value, BuiltinFunctionType) and value.__name__ == "__new__"
        shows = unread and isinstance(value, WrapperDescriptorType)
        plain = not callable(value) and not hasattr(type(value), "__get__")
        inert = creates or shows or any(value is each for each in MIXED_IN) or plain
        own = is_own(type(value))
        return not own and (inert or _reads_or_is_named_so(cls, name, value))
    return _reads_or_is_named_so(cls, name, value)


def _reads_or_is_named_so(cls: type, name: str, value: Any) -> bool:
    """Whether an entry is a way to read an instance's own values, or a method of Python's own.

    Such a method counts under its own name only: with another one people have put it there.
    """
    if isinstance(value, MemberDescriptorType | GetSetDescriptorType):
        return value.__objclass__ is cls
    if isinstance(value, WrapperDescriptorType | MethodDescriptorType):
        return name[:2] == "__" and value.__name__ == name
    made = type(value).__module__ in (
        "_collections",
        "collections",
        "enum",
        "verifier.language.field_access",
    )
    return made and hasattr(type(value), "__get__") and not is_own(type(value))
