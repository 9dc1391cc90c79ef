"""Assignments to attributes: while a model runs, only records have attributes to assign to.

A model's text is compiled with a guard around whatever an attribute is assigned to or deleted
from; it answers what it is given. So state outside the records is refused when it is made, whoever
holds the object, and Python's order of evaluation stays.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from types import CodeType, FrameType
from typing import Any, TypeVar

from verifier.language.errors import ModelError, Place, refuse, within_project
from verifier.language.ownership import is_model_function, is_record
from verifier.language.restricted import STATE
from verifier.language.running import RUNNING
from verifier.language.text_nodes import Node, place_in_text

T = TypeVar("T")

ELSEWHERE = "move it there: what a model runs is compiled from there, and watched"
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


def is_guarded(running: Any) -> bool:
    """Whether a function, or that of a frame, is compiled with the guard."""
    if isinstance(running, FrameType):
        return GUARD in running.f_builtins
    return GUARD in _undecorated(running).__builtins__


def _undecorated(function: Any) -> Any:
    """What the language's own decorators have been given."""
    while is_model_function(function):
        function = function.__dict__["__model__"].body
    return function


def require_guarded(function: Callable[..., Any]) -> None:
    """Refuse a function that is compiled by anybody else."""
    if not is_guarded(function):
        raise written_elsewhere(_undecorated(function).__code__)


def written_elsewhere(code: CodeType) -> ModelError:
    """The refusal of code that is not compiled with the guard."""
    place = Place(code.co_filename, code.co_firstlineno)
    inside = within_project(place.file)
    if "/" in inside:
        module = inside.removesuffix(".py").replace("/", ".")
        what = f"`{code.co_name}` is imported by another name than that of its module"
        return ModelError(what, place, f"import it from `{module}`")
    what = f"`{code.co_name}` is written outside models/ and properties/"
    return ModelError(what, place, ELSEWHERE)
