"""The parts of a text: each with whether it is in a function, and where it stands."""

from __future__ import annotations

import ast
from typing import Any

Node = tuple[ast.AST, bool]
"""A part of a text, and whether it is a function or inside one."""


def nodes_of(tree: ast.AST) -> list[Node]:
    """All parts of a text but for names' contexts and operators, each before what is in it."""
    found: list[Node] = [(tree, isinstance(tree, ast.FunctionDef))]
    for node, is_inside in found:
        for held in vars(node).values():
            for part in held if type(held) is list else (held,):
                if isinstance(part, ast.AST) and part._fields:
                    found.append((part, is_inside or type(part) is ast.FunctionDef))
    return found


def place_in_text(node: ast.expr | ast.stmt) -> dict[str, Any]:
    """Where a part stands, as a part that is made in its place has it."""
    return {
        "lineno": node.lineno,
        "col_offset": node.col_offset,
        "end_lineno": node.end_lineno,
        "end_col_offset": node.end_col_offset,
    }
