"""Assignments to attributes: while a model runs, only records have attributes to assign to.

A model's text is compiled with a guard around whatever an attribute is assigned to or deleted
from; it answers what it is given. So state outside the records is refused when it is made, whoever
holds the object, and Python's order of evaluation stays.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TypeVar

from verifier.language.errors import refuse
from verifier.language.ownership import is_record
from verifier.language.restricted import STATE
from verifier.language.running import RUNNING
from verifier.language.text_nodes import Node, place_in_text

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


def guard(nodes: Iterable[Node]) -> None:
    """Put the guard wherever an attribute is assigned to; the text is changed."""
    for node, _ in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            where = place_in_text(node.value)
            answer = ast.Name(GUARD, ast.Load(), **where)
            node.value = ast.Call(answer, [node.value], [], **where)
