"""All that functions may come to, and a digest of its text and of the constants that it names.

Where the digest is the same, two versions say the same of values that only one of them has.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, EnumType
from functools import cache
from hashlib import blake2b
from types import CodeType, FunctionType, ModuleType
from typing import Any

from verifier.compiler.assertions import body_of, held_by
from verifier.language.constants import PLAIN, is_frozen, items, outside
from verifier.language.errors import ModelError, is_model_file
from verifier.language.functions import ModelFunction, about
from verifier.language.named_values import named_in, names_in
from verifier.language.source_text import definition
from verifier.language.system import System


class _Held:
    """A value by its identity."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.value is other.value


Functions = tuple[Callable[..., Any], ...]
_Constants = tuple[tuple[str, _Held], ...]


def reached(
    functions: Iterable[Callable[..., Any]], kinds: Iterable[type] = ()
) -> Iterator[tuple[FunctionType, ModelFunction | None]]:
    """Each function of people's own that some may come to, and what it is in the language.

    The methods of all records and enums that some `kinds` hold count as reached.
    """
    waiting, seen = [*functions], set[int]()
    for kind in kinds:
        waiting += outside(kind, kind.__name__).functions
    while waiting:
        function = waiting.pop()
        body = body_of(function)
        if id(body) not in seen and is_model_file(body.__code__.co_filename):
            seen.add(id(body))
            yield body, about(function)
            waiting += held_by(body)


def reached_text(
    functions: Iterable[Callable[..., Any]], kinds: Iterable[type], system: System
) -> str:
    """A digest of their texts, and of the constants that they name, some in the system's state.

    After it the digests of the values of enums: another version may have more (`is_as_before`).
    """
    known, counted = (tuple(functions), tuple(dict.fromkeys(kinds))), _Constants()
    state = _constants(_Held(system))
    while True:
        _, names = _bodies(*known, counted)
        more = tuple((path, held) for path, held in state if _last(path) in names)
        if more == counted:
            return _text_of(*known, counted)
        counted = more


@cache
def _bodies(
    functions: Functions, kinds: tuple[type, ...], constants: _Constants
) -> tuple[list[FunctionType], set[str]]:
    """What some functions, and those in constants, may come to, and all that this names."""
    held = (each for _, held in constants for each in outside(held.value, "").functions)
    bodies = [body for body, _ in reached([*functions, *held], kinds)]
    return bodies, {name for body in bodies for name in names_in(body.__code__)}


@cache
def _text_of(functions: Functions, kinds: tuple[type, ...], constants: _Constants) -> str:
    bodies, _ = _bodies(functions, kinds, constants)
    texts = {_constant(kind) for kind in kinds}
    texts |= {f"{path}={_constant(held.value)}" for path, held in constants}
    values, parts = set[str](), [*map(_Held, kinds), *(held for _, held in constants)]
    for body in bodies:
        named = [*_named_by(body)]
        parts += (_Held(value) for value in (body, *(value for _, value in named)))
        shown = (f"{name}={_constant(value)}" for name, value in named)
        texts.add("\n".join([_text(body.__code__), *shown]))
    for held in parts:
        of_classes, of_enums = _attributes(held)
        texts |= of_classes
        values |= of_enums
    return " ".join([_digest("\n\n".join(sorted(texts))), *sorted(map(_digest, values))])


def is_as_before(was: str, now: str) -> bool:
    """Whether a text that functions may come to is the same, whatever values enums have more."""
    before, after = was.split(), now.split()
    return before[:1] == after[:1] and set(before) <= set(after)


@cache
def _constants(of: _Held) -> _Constants:
    """The constants in a system's state, by their paths."""
    system: Any = of.value
    both = zip(system.layout.leaves, system.initial_values, strict=True)
    return tuple((leaf.path, _Held(value)) for leaf, value in both if leaf.constant)


def _last(path: str) -> str:
    """The name of a field, without rows."""
    return path.rpartition(".")[2].partition("[")[0]


def _named_by(body: FunctionType) -> Iterator[tuple[str, object]]:
    """What a function names, and its defaults."""
    yield from ((name, value) for _, name, value in named_in(body))
    yield from ((f"default {n}", value) for n, value in enumerate(body.__defaults__ or ()))
    yield from (body.__kwdefaults__ or {}).items()


@cache
def _attributes(held: _Held) -> tuple[frozenset[str], frozenset[str]]:
    """The constants in the classes and functions that a value holds, and the values of enums."""
    texts, values = set[str](), set[str]()
    for _, part, attributes in outside(held.value, "").namespaces:
        if isinstance(part, Enum):
            values.add(f"{_constant(part)}={_constant(part._value_)}")
        else:
            texts |= {
                f"{_constant(part)}.{name}={_constant(value)}"
                for name, value in attributes.items()
                if _has_value(value)
                and not (
                    isinstance(part, EnumType) and (name[:1] == "_" or name in part.__members__)
                )
            }
    return frozenset(texts), frozenset(values)


def _has_value(value: object) -> bool:
    return type(value) in PLAIN or isinstance(value, Enum | tuple | frozenset) or is_frozen(value)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def function_text(function: ast.FunctionDef) -> str:
    """A function's parameters and body, without its documentation."""
    says = ast.get_docstring(function, clean=False) is not None
    body = function.body[1:] if says else function.body
    return "\n".join([ast.unparse(function.args), *map(ast.unparse, body)])


@cache
def _text(code: CodeType) -> str:
    try:
        node = definition(code)
    except ModelError:
        return code.co_name
    return function_text(node) if isinstance(node, ast.FunctionDef) else ast.unparse(node)


def _constant(value: object) -> str:
    """A constant by its parts; the members that an enum has are no part of it."""
    if isinstance(value, Enum):
        return f"{_constant(type(value))}.{value._name_}"
    if type(value) in PLAIN:
        return repr(value)
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, tuple | frozenset) or is_frozen(value):
        return f"{_constant(type(value))}({', '.join(_parts(value))})"
    if isinstance(value, ModuleType) or callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    return type(value).__name__


def _parts(value: object) -> Iterator[str]:
    parts = [f"{name}={_constant(part)}" for name, part in items(value)]
    if isinstance(value, frozenset):
        parts = sorted(part.partition("=")[2] for part in parts)
    yield from parts
