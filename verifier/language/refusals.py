"""What a model function must not contain, found in its text before it runs."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from enum import Enum
from functools import _lru_cache_wrapper, cache
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    GenericAlias,
    MappingProxyType,
    ModuleType,
    NoneType,
)
from typing import TYPE_CHECKING, Any

from verifier.language.errors import ModelError, Place, refuse
from verifier.language.symbolic import Unknown

if TYPE_CHECKING:
    from verifier.language.functions import ModelFunction

LASTING = (
    *(NoneType, bool, int, float, str, bytes, Enum, range, type, ModuleType, MappingProxyType),
    *(FunctionType, BuiltinFunctionType, GenericAlias, _lru_cache_wrapper),
)
"""Types of values that no model function can change."""

OPAQUE = {"eval", "exec", "globals", "id", "input", "isinstance", "locals", "open", "type", "vars"}
"""Builtins whose answer differs between plain and symbolic values, or between two runs."""


def lasting(value: object) -> bool:
    """Whether a value is the same each time a function is run again."""
    if isinstance(value, tuple | frozenset):
        return all(lasting(item) for item in value)
    if isinstance(value, LASTING) or hasattr(value, "_store"):
        return True
    return is_dataclass(value) and type(value).__dataclass_params__.frozen  # type: ignore


def check_given(function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Refuse arguments that a call could change in a way that a fork does not undo."""
    for value in (*given, *named.values()):
        if not _steady(value):
            raise refuse(
                f"`{function.name}` is given a `{type(value).__name__}`",
                "give records, bits, enums or tuples of them",
            )


def check_result(function: ModelFunction, result: object) -> None:
    """Refuse results that a caller could change, because they are remembered."""
    if not _steady(result):
        raise ModelError(
            f"`{function.name}` returns a `{type(result).__name__}`",
            function.place,
            "return bools, members of an enum, records or tuples of them",
        )


def _steady(value: object) -> bool:
    if type(value) is bool or isinstance(value, Unknown) or hasattr(value, "_store"):
        return True
    if isinstance(value, tuple):
        return all(_steady(item) for item in value)
    return lasting(value)


@cache
def examine(body: Callable[..., Any]) -> None:
    """Refuse a model function whose meaning the symbolic run could not keep.

    The plain functions that it calls are examined with it.
    """
    seen: set[object] = set()
    pending: list[Any] = [body]
    while pending:
        function = pending.pop()
        if function in seen:
            continue
        seen.add(function)
        examiner = _Examiner(function)
        examiner.examine()
        pending += examiner.called


@cache
def _definitions(file: str) -> dict[tuple[int, str], ast.FunctionDef | ast.Lambda]:
    """A file's functions by first line, decorators included, and name."""
    tree = ast.parse("".join(linecache.getlines(file)))
    found: dict[tuple[int, str], ast.FunctionDef | ast.Lambda] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
            found[first, node.name] = node
        elif isinstance(node, ast.Lambda):
            found[node.lineno, "<lambda>"] = node
    return found


def definition(code: CodeType) -> ast.FunctionDef | ast.Lambda:
    """The text of a function."""
    known = _definitions(code.co_filename)
    node = known.get((code.co_firstlineno, code.co_name))
    if node is None:
        raise ModelError(
            f"the text of `{code.co_name}` is not at hand",
            Place(code.co_filename, code.co_firstlineno),
            "write model functions in a file",
        )
    return node


