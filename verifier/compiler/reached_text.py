"""A digest of the text of all that functions may come to, and of the constants that they name.

Where it is the same, two versions say the same of values that only one of them has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from hashlib import blake2b
from types import CodeType, FunctionType, ModuleType

from verifier.compiler.assertions import body_of, held_by
from verifier.language.constants import PLAIN, is_frozen, items, outside
from verifier.language.errors import ModelError, is_model_file
from verifier.language.named_values import named_in
from verifier.language.source_text import definition


def reached_text(functions: Iterable[FunctionType], kinds: Iterable[type] = ()) -> str:
    """The digest; the methods of all records and enums that some `kinds` hold count as reached."""
    waiting = [*functions]
    for kind in kinds:
        waiting += outside(kind, kind.__name__).functions
    seen = dict[int, str]()
    while waiting:
        each = body_of(waiting.pop())
        if id(each) not in seen and is_model_file(each.__code__.co_filename):
            constants = (f"{name}={_constant(value)}" for _, name, value in named_in(each))
            seen[id(each)] = "\n".join([_text(each.__code__), *constants])
            waiting += held_by(each)
    return blake2b("\n\n".join(sorted(seen.values())).encode(), digest_size=16).hexdigest()


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
