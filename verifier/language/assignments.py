"""Assignments to attributes: while a model runs, only records have attributes to assign to.

A model's text is compiled with a guard around whatever an attribute is assigned to or deleted
from; it answers what it is given. So state outside the records is refused when it is made, whoever
holds the object, and Python's order of evaluation stays.
"""

from __future__ import annotations

import ast
from typing import TypeVar

from verifier.language.errors import refuse
from verifier.language.ownership import is_record
from verifier.language.restricted import STATE
from verifier.language.running import RUNNING

T = TypeVar("T")

GUARD = "@assigned"
"""How the compiled text calls the guard: no text can use or change that name."""


def only_records(target: T) -> T:
    """What an attribute is assigned to; refused in a run unless it is a record."""
    whole = is_record(target) and "__layout__" in type(target).__dict__
    if RUNNING.get() is not None and not whole:
        name = f"class `{target.__name__}`" if isinstance(target, type) else "an object"
        raise refuse(
            f"an attribute of {name} of type `{type(target).__name__}` is assigned to", STATE
        )
    return target


def guarded(tree: ast.Module) -> ast.Module:
    """A text with the guard wherever an attribute is assigned to; it is changed."""
    _Guarding().visit(tree)
    return tree


class _Guarding(ast.NodeTransformer):
    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Store | ast.Del):
            call = ast.Call(ast.Name(GUARD, ast.Load()), [node.value], [])
            for part in (call, call.func):
                ast.copy_location(part, node.value)
            node.value = call
        return node
