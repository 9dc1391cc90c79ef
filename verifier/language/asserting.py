"""Whether the sources of a system contain an `assert`, found in their text without running them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from enum import Enum
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, assert_never

from verifier.language.class_parts import attributes_of
from verifier.language.errors import ModelError, is_model_file
from verifier.language.functions import about
from verifier.language.source_text import definition
from verifier.language.system import System, instances
from verifier.language.text_nodes import parts_of


def asserts(system: System) -> bool:
    """Whether a step, or any function that it may call, contains an assertion.

    Whatever a function names counts as called: globals, and by their names what the system's
    records and constants have.
    """
    state: Any = type(system.initial)
    records = dict.fromkeys(kind for kind, _ in instances(state, object))
    leaves = zip(system.layout.leaves, system.initial_values, strict=True)
    owners = (*records, *(value for leaf, value in leaves if leaf.constant))
    waiting: list[FunctionType] = [_body(step.function.body) for step in system.actions]
    seen: set[CodeType] = set()
    while waiting:
        function = waiting.pop()
        if function.__code__ in seen or not is_model_file(function.__code__.co_filename):
            continue
        seen.add(function.__code__)
        if _contains_assert(function.__code__) or _names_assert_never(function):
            return True
        waiting += _named(function, owners)
    return False


@cache
def _contains_assert(code: CodeType) -> bool:
    try:
        return any(map(_fails, parts_of(definition(code))))
    except ModelError:
        return False  # without a text it is refused once it runs


OTHERS = frozenset(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception) and kind is not AssertionError
)
"""Exceptions that no assertion raises."""


def _names_assert_never(function: FunctionType) -> bool:
    """Whether a function names `typing.assert_never`, however it is imported."""
    names = set(_names(function.__code__))
    held = [function.__globals__[name] for name in names if name in function.__globals__]
    held += [
        vars(each).get(name) for each in held if isinstance(each, ModuleType) for name in names
    ]
    return any(value is assert_never for value in held)


def _fails(node: ast.AST) -> bool:
    """Whether it is an assertion, or raises what may be what a failed one raises."""
    if not isinstance(node, ast.Raise):
        return isinstance(node, ast.Assert)
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return not isinstance(raised, ast.Name) or raised.id not in OTHERS


def _body(function: Any) -> FunctionType:
    known = about(function)
    body: FunctionType = function if known is None else known.body  # type: ignore[assignment]
    return body


def _named(function: FunctionType, owners: tuple[Any, ...]) -> Iterator[FunctionType]:
    """The functions that another one may call."""
    names, found = _named_outside(function)
    yield from found
    for owner in owners:
        if isinstance(owner, type):
            methods = _methods(owner)
            yield from (methods[name] for name in names & methods.keys())
        else:
            yield from _functions(owner, names, 0)


@cache
def _named_outside(function: FunctionType) -> tuple[set[str], tuple[FunctionType, ...]]:
    """All names in a function, and the functions that those of its module and its cells hold."""
    names = set(_names(function.__code__))
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    values = [function.__globals__[name] for name in names if name in function.__globals__]
    for value in (*values, *cells):
        if isinstance(value, ModuleType):
            values += [vars(value)[name] for name in names if name in vars(value)]
    found = (each for value in (*values, *cells) for each in _functions(value, names, 0))
    return names, tuple(dict.fromkeys(found))


@cache
def _methods(kind: type) -> dict[str, FunctionType]:
    """The functions that a class has, by name, inherited ones included."""
    found: dict[str, FunctionType] = {}
    for base in kind.__mro__:
        for name, member in vars(base).items():
            if isinstance(function := _unwrapped(member), FunctionType):
                found.setdefault(name, _body(function))
    return found


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


DEEPEST = 4
"""Constants within constants that are looked into."""


def _functions(value: Any, names: set[str], depth: int) -> Iterator[FunctionType]:
    """Functions that a constant is or holds; of an object or class those with some names."""
    if about(value) is not None or isinstance(value, FunctionType):
        yield _body(value)
    elif depth > DEEPEST or isinstance(value, ModuleType | str | bool | int | float):
        return
    elif isinstance(value, type):
        for kind in value.__mro__:
            yield from (
                _body(function)
                for name, member in vars(kind).items()
                if name in names and isinstance(function := _unwrapped(member), FunctionType)
            )
    elif isinstance(value, tuple | list | frozenset | set):
        for item in value:
            yield from _functions(item, names, depth + 1)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _functions(item, names, depth + 1)
    else:
        yield from _functions(type(value), names, depth + 1)
        if not isinstance(value, Enum):
            for name, item in attributes_of(value):
                if name in names:
                    yield from _functions(item, names, depth + 1)


def _unwrapped(member: Any) -> Any:
    """The function of a method, a static or class method, or a property."""
    if isinstance(member, property):
        return member.fget
    return getattr(member, "__func__", member)
