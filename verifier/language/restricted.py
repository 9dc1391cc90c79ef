"""Names that a model function must not use, and what to write in their place."""

from enum import Enum, EnumMeta, Flag
from inspect import getmro
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType, TracebackType
from typing import NamedTuple

INTERNAL = {
    *("_at", "_base", "_born", "_code", "_given", "_keys", "_label", "_literal", "_members"),
    *("_operands", "_refusal", "_refuse", "_rows", "_run", "_settled", "_shown", "_store"),
    *("_type", "_values"),
}
"""Attributes that only the language itself may read."""


class _Members(Enum):
    ONE = 1


class _Flags(Flag):
    ONE = 1


class _Fields(NamedTuple):
    one: int = 1


HARMLESS = {"_asdict", "_fields", "_make", "_name_", "_replace", "_value_"}
"""What Python puts into classes that no run could change."""

OF_CLASSES = {
    name
    for made in (_Members, _Flags, _Fields, EnumMeta)
    for cls in getmro(made)
    for name in vars(cls)
    if name == "mro" or (name.startswith("_") and not name.startswith("__"))
} - HARMLESS
"""What Python puts into classes beside: tables of its own, and a way to their bases."""

FRAMES = {
    name
    for kind in (GeneratorType, CoroutineType, AsyncGeneratorType, TracebackType, FrameType)
    for name in vars(kind)
    if name.startswith(("gi_", "cr_", "ag_", "tb_", "f_"))
}
"""Attributes of generators, tracebacks and frames, which lead to everything there is."""

VIEWS = {"items", "keys"}
"""Methods of dictionaries whose result is a set; a family has `items`, too."""

ORDERED = {
    *("all", "any", "enumerate", "filter", "len", "list"),
    *("map", "reversed", "sorted", "tuple", "zip"),
}
"""Builtins that take what they are given in its order."""

TEXTUAL_METHODS = {"format", "format_map"}
"""Methods of text that look into what they are given."""

BEHIND = INTERNAL | OF_CLASSES | FRAMES
"""Attributes that are no part of a model."""

UNUSABLE = BEHIND | VIEWS | TEXTUAL_METHODS
"""Attributes that no model uses, whatever has them."""

ANOTHER_NAME = "give it another name: it is Python's or the language's own"

UNHOOKED = {
    *("callable", "dir", "getattr", "hasattr", "id", "isinstance", "issubclass", "type", "vars")
}
"""Builtins whose answer differs between plain and symbolic values."""

TEXTUAL = {"ascii", "bytes", "format", "repr", "str"}
"""Builtins that make text of a value."""

ANSWER = "let a record's field or method answer what it needs"
WRITE_IT = "write what it needs as a model function"
STATE = "store all state in records"
CONSTANT = "store state in records; make a constant a tuple or a function with match"
TEXT = "compare fields: nothing in a model may depend on the text of a value"
