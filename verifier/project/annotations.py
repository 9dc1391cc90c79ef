"""Annotations that are computed: Python evaluates them as texts, and what they say is not read.

An annotation is read if it has only names, subscripts and strings, and each name stands for a
class, an import or another such expression.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from verifier.language.text_nodes import parts_of

_READ = (ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Tuple, ast.List, ast.Starred)

_MAKERS = {"Enum", "Flag", "IntEnum", "IntFlag", "NewType", "ParamSpec", "StrEnum", "TypeVar"}
"""What makes a type when it is called."""


def computed_annotations(trees: Mapping[str, ast.Module]) -> Iterator[tuple[str, int]]:
    """Modules and lines with annotations that may be computed."""
    values = {name for tree in trees.values() for name in _values(tree)}
    for module, tree in trees.items():
        for annotation in _annotations(tree):
            if not _is_read(annotation) or not values.isdisjoint(_names(annotation)):
                yield module, annotation.lineno


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    for node in parts_of(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            found = node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = node.returns
        else:
            continue
        if found is not None:
            yield found


def _is_read(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitOr) and _is_read(node.left) and _is_read(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_read(node.operand)
    inner = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    return isinstance(node, _READ) and all(map(_is_read, inner))


def _is_type(node: ast.expr) -> bool:
    """Whether a name that is given this may stand in an annotation."""
    made = isinstance(node, ast.Call) and getattr(node.func, "id", "") in _MAKERS
    return made or _is_read(node)


def _names(annotation: ast.expr) -> Iterator[str]:
    """The names in an annotation, and in the strings in it."""
    for node in parts_of(annotation):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                yield from _names(ast.parse(node.value.strip(), mode="eval").body)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue


def _values(tree: ast.Module) -> Iterator[str]:
    """Names that stand for something computed, a text perhaps."""
    types: set[ast.AST] = set()
    for node in parts_of(tree):
        if isinstance(node, ast.Assign) and _is_type(node.value):
            types.update(node.targets)
        elif isinstance(node, ast.AnnAssign) and (node.value is None or _is_type(node.value)):
            types.add(node.target)
    for node in parts_of(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node not in types:
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if node not in types:
                yield node.attr
        elif isinstance(node, ast.arg):
            yield node.arg
