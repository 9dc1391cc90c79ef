"""Guards in the text of models, which answer what they are given while a model runs, or refuse it.

One is around whatever an attribute is assigned to or deleted from: only records have attributes to
assign to. So state outside the records is refused when it is made, whoever holds the object, and
Python's order of evaluation stays. One is on the right of `%`, which makes text of all but numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from enum import Enum
from time import perf_counter_ns
from types import CodeType, FrameType
from typing import Any, TypeVar

from verifier.language.errors import GUARD, ModelError, Place, refuse, within_project
from verifier.language.ownership import is_model_function, is_own, is_record
from verifier.language.restricted import STATE, TEXT
from verifier.language.running import RUNNING
from verifier.language.text_nodes import Node, place_in_text

T = TypeVar("T")

ELSEWHERE = "move it there: what a model runs is compiled from there, and watched"


ASSIGNED = "__assigned__"
"""The attribute of a class that says when one of it, or of its members, was last assigned to."""

NUMBER = "@number"
"""How it calls the one on the right of `%`."""


INSIDE = "@inside"
"""How it calls the one around whatever is asked for one of its INSIDES."""


INSIDES = {"__closure__", "__code__", "__defaults__", "__dict__", "__globals__", "__kwdefaults__"}
"""Attributes that show what Python keeps of an object, where the language has put its own."""


def only_outside(value: T) -> T:
    """What is asked for its insides; refused if they have the language's own parts."""
    if is_record(value) or "__layout__" in getattr(value, "__dict__", {}):
        raise refuse("the namespace of a record is read", "read its fields")
    if is_model_function(value):
        raise refuse("the parts of a model function are looked at or assigned to", "call it")
    return value


IDENTITY = "@identity"
"""How it calls what stands for `is`."""


def identity(a: object, b: object) -> bool:
    """`a is b`; refused of two records, which are looked at anew each time that they are read."""
    if is_record(a) and is_record(b):
        raise refuse("records are compared with `is`", "compare them with `==`")
    return a is b


def only_numbers(value: T) -> T:
    """What is on the right of `%`; refused in a run unless it is a number."""
    if RUNNING.get() is not None and type(value) not in (int, float):
        raise refuse("`%` makes text of what is no number", TEXT)
    return value


def only_records(target: T) -> T:
    """What an attribute is assigned to; refused in a run unless it is a record."""
    whole = is_record(target) and "__layout__" in type(target).__dict__
    if RUNNING.get() is not None and not whole:
        name = f"class `{target.__name__}`" if isinstance(target, type) else "an object"
        raise refuse(
            f"an attribute of {name} of type `{type(target).__name__}` is assigned to", STATE
        )
    kind: Any = type(target) if isinstance(target, Enum) else target
    if isinstance(kind, type) and is_own(kind) and not whole:
        type.__setattr__(kind, ASSIGNED, perf_counter_ns())
    return target


INSTRUMENTS: dict[str, Callable[..., Any]] = {
    GUARD: only_records,
    NUMBER: only_numbers,
    IDENTITY: identity,
    INSIDE: only_outside,
}
"""The guards, by their names in the compiled text."""


def guard(nodes: Iterable[Node], file: str) -> None:
    """Put the guards where they belong; the text is changed."""
    for node, _ in nodes:
        if isinstance(node, ast.Attribute):
            if node.attr in INSIDES:
                node.value = _guarded(INSIDE, node.value)
            if isinstance(node.ctx, ast.Store | ast.Del):
                node.value = _guarded(GUARD, node.value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            node.right = _guarded(NUMBER, node.right)
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Mod):
            node.value = _guarded(NUMBER, node.value)
        elif isinstance(node, ast.Compare):
            _guard_identity(node, file)


def _guard_identity(node: ast.Compare, file: str) -> None:
    """Ask the guard in the place of `is`, but for constants, which are no records."""
    pairs = zip([node.left, *node.comparators], node.comparators, node.ops, strict=False)
    for left, right, operator in pairs:
        if not isinstance(operator, ast.Is | ast.IsNot):
            continue
        if isinstance(left, ast.Constant) or isinstance(right, ast.Constant):
            continue
        if len(node.ops) == 1:
            where = place_in_text(node)
            node.left = ast.Call(
                ast.Name(IDENTITY, ast.Load(), **where), [left, right], [], **where
            )
            node.comparators = [ast.Constant(True, **where)]
        else:
            raise ModelError(
                "`is` in a chain of comparisons",
                Place(file, node.lineno),
                "write one comparison after the other, with `and`",
            )


def _guarded(name: str, node: ast.expr) -> ast.Call:
    where = place_in_text(node)
    return ast.Call(ast.Name(name, ast.Load(), **where), [node], [], **where)


def is_guarded(running: Any) -> bool:
    """Whether a function, or that of a frame, is compiled with the guard."""
    if isinstance(running, FrameType):
        return GUARD in running.f_builtins
    return GUARD in _undecorated(running).__builtins__


def _undecorated(function: Any) -> Any:
    """What the language's own decorators have been given."""
    while is_model_function(function):
        function = function.__dict__["__model__"].body
    return function


def require_guarded(function: Callable[..., Any]) -> None:
    """Refuse a function that is compiled by anybody else."""
    if not is_guarded(function):
        raise written_elsewhere(_undecorated(function).__code__)


def written_elsewhere(code: CodeType) -> ModelError:
    """The refusal of code that is not compiled with the guard."""
    place = Place(code.co_filename, code.co_firstlineno)
    inside = within_project(place.file)
    if "/" in inside:
        module = inside.removesuffix(".py").replace("/", ".")
        what = f"`{code.co_name}` is imported by another name than that of its module"
        return ModelError(what, place, f"import it from `{module}`")
    what = f"`{code.co_name}` is written outside models/ and properties/"
    return ModelError(what, place, ELSEWHERE)
