"""The parts of a claim: what it returns as a conjunction, each part to be judged alone."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from dataclasses import replace as replaced
from functools import cache
from itertools import product
from types import CodeType, FunctionType
from typing import Any, cast

from verifier.language.functions import ModelFunction
from verifier.language.ownership import is_record
from verifier.language.source_text import definition

COMPARED = "__compared__"
"""What records are compared by in a part; no model can have it, as it is not one of its globals."""
MOST_PARTS = 16


@dataclass(frozen=True)
class Part:
    """An expression, and what of it is its own: without what all parts have."""

    whole: ast.expr
    own: ast.expr


def parts_of(function: ModelFunction, compared: Callable[[Any, Any], Any]) -> list[ModelFunction]:
    """A claim for each part, named by its text; `compared` is given records to be compared."""
    body = cast("FunctionType", function.body)
    if body.__closure__ is not None:
        return [function]
    found = []
    for text, code in _parts(body.__code__):
        names = {COMPARED: lambda one, other: _equal(one, other, compared)}
        part = FunctionType(code, body.__globals__ | names, code.co_name, body.__defaults__)
        found.append(replaced(function, name=text, body=part))
    return found or [function]


def _equal(one: Any, other: Any, compared: Callable[[Any, Any], Any]) -> Any:
    if is_record(one) and is_record(other):
        compared(one, other)
    return one == other


@cache
def _parts(code: CodeType) -> tuple[tuple[str, CodeType], ...]:
    """The text and code of each part; of several returned values the parts of the last count."""
    node = definition(code)
    returns = [each for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
    if not isinstance(node, ast.FunctionDef) or len(returns) != 1:
        return ()
    [returned] = returns
    assert returned.value is not None, "only those with a value are looked at"
    return tuple(
        (ast.unparse(part.own), _compiled(node, returned, part.whole, code))
        for part in conjuncts(returned.value)
    )


def _compiled(
    node: ast.FunctionDef, returned: ast.Return, value: ast.expr, code: CodeType
) -> CodeType:
    place = (returned.lineno, returned.col_offset)
    twin = _Returning(place, value).visit(deepcopy(node))
    twin.decorator_list = []
    module = ast.fix_missing_locations(ast.Module([twin], []))
    whole = compile(module, code.co_filename, "exec", dont_inherit=True, optimize=0)
    found = next(part for part in whole.co_consts if isinstance(part, CodeType))
    return found.replace(co_firstlineno=code.co_firstlineno)


class _Returning(ast.NodeTransformer):
    """Puts another value where a function returns one, and compares records by `COMPARED`."""

    def __init__(self, place: tuple[int, int], value: ast.expr) -> None:
        self.place, self.value = place, value

    def visit_Return(self, node: ast.Return) -> ast.Return:
        if (node.lineno, node.col_offset) == self.place:
            node.value = self.visit(deepcopy(self.value))
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        if len(node.ops) > 1 or not isinstance(node.ops[0], ast.Eq):
            return node
        given = [node.left, node.comparators[0]]
        return ast.copy_location(ast.Call(ast.Name(COMPARED, ast.Load()), given, []), node)


def conjuncts(value: ast.expr) -> list[Part]:
    """A condition as a conjunction: all parts hold where it does. One part where that is long."""
    found = list(_conjuncts(value))
    return found if len(found) <= MOST_PARTS else [Part(value, value)]


def _conjuncts(value: ast.expr) -> Iterator[Part]:
    match value:
        case ast.BoolOp(ast.And(), values):
            for each in values:
                yield from _conjuncts(each)
        case ast.BinOp(left, ast.BitAnd(), right):
            yield from _conjuncts(left)
            yield from _conjuncts(right)
        case ast.BoolOp(ast.Or(), values):
            yield from _distributed(values, lambda parts: ast.BoolOp(ast.Or(), parts))
        case ast.BinOp(left, ast.BitOr() as either, right):
            yield from _distributed([left, right], lambda two: ast.BinOp(two[0], either, two[1]))
        case _:
            yield Part(value, value)


def _distributed(
    values: list[ast.expr], joined: Callable[[list[ast.expr]], ast.expr]
) -> Iterator[Part]:
    """An "or" of conjunctions: what is a part of none stands before each of them."""
    choices = [list(_conjuncts(each)) for each in values]
    for parts in product(*choices):
        own = [part.own for part, options in zip(parts, choices, strict=True) if len(options) > 1]
        whole = joined([part.whole for part in parts])
        yield Part(whole, own[0] if len(own) == 1 else whole)
