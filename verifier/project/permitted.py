"""What the text of a model may name if all that it depends on is known.

Lists of what is permitted, never of what is not: what a later Python adds is outside.
"""

from __future__ import annotations

import builtins
import collections.abc
import dataclasses
import enum
import functools
import itertools
import operator
import os
import re
import typing
from pathlib import Path
from types import ModuleType

import verifier.language

LANGUAGE = frozenset(verifier.language.__all__)

_EXCLUDED = {
    "dataclasses": {"make_dataclass"},
    "enum": {"EnumMeta", "EnumType", "global_enum", "global_enum_repr", "global_flag_repr"},
    "functools": {"update_wrapper", "WRAPPER_ASSIGNMENTS", "WRAPPER_UPDATES"},
    "typing": {"ForwardRef", "evaluate_forward_ref", "get_args", "get_overloads", "get_type_hints"},
}
"""They run a text, make classes of computed names, or reach into what they are given."""


def _names(module: ModuleType) -> frozenset[str]:
    public = getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if not isinstance(value, ModuleType)
    ]
    excluded = _EXCLUDED.get(module.__name__, set())
    return frozenset(name for name in public if not name.startswith("_") and name not in excluded)


_STANDARD = (collections.abc, dataclasses, enum, functools, itertools, operator, typing)

STANDARD = {module.__name__: _names(module) for module in _STANDARD}
"""The modules of Python that a pure module may import, and what of them."""

_LIBRARY = str(Path(os.__file__).parent) + os.sep

SHADOWED = {
    module.__name__: str(module.__file__)
    for module in _STANDARD
    if not str(getattr(module, "__file__", None) or _LIBRARY).startswith(_LIBRARY)
}
"""Those that are not Python's own, because a file of that name comes first on the path."""

_BUILTINS = """
abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod enumerate
filter float format frozenset hex int isinstance issubclass iter len list map max min next object
oct ord pow print property range repr reversed round set slice sorted staticmethod str sum super
tuple zip
False None True Ellipsis NotImplemented __debug__ __name__ __doc__
Exception ArithmeticError AssertionError AttributeError IndexError KeyError LookupError NameError
NotImplementedError OverflowError RuntimeError StopIteration TypeError ValueError
ZeroDivisionError DeprecationWarning UserWarning Warning
"""

BUILTINS = frozenset(_BUILTINS.split())
"""Names of Python that mean the same in every process."""

OTHER_BUILTINS = frozenset({*dir(builtins), "__file__", "__path__", "__cached__"}) - BUILTINS

BY_NAME = {
    **dict.fromkeys(("getattr", "hasattr", "setattr", "delattr"), 1),
    **dict.fromkeys(("attrgetter", "methodcaller"), 0),
}
"""Functions that take an attribute's name, and as which argument."""

CLASS_MAKERS = {"NamedTuple", "TypedDict"}
"""Classes that are inherited from, and not called with texts that are evaluated later."""

UNSPECIFIC = {"Exception", "RuntimeError", "ModelError"}
"""Exceptions that also stand for what a machine runs out of, or that name places on it."""

BY_THEIR_NAME = {*BY_NAME, *CLASS_MAKERS, *UNSPECIFIC, "wraps"}
"""What is known by its name, so that it may have no other."""

DUNDER = re.compile(r"(?<!\w)__[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*__(?!\w)")

_METHODS = """
init new post_init init_subclass set_name setattr name qualname doc members call str repr bool len
iter next contains getitem setitem delitem and or xor invert eq ne lt le gt ge add sub
mul neg pos abs int index lshift rshift rand ror rxor radd rsub format
"""

DUNDER_ATTRIBUTES = frozenset(f"__{name}__" for name in _METHODS.split())

DUNDER_ASSIGNED = frozenset({"__all__", "__slots__", "__doc__", "__hash__"})

DUNDER_REFUSED = {
    *("__instancecheck__", "__subclasscheck__", "__subclasshook__", "__prepare__", "__del__"),
    *("__exit__", "__aexit__"),
}
"""Methods that make a class what it is not, or that run when memory is collected or code fails."""

_REACHING = """
gi_frame gi_code gi_yieldfrom cr_frame cr_code cr_origin cr_await ag_frame ag_code ag_await
tb_frame tb_next f_back f_builtins f_code f_generator f_globals f_locals f_trace co_consts
format_map mro with_traceback actions
"""

REACHING = frozenset(_REACHING.split())
"""Attributes of frames, tracebacks, code, classes and systems that lead to all else."""

UNDERSCORED = frozenset(
    {"_value_", "_name_", "_missing_", "_replace", "_asdict", "_fields", "_make"}
)