class _Examiner(ast.NodeVisitor):
    """Visits the body of one function; decorators and annotations are outside the model."""

    def __init__(self, function: FunctionType) -> None:
        self.code = function.__code__
        cells = (cell.cell_contents for cell in function.__closure__ or ())
        self.cells = dict(zip(self.code.co_freevars, cells, strict=True))
        self.globals = function.__globals__
        self.defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        self.node = definition(self.code)
        self.locals = set(_bound(self.node))
        self.called: list[FunctionType] = []

    def examine(self) -> None:
        for default in self.defaults:
            if not lasting(default):
                raise self._refuse(
                    self.node,
                    f"has a default `{default!r}` that keeps state between calls",
                    "keep all state in records",
                )
        body = self.node.body
        for part in body if isinstance(body, list) else [body]:
            self.visit(part)

    def _refuse(self, node: ast.AST, what: str, mend: str) -> ModelError:
        line = getattr(node, "lineno", self.code.co_firstlineno)
        return ModelError(f"`{self.code.co_name}` {what}", Place(self.code.co_filename, line), mend)

    # what is named

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in OPAQUE and self._outside(node.id) is None:
            raise self._refuse(
                node, f"uses `{node.id}`", "let a record's field or method tell what it needs"
            )
        if node.id not in self.locals:
            self._check(node, self._outside(node.id))

    def _outside(self, name: str) -> Any:
        return self.cells.get(name, self.globals.get(name))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        root: ast.expr = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        outside = isinstance(root, ast.Name) and root.id not in self.locals
        if outside and isinstance(node.ctx, ast.Store | ast.Del):
            raise self._refuse(
                node, f"assigns to `{ast.unparse(node)}`", "keep all state in records"
            )
        held = self._held(node)
        if held is None:
            self.generic_visit(node)
        else:
            self._check(node, held)

    def _held(self, node: ast.expr) -> Any:
        """What a dotted name outside the function stands for; None where that is not known."""
        if isinstance(node, ast.Name):
            return None if node.id in self.locals else self._outside(node.id)
        if not isinstance(node, ast.Attribute):
            return None
        owner = self._held(node.value)
        if isinstance(owner, ModuleType | type):
            return inspect.getattr_static(owner, node.attr, None)
        return None

    def _check(self, node: ast.expr, value: Any) -> None:
        if isinstance(value, staticmethod):
            value = value.__func__
        if isinstance(value, FunctionType):
            if not hasattr(value, "__model__") and _is_model_text(value):
                self.called.append(value)
        elif not lasting(value) and not _is_class_part(value):
            raise self._refuse(
                node,
                f"uses `{ast.unparse(node)}`, a `{type(value).__name__}` outside the records",
                "keep state in records; make a constant a tuple or a function with match",
            )

    # what is written

    def visit_While(self, node: ast.While) -> None:
        raise self._refuse(
            node, "has a `while` loop", "loop with `for` over a constant range or an enum"
        )

    def visit_Compare(self, node: ast.Compare) -> None:
        for operator, right in zip(node.ops, node.comparators, strict=True):
            against_none = isinstance(right, ast.Constant) and right.value is None
            if isinstance(operator, ast.Is | ast.IsNot) and not against_none:
                raise self._refuse(
                    node, "compares with `is`", "compare with ==: a symbolic value has no identity"
                )
        self.generic_visit(node)

    def visit_MatchSingleton(self, node: ast.MatchSingleton) -> None:
        if node.value is not None:
            raise self._refuse(
                node, f"matches `case {node.value}`", "use `if`: `case` compares a bool with `is`"
            )

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        raise self._refuse(node, "matches by type", "match the members of an enum")

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        raise self._refuse(
            node, f"changes the variable `{node.names[0]}` outside", "keep all state in records"
        )

    visit_Nonlocal = visit_Global

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        raise self._refuse(node, "has a `try`", "model a fault as an outcome")

    visit_TryStar = visit_Try

    def visit_With(self, node: ast.With) -> None:
        raise self._refuse(node, "has a `with`", "call functions: nothing needs to be closed")

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        raise self._refuse(node, "imports", "import at the top of the file")

    visit_ImportFrom = visit_Import

    def visit_Assert(self, node: ast.Assert) -> None:
        named = isinstance(node.msg, ast.Constant) and isinstance(node.msg.value, str)
        if node.msg is not None and not named:
            raise self._refuse(
                node, "asserts with a message that is no constant", "write a string: it is a name"
            )
        self.generic_visit(node)

    def visit_Yield(self, node: ast.expr) -> None:
        raise self._refuse(node, "is a generator or coroutine", "return a value")

    visit_YieldFrom = visit_Await = visit_Yield

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        raise self._refuse(node, f"defines the class `{node.name}`", "define it in the module")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for statement in node.body:
            self.visit(statement)


def _bound(tree: ast.AST) -> Iterator[str]:
    """The names that a function and those inside it bind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name


def _is_model_text(function: FunctionType) -> bool:
    """Whether a function is people's own, not the language's or the standard library's."""
    package = (function.__module__ or "").partition(".")[0]
    return package not in sys.stdlib_module_names and not function.__module__.startswith(
        "verifier.language"
    )


def _is_class_part(value: object) -> bool:
    return isinstance(value, property | classmethod) or hasattr(type(value), "__get__")
