"""What observers note by more than their own text: what they call, and the constants they read."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from types import FunctionType, ModuleType
from typing import Any

from verifier.compiler.assertions import body_of, held_by
from verifier.gate.weakened.texts import unparsed
from verifier.language.constants import PLAIN
from verifier.language.errors import ModelError, is_model_file, within_project
from verifier.language.functions import about
from verifier.language.named_values import named_in, names_in
from verifier.language.ownership import is_own, is_record
from verifier.language.packages import part_of
from verifier.language.source_text import definition
from verifier.language.system import System

DEEP = 20
"""How deep constants hold others that are looked at."""


FUNCTION = "function "
"""How the texts of functions begin that constants hold."""


def loaded_observers() -> list[FunctionType]:
    """The observers of the modules that are loaded."""
    found: dict[int, FunctionType] = {}
    for value in (value for module in _modules() for value in [*vars(module).values()]):
        function = about(value)
        if function is not None and function.kind == "observer":
            found[id(function)] = body_of(value)
    return [*found.values()]


def held_by_observers() -> dict[str, dict[str, str]]:
    """For each observer, as FILE:NAME, what it holds: each part's name and text.

    Other observers that it calls are no part of it: they are compared themselves.
    """
    observers, methods = loaded_observers(), _methods()
    apart = {id(each) for each in observers}
    found: dict[str, dict[str, set[str]]] = {}
    for observer in observers:
        code = observer.__code__
        parts = found.setdefault(f"{within_project(code.co_filename)}:{code.co_name}", {})
        for name, text in _held(observer, methods, apart):
            parts.setdefault(name, set()).add(text)
    return {
        observer: {name: "\n".join(sorted(texts)) for name, texts in sorted(parts.items())}
        for observer, parts in found.items()
    }


def constants_of(system: System) -> dict[str, str]:
    """What no step of a system can change, by path and field."""
    leaves = zip(system.layout.leaves, system.initial_values, strict=True)
    return dict(part for leaf, v in leaves if leaf.constant for part in _parts(leaf.path, v))


def _held(
    observer: FunctionType, methods: Mapping[str, list[FunctionType]], apart: Collection[int]
) -> Iterator[tuple[str, str]]:
    """All functions that an observer may call, directly or not, and the values that they read."""
    waiting, seen = [observer], {*apart, id(observer)}
    while waiting:
        function = waiting.pop()
        if function is not observer:
            yield function.__qualname__, _text(function)
        yield from _values(function)
        more = [*held_by(function)]
        more += (each for name in names_in(function.__code__) for each in methods.get(name, ()))
        for each in map(body_of, more):
            if id(each) not in seen and is_model_file(each.__code__.co_filename):
                seen.add(id(each))
                waiting.append(each)


def _text(function: FunctionType) -> str:
    try:
        node = definition(function.__code__)
    except ModelError:
        return ""  # without a text it is refused where it runs
    return unparsed(node) if isinstance(node, ast.FunctionDef) else ast.unparse(node)


def _values(function: FunctionType) -> Iterator[tuple[str, str]]:
    """What the names of a function stand for that are neither functions nor modules."""
    for _, name, value in named_in(function):
        yield from _parts(name, value)
    for name, value in _defaults(function):
        yield from _parts(f"{function.__qualname__}.{name}", value)


def _defaults(function: FunctionType) -> Iterator[tuple[str, object]]:
    given, code = function.__defaults__ or (), function.__code__
    last = code.co_varnames[code.co_argcount - len(given) : code.co_argcount]
    yield from zip(last, given, strict=True)
    yield from (function.__kwdefaults__ or {}).items()


def _parts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """A constant's fields, or a class's, or the constant as it is; nothing of functions."""
    if isinstance(value, type):
        layout = vars(value).get("__layout__")
        for leaf in layout.leaves if layout else ():
            yield f"{name}.{leaf.path}", rendered(leaf.default)
        if is_own(value) and not issubclass(value, Enum):
            for each, part in vars(value).items():
                if not (each.startswith("_") or isinstance(part, type)):
                    yield from _parts(f"{name}.{each}", part)
    elif is_record(value) and "__layout__" in vars(type(value)):
        leaves = vars(type(value))["__layout__"].leaves
        for leaf, part in zip(leaves, value._values(), strict=True):
            yield f"{name}.{leaf.path}", rendered(part)
    elif is_dataclass(value):
        for one in fields(value):
            yield from _parts(f"{name}.{one.name}", getattr(value, one.name, None))
    elif text := rendered(value):
        yield name, text


def rendered(value: Any, depth: int = DEEP) -> str:
    """A constant as a text that is the same in each process; empty for what is no constant."""
    inside = partial(rendered, depth=depth - 1)
    if isinstance(value, FunctionType):
        return f"{FUNCTION}{body_of(value).__code__.co_name}"
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if not depth:
        return "..."  # it holds itself, which is refused where it is used
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(inside, value)))}}}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{inside(k)}: {inside(v)}' for k, v in value.items())}}}"
    if isinstance(value, tuple | list):
        return f"({', '.join(map(inside, value))})"
    if is_dataclass(value) and not isinstance(value, type):
        held = ((each.name, getattr(value, each.name, None)) for each in fields(value))
        return f"({', '.join(f'{name}={inside(part)}' for name, part in held)})"
    if is_record(value):
        return f"({', '.join(map(inside, value._values()))})"
    return repr(value) if type(value) in PLAIN else ""


def _methods() -> dict[str, list[FunctionType]]:
    """The methods and properties of the classes that are loaded, by name."""
    found: dict[str, list[FunctionType]] = {}
    for module in _modules():
        for value in [*vars(module).values()]:
            if isinstance(value, type) and value.__module__ == module.__name__:
                for name, part in vars(value).items():
                    method = getattr(part, "fget", None) or getattr(part, "__func__", part)
                    if isinstance(method, FunctionType):
                        found.setdefault(name, []).append(method)
    return found


def _modules() -> list[ModuleType]:
    return [sys.modules[name] for name in sys.modules if part_of(name)]
