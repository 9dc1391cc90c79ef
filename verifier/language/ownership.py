"""Whose a class or a function is: people's own, the language's, or Python's."""

from __future__ import annotations

import sys
from enum import Enum
from types import FunctionType
from typing import Any

from verifier.language.errors import is_model_file, is_program_file

HEAP_TYPE = 1 << 9
"""The flag of classes that were made by a class statement or a call."""


class View:
    """What the class of a record, or of families inside one, has as its `__view__`."""

    __slots__ = ("of",)

    def __init__(self, of: type) -> None:
        self.of = of


def is_record(value: object) -> bool:
    """Whether a value is a record, or a family inside one, whatever else calls itself one."""
    kind = type(value)
    if kind is bool:
        return False
    view = kind.__dict__.get("__view__")
    return type(view) is View and view.of is kind


def is_model_function(function: object) -> bool:
    """Whether a function is what a decorator of the language has made, and not one around it."""
    if not isinstance(function, FunctionType):
        return False
    code, held = function.__code__, vars(function)
    if code.co_name != "call" or not is_program_file(code.co_filename):
        return False
    body = getattr(held.get("__model__"), "body", None)
    return body is not None and held.get("__wrapped__") is body


def is_own(value: Any) -> bool:
    """Whether a class, function or member is people's own: neither Python's nor the language's.

    Its own `__module__` is not trusted.
    """
    if isinstance(value, FunctionType):
        return is_model_function(value) or is_model_file(value.__code__.co_filename)
    cls: Any = value if isinstance(value, type) else type(value)
    if not cls.__flags__ & HEAP_TYPE:
        return False
    package = (cls.__module__ or "").partition(".")[0]
    if package not in sys.stdlib_module_names and not cls.__module__.startswith(
        "verifier.language"
    ):
        return True
    found: Any = sys.modules.get(cls.__module__)
    for part in cls.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is not cls


def is_given_by(kind: type[Enum], name: str) -> bool:
    """Whether an attribute of an enum's members is one that people's own code gives them."""
    for cls in kind.__mro__:
        if name in vars(cls):
            return is_own(cls) and name not in kind._member_map_
    return name[:1] != "_" and all(name in vars(member) for member in kind)
