"""Which statements of models have run: plain Python must run none that the symbolic run has not.

A model's text is compiled with a mark at each statement and at each operand that Python may leave
out. The comparison with plain Python meets both outcomes of the decisions that the circuit has;
a decision that the circuit does not have shows where plain Python goes on.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from verifier.language.errors import Place

N = TypeVar("N", bound=ast.AST)

PROBES, MARK = "@probes", "@mark"
"""How the marks and what sets one are called among a module's builtins: no text can use these."""


class Probes:
    """The marks of one module."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: list[int] = []
        self.ran = bytearray()

    def probed(self, tree: ast.Module) -> ast.Module:
        """A text with its marks; it is changed."""
        _Probing(self).visit(tree)
        self.ran = bytearray(len(self.lines))
        return tree

    @property
    def names(self) -> dict[str, Any]:
        """What the compiled text needs among its builtins."""
        return {PROBES: self, MARK: self.ran.__setitem__}

    def clear(self) -> None:
        """Nothing has run."""
        self.ran[:] = bytes(len(self.ran))

    def place(self, number: int) -> Place:
        """Where a mark is."""
        return Place(self.file, self.lines[number])

    def new(self, line: int) -> ast.Constant:
        """The number of another mark."""
        self.lines.append(line)
        return ast.Constant(len(self.lines) - 1)


Marks = tuple[bytes, ...]
"""What has run, of some probes."""


def marks_of(probes: Sequence[Probes]) -> Marks:
    """What has run since it was last asked; from now on nothing has."""
    found = tuple(bytes(each.ran) for each in probes)
    for each in probes:
        each.clear()
    return found


def together(marks: Sequence[Marks]) -> Marks:
    """What has run in any of some runs."""
    return tuple(bytes(map(max, zip(*each, strict=True))) for each in zip(*marks, strict=True))


def all_probes() -> list[Probes]:
    """Those of all models and properties that are loaded."""
    held = [getattr(module, "__builtins__", None) for module in list(sys.modules.values())]
    return [each[PROBES] for each in held if isinstance(each, dict) and PROBES in each]


class _Probing(ast.NodeTransformer):
    def __init__(self, probes: Probes) -> None:
        self.probes = probes

    def visit_FunctionDef(self, node: Any) -> Any:
        """Mark the statements of a function, but for its documentation."""
        self.generic_visit(node)
        for part in ast.walk(node):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(part, name, None)
                if isinstance(block, list) and not isinstance(part, ast.FunctionDef | ast.ClassDef):
                    setattr(part, name, [*self._marked(block)])
        node.body = [*self._marked(node.body)]
        return node

    def _marked(self, block: list[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in block:
            if isinstance(statement, UNMARKED) or _is_text(statement) or _is_mark(statement):
                yield statement
                continue
            if not getattr(statement, "marked", False):
                marks = ast.Name(MARK, ast.Load())
                call = ast.Call(marks, [self.probes.new(statement.lineno), ast.Constant(1)], [])
                yield _all_at(ast.Expr(call), statement)
                statement.marked = True  # type: ignore[attr-defined]
            yield statement

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.BoolOp:
        self.generic_visit(node)
        node.values[1:] = map(self._operand, node.values[1:])
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        self.generic_visit(node)
        node.comparators[1:] = map(self._operand, node.comparators[1:])
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        self.generic_visit(node)
        node.body, node.orelse = self._operand(node.body), self._operand(node.orelse)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        self.generic_visit(node)
        node.body = self._operand(node.body)
        return node

    def visit_ListComp(self, node: Any) -> Any:
        self.generic_visit(node)
        node.elt = self._operand(node.elt)
        return node

    visit_SetComp = visit_GeneratorExp = visit_ListComp

    def _operand(self, node: ast.expr) -> ast.expr:
        given: list[ast.expr] = [self.probes.new(node.lineno), ast.Constant(1)]
        call = ast.Call(ast.Name(MARK, ast.Load()), given, [])
        return _all_at(ast.BoolOp(ast.Or(), [call, node]), node)


UNMARKED = (ast.FunctionDef, ast.ClassDef, ast.Global, ast.Nonlocal)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_mark(statement: ast.stmt) -> bool:
    call = getattr(statement, "value", None)
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") == MARK


def _all_at(made: N, near: ast.AST) -> N:
    """A text that was made, at the place of another, but for what it was made of."""
    pending: list[ast.AST] = [made]
    while pending:
        part = pending.pop()
        if "lineno" in part._attributes and not hasattr(part, "lineno"):
            ast.copy_location(part, near)
            pending += ast.iter_child_nodes(part)
    return made
