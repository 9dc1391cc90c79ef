"""A digest of what modules have made of their texts: what they hold once they are loaded.

Two processes that load the same texts hold the same, unless something came from outside the texts:
the order of a set, an address, the time. A digest that differs shows it, whatever its way in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum, EnumType
from functools import partial
from hashlib import blake2b
from types import (
    BuiltinFunctionType,
    FunctionType,
    MappingProxyType,
    MethodType,
    ModuleType,
)
from typing import Any, get_args, get_origin

from verifier.language.class_parts import attributes_of
from verifier.language.constants import PLAIN, closure_of
from verifier.language.errors import Place, within_project
from verifier.language.made import NOTES
from verifier.language.ownership import is_own

PROGRAM = f"{__name__.partition('.')[0]}."
"""How the names of this program's modules begin."""

Part = tuple[str, object]
"""A text that says what comes, and a value; or a text alone, with a value of the same text."""


def digest_of(modules: Iterable[ModuleType]) -> str:
    """A digest of all that is reached from the names of some modules, in order."""
    walk = _Walk()
    for module in modules:
        walk.take(module.__name__, [*_named(vars(module))])
    return walk.total.hexdigest()


class _Walk:
    """Goes over values, each once: the second time it stands for the first."""

    def __init__(self) -> None:
        self.total = blake2b(digest_size=20)
        self._seen: dict[int, tuple[int, object]] = {}

    def take(self, name: str, parts: Iterable[Part]) -> None:
        self._say(name)
        pending = [*reversed([*parts])]
        while pending:
            label, value = pending.pop()
            self._say(label)
            if type(value) in PLAIN:
                self._say(_plain(value))
            elif id(value) in self._seen:
                self._say(f"as {self._seen[id(value)][0]}")
            else:
                self._seen[id(value)] = len(self._seen), value
                kind, inside = _described(value)
                self._say(kind)
                pending += reversed([*inside])

    def _say(self, text: str) -> None:
        encoded = text.encode("utf-8", "surrogatepass")
        self.total.update(len(encoded).to_bytes(4, "big"))
        self.total.update(encoded)


def _plain(value: object) -> str:
    text = hex(value) if type(value) is int else repr(value)
    return f"{type(value).__name__} {text}"


def _described(value: Any) -> tuple[str, Iterable[Part]]:
    """What kind of value it is, and its parts in an order that does not depend on the process."""
    cls = type(value)
    kind = f"{cls.__module__}.{cls.__qualname__}"
    if isinstance(value, ModuleType):
        return f"module {value.__name__}", ()
    if isinstance(value, type):
        return f"class {value.__module__}.{value.__qualname__}", _in_class(value)
    if isinstance(value, FunctionType):
        return _function(value)
    if isinstance(value, set | frozenset):
        return kind, (("", each) for each in sorted(map(_alone, value)))
    return kind, (*_contained(value), *_attributes(value))


def _contained(value: Any) -> Iterator[Part]:
    """What containers and bound functions hold."""
    if isinstance(value, dict | MappingProxyType):
        for key, held in value.items():
            yield "key", key
            yield "value", held
    elif isinstance(value, list | tuple | bytearray | deque):
        yield from (("item", item) for item in value)
    elif isinstance(value, int | str | float | bytes):
        kind: Any = next(base for base in (int, str, float, bytes) if isinstance(value, base))
        yield "value", kind.__new__(kind, value)
    elif isinstance(value, MethodType | staticmethod | classmethod):
        yield "function", value.__func__
        yield "self", getattr(value, "__self__", None)
    elif isinstance(value, BuiltinFunctionType):
        yield value.__name__, None if isinstance(value.__self__, ModuleType) else value.__self__
    elif get_origin(value) is not None:
        yield from (("part", part) for part in (get_origin(value), *get_args(value)))
    elif isinstance(value, complex):
        yield repr(value), None
    for kind, names in _PARTS.items():
        if isinstance(value, kind):
            yield from (("part", getattr(value, name)) for name in names)


_PARTS: dict[type, tuple[str, ...]] = {
    partial: ("func", "args", "keywords"),
    slice: ("start", "stop", "step"),
    property: ("fget", "fset", "fdel"),
}
"""What holds other values as attributes of the same names in every process."""


def _attributes(value: Any) -> Iterator[Part]:
    """What an object has beside what it contains."""
    cls = type(value)
    if isinstance(value, Place):
        yield within_project(value.file), value.line  # not which folder a project is in
    elif isinstance(value, Enum):
        yield "class", cls
        yield "name", value._name_
        yield from _named(dict(attributes_of(value)))
    elif isinstance(value, partial):
        yield "class", cls
        yield from _named(dict(vars(value)))  # its other attributes are addresses
    elif cls.__module__ == "typing":  # in which anybody remembers what a type means to them
        yield str(getattr(value, "_name", None) or getattr(value, "__name__", "")), None
    elif hasattr(cls, "__layout__"):
        yield "class", cls
        yield from (("leaf", leaf) for leaf in value._values())
    elif is_dataclass(cls) and not is_own(cls):
        yield from ((each.name, getattr(value, each.name, None)) for each in fields(cls))
    elif not is_own(cls) and cls.__module__.startswith(PROGRAM):
        return  # what it remembers is its own business
    elif not is_own(cls):
        yield from _named(dict(attributes_of(value)))
    else:
        yield "class", cls
        yield from _named(dict(attributes_of(value)))


def _function(function: FunctionType) -> tuple[str, Iterable[Part]]:
    code = function.__code__
    given = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    parts: list[Part] = [("default", default) for default in given]
    parts += (("cell", held) for _, held in closure_of(function))
    parts += _named(vars(function))
    name = f"{function.__module__}.{function.__qualname__}"
    return f"function {name} {code.co_name} {code.co_firstlineno}", parts


def _in_class(cls: type) -> Iterator[Part]:
    if not is_own(cls):
        return
    yield from (("base", base) for base in cls.__bases__)
    if isinstance(cls, EnumType):
        yield from cls._member_map_.items()
    layout = vars(cls).get("__layout__")
    yield from (("leaf", leaf) for leaf in layout.leaves) if layout else ()
    yield from _named(vars(cls))


def _named(held: Mapping[str, object]) -> Iterator[Part]:
    """Names with what they stand for, but for those that Python itself gives, and our notes."""
    return ((name, part) for name, part in [*held.items()] if name not in _PYTHONS)


_PYTHONS = {
    NOTES,
    *("__builtins__", "__cached__", "__dict__", "__doc__", "__file__", "__loader__", "__module__"),
    *("__path__", "__spec__", "__weakref__", "__annotations__", "__annotate__"),
    *("__layout__", "__view__"),
    *("__wrapped__", "_value2member_map_", "_hashable_values_", "_unhashable_values_"),
    *("_unhashable_values_map_", "_abc_impl"),
}


def _alone(value: object) -> str:
    """A digest of a member of a set by itself."""
    walk = _Walk()
    walk.take("", [("", value)])
    return walk.total.hexdigest()
