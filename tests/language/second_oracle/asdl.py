"""Python's grammar, read from the classes of `ast`.

They carry it in their docstrings, `BinOp(expr left, operator op, expr right)`: so whatever Python
this runs on, all that it can parse is met.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Field:
    """A field of a node: what it holds, how many of it, and its name."""

    kind: str
    many: str
    name: str


@cache
def fields_of(node: type[ast.AST]) -> tuple[Field, ...]:
    """The fields that a node's docstring names."""
    inside = re.search(r"\((.*)\)", " ".join((node.__doc__ or "").split()))
    parts = re.findall(r"(\w+)([*?]?) (\w+)", inside[1]) if inside else []
    return tuple(Field(*part) for part in parts)


def constructors(kind: type[ast.AST]) -> list[type[ast.AST]]:
    """The kinds of a statement, an expression, a pattern, an operator."""
    return sorted(kind.__subclasses__(), key=lambda each: each.__name__)


NOT_IN_FUNCTIONS = {"Module", "Interactive", "Expression", "FunctionType", "TypeIgnore"}
"""Nodes that are modules or comments."""


def node_kinds() -> set[str]:
    """Every node class that can occur in a function, in this Python."""
    found: set[type[ast.AST]] = set()
    pending: list[type[ast.AST]] = [ast.AST]
    while pending:
        kind = pending.pop()
        below = [each for each in kind.__subclasses__() if each.__module__ in ("ast", "_ast")]
        pending += below
        found |= {each for each in below if not each.__subclasses__()}
    old = {"AugLoad", "AugStore", "Param", "Suite", "Index", "ExtSlice", "slice"}
    old |= {"Num", "Str", "Bytes", "NameConstant", "Ellipsis"}
    return {each.__name__ for each in found} - NOT_IN_FUNCTIONS - old
