"""Constructs of Python that a model function must not contain."""

from __future__ import annotations

import ast
from types import CodeType

from verifier.language.errors import ModelError, Place
from verifier.language.restricted import STATE, TEXT

COROUTINES = (ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncFunctionDef)
REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    kind: (what, help)
    for kinds, what, help in (
        ((ast.While,), "has a `while` loop", "loop with `for` over a constant range or an enum"),
        ((ast.JoinedStr,), "makes text of values", TEXT),
        ((ast.MatchClass,), "matches by type", "match the members of an enum"),
        ((ast.Try, ast.TryStar), "has a `try`", "model a fault as an outcome"),
        ((ast.With, ast.AsyncWith), "has a `with`", "call functions: nothing needs to be closed"),
        ((ast.Import, ast.ImportFrom), "imports", "import at the top of the file"),
        (COROUTINES, "is a generator or coroutine", "return a value"),
    )
    for kind in kinds
}
"""What no model function contains, whatever is in it, and the help."""


class Constructs(ast.NodeVisitor):
    """Refuses what no model function may contain, whatever it names."""

    def __init__(self, code: CodeType, guarded: bool = False) -> None:
        """`guarded` says that the text is compiled with what refuses some by value."""
        self.code, self.guarded = code, guarded

    def _refuse(self, node: ast.AST, what: str, help: str) -> ModelError:
        line = getattr(node, "lineno", self.code.co_firstlineno)
        return ModelError(f"`{self.code.co_name}` {what}", Place(self.code.co_filename, line), help)

    def visit(self, node: ast.AST) -> None:
        if type(node) in REFUSED:
            raise self._refuse(node, *REFUSED[type(node)])
        super().visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._check_remainder(node, node.op, node.right)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._check_remainder(node, node.op, node.value)
        self.generic_visit(node)

    def _check_remainder(self, node: ast.AST, operator: ast.operator, right: ast.expr) -> None:
        """Refuse `%` that could make text: of anything but a number."""
        number = isinstance(right, ast.Constant) and isinstance(right.value, int | float)
        if isinstance(operator, ast.Mod) and not (number or self.guarded):
            raise self._refuse(node, "makes text of values", TEXT)

    def visit_MatchSingleton(self, node: ast.MatchSingleton) -> None:
        if node.value is not None:
            raise self._refuse(
                node, f"matches `case {node.value}`", "use `if`: `case` compares a bool with `is`"
            )

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        raise self._refuse(node, f"changes the variable `{node.names[0]}` outside", STATE)

    visit_Nonlocal = visit_Global

    def visit_Assert(self, node: ast.Assert) -> None:
        named = isinstance(node.msg, ast.Constant) and isinstance(node.msg.value, str)
        if node.msg is not None and not named:
            raise self._refuse(
                node,
                "asserts with a message that is not a constant",
                "write a string: it is a name",
            )
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        raise self._refuse(node, f"defines the class `{node.name}`", "define it in the module")
