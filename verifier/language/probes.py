"""Which statements of models have run: plain Python must run none that the symbolic run has not.

A model's text is compiled with a mark at each statement and at each operand that Python may leave
out. The comparison with plain Python meets both outcomes of the decisions that the circuit has;
a decision that the circuit does not have shows where plain Python goes on.

Why so: docs/decisions/0025-python-runs-nothing-new.md
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from verifier.language.errors import Place
from verifier.language.packages import part_of
from verifier.language.text_nodes import Node, place_in_text

PROBES, MARK = "@probes", "@mark "
"""How the marks, and what sets one, are called among a module's builtins: no text can use these.

The latter has the file's name, too: for Python, code of equal text is equal, whatever its file.
"""


class Probes:
    """The marks of one module."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: list[int] = []
        self.ran = bytearray()
        self._first: dict[tuple[int, int], int] = {}

    def mark(self, nodes: Iterable[Node]) -> None:
        """Put marks into a text, which is changed."""
        for node, is_inside in nodes:
            kind = type(node)
            if is_inside and kind in BLOCKS:
                for name in BLOCKS[kind]:
                    setattr(node, name, [*self._marked(getattr(node, name))])
            elif kind in OPERANDS:
                for name, first in OPERANDS[kind]:
                    held = getattr(node, name)
                    if first is None:
                        setattr(node, name, self._operand(held))
                    else:
                        held[first:] = map(self._operand, held[first:])
        self.ran = bytearray(len(self.lines))

    @property
    def names(self) -> dict[str, Any]:
        """What the compiled text needs among its builtins."""
        return {PROBES: self, MARK + self.file: self.ran.__setitem__}

    def clear(self) -> None:
        """Nothing has run."""
        self.ran[:] = bytes(len(self.ran))

    def is_set(self, statement: tuple[int, int]) -> bool:
        """Whether a statement has run that begins at a line and column."""
        number = self._first.get(statement)
        return number is not None and self.ran[number] == 1

    def set(self, statement: tuple[int, int], ran: bool) -> None:
        """Note whether a statement has run."""
        if statement in self._first:
            self.ran[self._first[statement]] = ran

    def place(self, number: int) -> Place:
        """Where a mark is."""
        return Place(self.file, self.lines[number])

    def _marked(self, block: list[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in block:
            if not (isinstance(statement, UNMARKED) or _is_text(statement)):
                where = place_in_text(statement)
                self._first[statement.lineno, statement.col_offset] = len(self.lines)
                yield ast.Expr(self._set(statement.lineno, where), **where)
            yield statement

    def _operand(self, node: ast.expr) -> ast.expr:
        where = place_in_text(node)
        return ast.BoolOp(ast.Or(), [self._set(node.lineno, where), node], **where)

    def _set(self, line: int, where: dict[str, Any]) -> ast.Call:
        """What sets another mark; it is answered by nothing."""
        self.lines.append(line)
        given: list[ast.expr] = [
            ast.Constant(len(self.lines) - 1, **where),
            ast.Constant(1, **where),
        ]
        return ast.Call(ast.Name(MARK + self.file, ast.Load(), **where), given, [], **where)


BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.FunctionDef: ("body",),
    ast.If: ("body", "orelse"),
    ast.For: ("body", "orelse"),
    ast.While: ("body", "orelse"),
    ast.With: ("body",),
    ast.Try: ("body", "orelse", "finalbody"),
    ast.TryStar: ("body", "orelse", "finalbody"),
    ast.ExceptHandler: ("body",),
    ast.match_case: ("body",),
}
"""Where statements of functions are."""

OPERANDS: dict[type[ast.AST], tuple[tuple[str, int | None], ...]] = {
    ast.BoolOp: (("values", 1),),
    ast.Compare: (("comparators", 1),),
    ast.IfExp: (("body", None), ("orelse", None)),
    ast.Lambda: (("body", None),),
    ast.ListComp: (("elt", None),),
    ast.SetComp: (("elt", None),),
    ast.GeneratorExp: (("elt", None),),
    ast.DictComp: (("key", None),),
    ast.comprehension: (("ifs", 0),),
}
"""What Python may leave out, and from which place on where there are several."""

UNMARKED = (ast.FunctionDef, ast.ClassDef, ast.Global, ast.Nonlocal)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


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
    names = [name for name in sys.modules if part_of(name)]
    held = [getattr(sys.modules[name], "__builtins__", None) for name in names]
    return [each[PROBES] for each in held if isinstance(each, dict) and PROBES in each]
