"""All that functions may come to, and a digest of its text and of the constants that it names.

Where the digest is the same, two versions say the same of values that only one of them has.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import cache
from hashlib import blake2b
from types import CodeType, FunctionType, ModuleType
from typing import Any

from verifier.compiler.assertions import body_of, held_by
from verifier.language.constants import PLAIN, is_frozen, items, outside
from verifier.language.errors import ModelError, is_model_file
from verifier.language.functions import ModelFunction, about
from verifier.language.named_values import named_in
from verifier.language.source_text import definition


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


def reached_text(functions: Iterable[Callable[..., Any]], kinds: Iterable[type] = ()) -> str:
    """The digest of their texts, and of the constants that they name."""
    texts = []
    for body, _ in reached(functions, kinds):
        constants = (f"{name}={_constant(value)}" for _, name, value in named_in(body))
        texts.append("\n".join([_text(body.__code__), *constants]))
    return blake2b("\n\n".join(sorted(texts)).encode(), digest_size=16).hexdigest()


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
        return f"{type(value).__name__}.{value._name_}"
    if type(value) in PLAIN:
        return repr(value)
    if isinstance(value, ModuleType | type) or callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    if isinstance(value, tuple | frozenset) or is_frozen(value):
        return f"{type(value).__name__}({', '.join(_parts(value))})"
    return type(value).__name__


def _parts(value: object) -> Iterator[str]:
    parts = [f"{name}={_constant(part)}" for name, part in items(value)]
    if isinstance(value, frozenset):
        parts = sorted(part.partition("=")[2] for part in parts)
    yield from parts
