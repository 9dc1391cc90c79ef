"""Code that Python puts into classes: known by where it is from, as no text of people's has it."""

from __future__ import annotations

import collections
import dataclasses
import dis
import enum
import functools
import reprlib
import typing
from dataclasses import fields, is_dataclass
from functools import cache
from types import CodeType, FunctionType

RENAMED = {"_new_member_": "__new__", "__replace__": "_replace"}
"""What a function is called that Python puts into classes by another name."""


OF_DATACLASSES = {
    vars(dataclasses)[name].__code__
    for name in ("_dataclass_getstate", "_dataclass_setstate", "_replace")
    if name in vars(dataclasses)
}
"""What dataclasses have for pickling, which no run does, and from Python 3.13 on for `replace`."""


MAKERS = {
    module.__file__ for module in (collections, dataclasses, enum, functools, reprlib, typing)
}
"""The files of Python's functions that put methods into classes."""


GENERATED = frozenset({"__init__", "__eq__", "__ge__", "__gt__", "__hash__", "__le__", "__lt__"})
"""Methods that a dataclass has without a text in a file."""


NAMED = {"NotImplemented", "__class__", "__post_init__", "__setattr__", "hash"}
"""What they name but for the fields."""


GIVEN = ("__dataclass_", "_dflt_", "_type_", "_return_type", "MISSING", "_HAS_DEFAULT_FACTORY")
"""How what they have from around them is called."""


LOADS = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}
"""The instructions that read a name of the module or a builtin."""


def is_generated(code: CodeType, cls: type) -> bool:
    """Whether a class has a function from Python's dataclasses or named tuples, without a file."""
    if code.co_filename.startswith("<") and code.co_names == ("_tuple_new",):
        return issubclass(cls, tuple)
    if code.co_filename != "<string>" or code.co_name not in GENERATED or not is_dataclass(cls):
        return False
    known = {*(field.name for field in fields(cls)), *NAMED}.issuperset(code.co_names)
    given = all(name.startswith(GIVEN) for name in code.co_freevars)
    return known and given and _globals_in(code) <= {"NotImplemented", "hash"}


@cache
def _globals_in(code: CodeType) -> frozenset[str]:
    """The names of a module or of Python that a code reads."""
    found = (each for each in dis.get_instructions(code) if each.opname in LOADS)
    return frozenset(each.argval for each in found)


def is_as_made(function: FunctionType, name: str, cls: type) -> bool:
    """Whether Python has put a function there, as far as runs may call it."""
    code = function.__code__
    uncalled = code.co_name in ("__setattr__", "__delattr__", "__repr__")
    named_so = function.__name__ in (name, RENAMED.get(name)) or code in OF_DATACLASSES
    by_python = code.co_filename in MAKERS and named_so
    unnamed = code.co_filename == "<string>" and (uncalled or is_generated(code, cls))
    return by_python or unnamed
