"""What a model may call of Python's own: its answer depends on what it is given only."""

from __future__ import annotations

import builtins
import functools
import itertools
import operator
from dataclasses import replace
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, assert_never, cast

from verifier.language.errors import is_model_file, is_program_file

CLASSES = (bool, dict, enumerate, filter, int, list, map, range, reversed, super, tuple, zip)
FUNCTIONS = (abs, all, any, iter, len, max, min, next, sorted, sum, functools.reduce)
OPERATORS = (operator.and_, operator.or_, operator.xor)
ITERATORS = (itertools.chain, itertools.combinations, itertools.permutations, itertools.product)
WRITTEN: tuple[Any, ...] = (assert_never, cast, replace)
"""Functions of Python's own that are written in Python, and may call what they need."""

CALLABLE: tuple[object, ...] = (*CLASSES, *FUNCTIONS, *OPERATORS, *ITERATORS, *WRITTEN)
"""All of them."""
_CALLABLE = frozenset(map(id, CALLABLE))


def is_callable(value: object) -> bool:
    """Whether a function or class of Python's own may be called."""
    if isinstance(value, type) and issubclass(value, Exception):
        return getattr(builtins, value.__name__, None) is value
    return id(value) in _CALLABLE


def is_of_library(value: object) -> bool:
    """Whether a function belongs to Python or a library, and not to an object that changes."""
    if isinstance(value, BuiltinFunctionType):
        return isinstance(value.__self__, ModuleType | None)
    file = value.__code__.co_filename if isinstance(value, FunctionType) else ""
    return bool(file) and not is_model_file(file) and not is_program_file(file)
