"""Twins of functions, which report their decisions and what local names stand for."""

from __future__ import annotations

import ast
from copy import deepcopy
from functools import cache
from types import CodeType
from typing import Any, NamedTuple, TypeGuard

from verifier.language.source_text import definition
from verifier.language.tracing.quotation import Quoting

READS, DECIDED, NOTED, WITHIN = "__reads__", "__decided__", "__noted__", "__within__"
"""The names under which a twin reports; no model can have them, as they are not its globals."""


class Asked(NamedTuple):
    """A condition or returned value: its text, and the assignments of local names before it.

    `names` are the local names that it, or one of those, reads: without any it cannot depend on
    what the function is given.
    """

    line: int
    text: str
    given: tuple[str, ...]
    returned: bool
    names: tuple[str, ...]


@cache
def twin_of(code: CodeType) -> CodeType | None:
    """The code that reports; None where there is nothing to report."""
    node = deepcopy(definition(code))
    if not isinstance(node, ast.FunctionDef):
        return None
    node.decorator_list = []
    reporting = _Reporting(Quoting(deepcopy(node)), {*code.co_varnames, *code.co_cellvars})
    module = ast.Module([reporting.generic_visit(node)], [])  # type: ignore[list-item]
    if not reporting.found:
        return None
    compiled = compile(
        ast.fix_missing_locations(module), code.co_filename, "exec", dont_inherit=True, optimize=0
    )
    return next(part for part in compiled.co_consts if isinstance(part, CodeType))


class _Reporting(ast.NodeTransformer):
    """Puts a report around each condition, each returned value, and what a local name gets."""

    def __init__(self, quoting: Quoting, local: set[str]) -> None:
        self.quoting = quoting
        self.local = local
        self.found = False

    def visit_If(self, node: ast.If) -> ast.If:
        asked = self._asked(node.test)
        self.generic_visit(node)
        node.test = _call(DECIDED, node.test, asked)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        asked = self._asked(node.test)
        self.generic_visit(node)
        node.test = _call(DECIDED, node.test, asked)
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return:
        if node.value is not None:
            asked = self._asked(node.value, returned=True)
            self.generic_visit(node)
            node.value = _call(DECIDED, node.value, asked)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Name):
            node.value = _call(NOTED, node.value, target.id)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        self.found = True
        node.test = _within(node.test, "assert")
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        self.generic_visit(node)
        call = node.value
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "assume":
            self.found = True
            call.args = [_within(each, "assume") for each in call.args]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return node  # what is defined in a function decides for itself

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        return node

    def _asked(self, value: ast.expr, returned: bool = False) -> tuple[Any, ...]:
        self.found = True
        quoted = self.quoting.quoted(value)
        given = [ast.parse(text) for text in quoted.given]
        named = {each.id for part in (value, *given) for each in ast.walk(part) if _is_name(each)}
        names = tuple(sorted(named & self.local))
        return (value.lineno, quoted.text, quoted.given, returned, names)


def _is_name(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def _within(value: ast.expr, what: str) -> ast.expr:
    """A call that evaluates a value, and is given what for."""
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    given: list[ast.expr] = [ast.Constant(what), ast.Lambda(nothing, value)]
    return ast.copy_location(ast.Call(ast.Name(WITHIN, ast.Load()), given, []), value)


def _call(name: str, value: ast.expr, about: Any) -> ast.expr:
    """A call that is given how much had been read before the value, the value, and what it is."""
    reads = ast.Call(ast.Name(READS, ast.Load()), [], [])
    call = ast.Call(ast.Name(name, ast.Load()), [reads, value, ast.Constant(about)], [])
    return ast.copy_location(call, value)
