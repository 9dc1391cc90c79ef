"""How a line of a function is quoted: local names as the fields that they stand for."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

from verifier.language.errors import Place


@dataclass(frozen=True)
class Quotation:
    """An expression, and the assignments of the local names that are left in it, in order."""

    text: str
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Assignment:
    name: str
    value: ast.expr

    @property
    def is_of_field(self) -> bool:
        return isinstance(self.value, ast.Attribute)

    @property
    def keeps_its_name(self) -> bool:
        return isinstance(self.value, ast.Attribute) and self.value.attr == self.name


class Quoting:
    """Quotes the expressions of one function.

    A name that stands for one field all through is written out, unless it is the field's own.
    """

    def __init__(self, function: ast.FunctionDef) -> None:
        given = sorted(_assignments(function), key=lambda each: each.value.lineno)
        stored = list(_stored(function))
        short = [one for one in given if one.is_of_field and stored.count(one.name) == 1]
        self.in_full = _InFull()
        for one in short:
            if not one.keeps_its_name:
                self.in_full.fields[one.name] = self.in_full.visit(deepcopy(one.value))
        self.given = [one for one in given if one not in short]

    def quoted(self, expression: ast.expr) -> Quotation:
        """An expression with what was assigned before it to the local names that it reads."""
        full = self.in_full.visit(deepcopy(expression))
        names, bound = _names(full), list[str]()
        for one in reversed(self.given):
            if one.name in names and one.value.lineno < expression.lineno:
                value = self.in_full.visit(deepcopy(one.value))
                names |= _names(value)
                bound.insert(0, f"{one.name} = {ast.unparse(value)}")
        return Quotation(ast.unparse(full), tuple(bound))


def _assignments(function: ast.FunctionDef) -> Iterator[_Assignment]:
    """What is assigned to local names, one at a time or side by side."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        target, value = node.targets[0], node.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(target.elts, value.elts, strict=False))
        yield from (_Assignment(to.id, of) for to, of in pairs if isinstance(to, ast.Name))


def _stored(function: ast.FunctionDef) -> Iterator[str]:
    """Every name as often as it is given something, when the function is called or in it."""
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


class _InFull(ast.NodeTransformer):
    """Writes names out."""

    def __init__(self) -> None:
        self.fields: dict[str, ast.expr] = {}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.fields.get(node.id, node)


@cache
def assertion(place: Place) -> tuple[str, bool]:
    """The `assert` on a line without its text, and whether it has one.

    The line itself where there is none, but something that raises an AssertionError.
    """
    source = linecache.getlines(place.file)
    for node in ast.walk(ast.parse("".join(source))):
        if isinstance(node, ast.Assert) and node.lineno <= place.line <= (node.end_lineno or 0):
            return f"assert {ast.unparse(node.test)}", node.msg is not None
    return source[place.line - 1].strip() if place.line <= len(source) else "", True


@cache
def assumption(place: Place) -> str:
    """What the call of `assume` on a line assumes; the line itself where that is not clear."""
    source = linecache.getlines(place.file)
    for node in ast.walk(ast.parse("".join(source))):
        if (
            isinstance(node, ast.Call)
            and node.lineno <= place.line <= (node.end_lineno or node.lineno)
            and ast.unparse(node.func).rpartition(".")[2] == "assume"
            and node.args
        ):
            return ast.unparse(node.args[0])
    return source[place.line - 1].strip() if place.line <= len(source) else ""
