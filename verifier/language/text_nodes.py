"""The parts of a text: each with whether it is in a function, and where it stands."""

from __future__ import annotations

import ast
from typing import Any

Node = tuple[ast.AST, bool]
"""A part of a text, and whether it is a function or inside one."""


BARE = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)
"""What is only the kind of a part: no place in a text has it."""


def parts_of(tree: ast.AST) -> list[ast.AST]:
    """All parts of a text, each before what is in it; much faster than `ast.walk`."""
    found = [tree]
    for node in found:
        for name in node._fields:
            held = getattr(node, name, None)
            if type(held) is list:
                found += [part for part in held if isinstance(part, ast.AST)]
            elif isinstance(held, ast.AST) and not isinstance(held, BARE):
                found.append(held)
    return found


def nodes_of(tree: ast.AST) -> list[Node]:
    """The same, each with whether it is a function or inside one."""
    found: list[Node] = [(tree, isinstance(tree, ast.FunctionDef))]
    for node, is_inside in found:
        for held in vars(node).values():
            for part in held if type(held) is list else (held,):
                if isinstance(part, ast.AST) and part._fields:
                    found.append((part, is_inside or type(part) is ast.FunctionDef))
    return found


def asked(name: str, node: ast.expr, *given: ast.expr | str | bool) -> ast.Call:
    """A call, in the place of an expression, with that and some constants or other expressions."""
    where = place_in_text(node)
    more = [each if isinstance(each, ast.expr) else ast.Constant(each, **where) for each in given]
    return ast.Call(ast.Name(name, ast.Load(), **where), [node, *more], [], **where)


def place_in_text(node: ast.expr | ast.stmt) -> dict[str, Any]:
    """Where a part stands, as a part that is made in its place has it."""
    return {
        "lineno": node.lineno,
        "col_offset": node.col_offset,
        "end_lineno": node.end_lineno,
        "end_col_offset": node.end_col_offset,
    }


IDLE = (
    *(ast.Name, ast.Attribute, ast.Compare, ast.UnaryOp, ast.Lambda),
    *(ast.Tuple, ast.List, ast.Dict, ast.GeneratorExp),
)
"""What does nothing where it stands by itself."""


def is_idle(node: ast.expr) -> bool:
    """Whether a statement does nothing at all, or nothing on one of its ways."""
    match node:
        case ast.BoolOp():
            return is_idle(node.values[-1])
        case ast.IfExp():
            return is_idle(node.body) or is_idle(node.orelse)
        case ast.ListComp() | ast.SetComp():
            return is_idle(node.elt)
    return isinstance(node, IDLE)
