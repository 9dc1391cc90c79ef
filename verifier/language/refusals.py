"""What a model function must not contain, found in its text before it runs."""

import ast
import linecache
import textwrap
from collections.abc import Callable
from functools import cache
from types import CodeType
from typing import Any

from verifier.language.errors import ModelError, Place

MUTABLE = (list, dict, set, bytearray)


def examine(body: Callable[..., Any]) -> None:
    """Refuse a model function whose meaning the symbolic run could not keep."""
    _examine(body.__code__, _Globals(body))


class _Globals:
    """A function's globals, compared by identity so that examining can be remembered."""

    def __init__(self, body: Callable[..., Any]) -> None:
        self.values = body.__globals__
        self.defaults = (body.__defaults__ or ()) + tuple((body.__kwdefaults__ or {}).values())
        self.cells = dict(
            zip(
                body.__code__.co_freevars,
                (cell.cell_contents for cell in body.__closure__ or ()),
                strict=True,
            )
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Globals) and other.values is self.values

    def __hash__(self) -> int:
        return id(self.values)


@cache
def _examine(code: CodeType, names: _Globals) -> None:
    tree = _parsed(code)
    if tree is not None:
        _Examiner(code, names).visit(tree)
    for default in names.defaults:
        if isinstance(default, MUTABLE):
            raise ModelError(
                f"`{code.co_name}` has a default `{default!r}` that keeps state between calls",
                Place(code.co_filename, code.co_firstlineno),
                "keep all state in records",
            )


def _parsed(code: CodeType) -> ast.AST | None:
    """The function's own syntax tree, None where the source is not at hand."""
    last = max((line for _, _, line in code.co_lines() if line), default=code.co_firstlineno)
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    for end in range(last - code.co_firstlineno + 1, len(lines) + 1):
        try:
            return ast.parse(textwrap.dedent("".join(lines[:end])))
        except SyntaxError:
            continue
    return None


class _Examiner(ast.NodeVisitor):
    def __init__(self, code: CodeType, names: _Globals) -> None:
        self.code = code
        self.names = names
        self.locals = set(code.co_varnames) | set(code.co_cellvars)

    def _refuse(self, node: ast.AST, what: str, mend: str) -> ModelError:
        line = getattr(node, "lineno", 1) + self.code.co_firstlineno - 1
        return ModelError(
            f"`{self.code.co_name}` {what}", Place(self.code.co_filename, line), mend
        )

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

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        raise self._refuse(
            node, f"changes the variable `{node.names[0]}` outside", "keep all state in records"
        )

    visit_Nonlocal = visit_Global

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.locals or not isinstance(node.ctx, ast.Load):
            return
        value = self.names.cells.get(node.id, self.names.values.get(node.id))
        if isinstance(value, MUTABLE):
            raise self._refuse(
                node,
                f"uses `{node.id}`, a `{type(value).__name__}` outside the records",
                "keep state in records; make a constant a tuple or a function with match",
            )

    def visit_Attribute(self, node: ast.Attribute) -> None:
        root = node.value
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        stores = isinstance(node.ctx, ast.Store | ast.Del)
        if stores and isinstance(root, ast.Name) and root.id not in self.locals:
            raise self._refuse(
                node, f"assigns to `{ast.unparse(node)}`", "keep all state in records"
            )
        self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> None:
        raise self._refuse(node, "has a `try`", "model a fault as an outcome")

    def visit_Yield(self, node: ast.expr) -> None:
        raise self._refuse(node, "is a generator or coroutine", "return a value")

    visit_YieldFrom = visit_Await = visit_Yield

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Only the body: decorators and annotations are outside the model."""
        for statement in node.body:
            self.visit(statement)
