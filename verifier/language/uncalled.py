"""Guards around what is asked for its truth, compared or dropped: a condition is a bool.

A function that is not called is true and equals nothing, whatever it would return; so are an enum
member, a tuple and an iterator, whatever is in them. An iterator that is dropped has not run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, TypeVar

from verifier.language.errors import refuse
from verifier.language.running import RUNNING
from verifier.language.text_nodes import asked, place_in_text

T = TypeVar("T")

CONDITION, COMPARED, ELEMENTS = "@condition", "@compared", "@elements"
"""What they are called around a condition, an operand, and what `all`, `any` or `bool` is given."""
DROPPED, PREDICATE = "@dropped", "@predicate"
"""What they are called around a statement's value, and around what `filter` asks."""
TO_TUPLE, METHOD = "@to_tuple", "@method"
"""What they are called around what a tuple or list is compared with, and around a method."""

FUNCTIONS = {FunctionType, MethodType, BuiltinFunctionType, partial, property}
"""What is true whatever it would return."""

STORING = {"append", "extend", "insert"}
"""The methods of a list that compare nothing."""

BY_VALUE = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def only_bools(value: T) -> T:
    """What is used as a condition; refused in a run unless it is a bool.

    Symbolic values answer, or refuse, by themselves.
    """
    kind = type(value)
    if kind is bool or kind.__module__.startswith("verifier.") or RUNNING.get() is None:
        return value
    only_values(value, "is used as a condition")
    what = f"a value of type `{type(value).__name__}` is used as a condition"
    raise refuse(what, "a condition is a bool: write what is asked of the value")


def only_values(value: T, use: str) -> T:
    """A value; refused in a run where it is a function."""
    if type(value) in FUNCTIONS and RUNNING.get() is not None:
        raise refuse(f"the function `{getattr(value, '__name__', 'it')}` {use}", "call it")
    return value


def only_comparable(value: T) -> T:
    """What is compared by its value; refused in a run where that is not a value, or holds none."""
    _check_kept(value, "is compared")
    return value


def only_like(value: T, kind: str) -> T:
    """What a tuple or list is compared with; refused in a run where it cannot be equal."""
    only_comparable(value)
    if RUNNING.get() is not None and kind not in {each.__name__ for each in type(value).__mro__}:
        what = f"a {kind} is compared with what is no {kind}"
        raise refuse(what, "they are never equal: compare what is in it")
    return value


def only_given_values(method: Any) -> Any:
    """A method of Python's own, as `count` or `get`, that compares no functions in a run."""
    if RUNNING.get() is None or type(method) is not BuiltinFunctionType:
        return method
    if isinstance(method.__self__, ModuleType | type) or method.__name__ in STORING:
        return method
    if not isinstance(method.__self__, Iterator):
        only_comparable(method.__self__)
    return lambda *given, **named: method(*map(only_comparable, given), **named)


def only_droppable(value: T) -> T:
    """What a statement computes for nothing; refused in a run where it is there to be used."""
    if isinstance(value, BaseException) and RUNNING.get() is not None:
        raise refuse(f"a value of type `{type(value).__name__}` is dropped", "raise it")
    _check_kept(value, "is dropped")
    return value


def _check_kept(value: object, use: str) -> None:
    """Refuse functions and iterators, in tuples and the like, too, where neither can be of use."""
    if isinstance(value, tuple | list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            _check_kept(each, use)
    elif isinstance(value, Iterator) and RUNNING.get() is not None:
        what = f"a value of type `{type(value).__name__}` {use}"
        raise refuse(what, "nothing of it has run: write a loop, or make it a tuple")
    else:
        only_values(value, use)


def only_elements(values: Any, function: object) -> Any:
    """What a function is given; refused in a run where it asks a function for its truth."""
    if RUNNING.get() is None:
        return values
    if function is bool:
        return only_bools(values)
    is_asked = function is all or function is any or function is filter
    return map(only_bools, values) if is_asked else values


def only_asking(predicate: Any, function: object) -> Any:
    """What a function asks of each value; refused in a run where it answers with no bool."""
    if RUNNING.get() is None or function is not filter or predicate is None:
        return predicate
    return lambda value: only_bools(predicate(value))


UNCALLED: dict[str, Callable[..., Any]] = {
    CONDITION: only_bools,
    COMPARED: only_comparable,
    ELEMENTS: only_elements,
    DROPPED: only_droppable,
    PREDICATE: only_asking,
    TO_TUPLE: only_like,
    METHOD: only_given_values,
}
"""The guards, by their names in the compiled text."""


def require_called(node: ast.AST) -> None:
    """Put the guards where they belong; the text is changed."""
    match node:
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
            node.test = asked(CONDITION, node.test)
        case ast.UnaryOp(op=ast.Not()):
            node.operand = asked(CONDITION, node.operand)
        case ast.BoolOp(op=ast.And()):
            node.values[:-1] = [asked(CONDITION, each) for each in node.values[:-1]]
        case ast.match_case() if node.guard is not None:
            node.guard = asked(CONDITION, node.guard)
        case ast.Match():
            node.subject = _compared(node.subject)
        case ast.comprehension():
            node.ifs = [asked(CONDITION, each) for each in node.ifs]
        case ast.Compare() if all(isinstance(each, BY_VALUE) for each in node.ops):
            _guard_compared(node)
        case ast.Call(ast.Attribute(), [_, *_]):
            node.func = asked(METHOD, node.func)
        case ast.Expr() if not isinstance(node.value, ast.Constant):
            node.value = asked(DROPPED, node.value)
        case ast.Call(ast.Name("filter"), [predicate, values], []) if not (
            isinstance(predicate, ast.Constant | ast.Starred) or isinstance(values, ast.Starred)
        ):
            function = ast.Name("filter", ast.Load(), **place_in_text(node))
            node.args[0] = asked(PREDICATE, predicate, function)
        case ast.Call(ast.Name("all" | "any" | "bool" as name), [values], []) | ast.Call(
            ast.Name("filter" as name), [ast.Constant(None), values], []
        ):
            if not isinstance(values, ast.Starred):
                function = ast.Name(name, ast.Load(), **place_in_text(node))
                node.args[-1] = asked(ELEMENTS, values, function)


def _guard_compared(node: ast.Compare) -> None:
    """Put the guards around what is compared by its value."""
    left, *others = node.left, *node.comparators
    node.left, *node.comparators = map(_compared, [left, *others])
    if len(others) == 1 and isinstance(node.ops[0], ast.Eq | ast.NotEq):
        node.left = _like(left, others[0]) or node.left
        node.comparators = [_like(others[0], left) or node.comparators[0]]


def _like(operand: ast.expr, other: ast.expr) -> ast.expr | None:
    """An operand that is compared with a tuple or list, in the guard for that."""
    if isinstance(operand, type(other)) or not isinstance(other, ast.Tuple | ast.List):
        return None
    return asked(TO_TUPLE, operand, type(other).__name__.lower())


def _compared(operand: ast.expr) -> ast.expr:
    is_value = isinstance(operand, ast.Constant | ast.Starred)
    return operand if is_value else asked(COMPARED, operand)
