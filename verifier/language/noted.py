"""Assignments to events, which a run may make of another state than the one that is running.

In front of each assignment to an attribute or item the same is compiled once more, for such runs.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from verifier.language.layout import layout_of
from verifier.language.ownership import is_record
from verifier.language.running import RUNNING
from verifier.language.stores import shifted
from verifier.language.text_nodes import Node, place_in_text

NOTING, NOTES, NOTED = "@noting", "@notes", "@noted"
"""What the calls are called that begin such an assignment, say of what it is, and end it."""
BLOCKS = ("body", "orelse", "finalbody")
"""Where statements are."""


class NotesApart(ABC):
    """A run in which what a step notes in events depends on another state that it sees."""

    @abstractmethod
    def begin_note(self) -> bool:
        """See the other state from here on, unless that is so already; whether it was not."""

    @abstractmethod
    def end_note(self, is_one: bool) -> None:
        """See the running state again."""


def noting() -> bool:
    """Whether the following assignment is to be made of another state, if it is to an event."""
    run = RUNNING.get()
    return isinstance(run, NotesApart) and run.begin_note()


def notes(*targets: tuple[Any, str]) -> bool:
    """Whether some of what is assigned to, fields or items of something, belongs to an event."""
    if any(_is_event(holder, name) for holder, name in targets):
        return True
    _end(False)
    return False


def noted() -> None:
    """The assignment has been made."""
    _end(True)


def _end(is_one: bool) -> None:
    run = RUNNING.get()
    assert isinstance(run, NotesApart), "it has begun"
    run.end_note(is_one)


def _is_event(holder: Any, name: str) -> bool:
    """Whether a field of a record, or an item of a family, belongs to an event."""
    if not is_record(holder):
        return False
    offset = 0
    if name:
        fields = layout_of(type(holder)).fields if "_rows" not in holder.__dict__ else {}
        if name not in fields:
            return False  # which is refused where it is assigned to
        offset = fields[name].offset
    return bool(holder._store.leaf(shifted(holder._base, offset)).event)


def note_apart(nodes: Iterable[Node]) -> None:
    """Put the same in front of assignments of functions; the text is changed."""
    for node, is_inside in nodes:
        for name in BLOCKS if is_inside else ():
            block = getattr(node, name, None)
            if isinstance(block, list):
                setattr(node, name, [each for one in block for each in _with_note(one)])


def _with_note(statement: ast.stmt) -> Iterator[ast.stmt]:
    """A statement with what comes before it."""
    held: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        held = statement.targets
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign) and statement.value is not None:
        held = [statement.target]
    if found := [ast.Tuple([*pair], ast.Load(), **place_in_text(statement)) for pair in _of(held)]:
        where = place_in_text(statement)
        asked: list[ast.expr] = [_call(NOTING, [], where), _call(NOTES, found, where)]
        test = ast.BoolOp(ast.And(), asked, **where)
        body = [deepcopy(statement), ast.Expr(_call(NOTED, [], where), **where)]
        yield ast.If(test, body, [], **where)
    yield statement


def _of(targets: Iterable[ast.expr]) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What holds each target, with the name of the field, or none for an item."""
    for target in targets:
        if isinstance(target, ast.Attribute | ast.Subscript):
            name = target.attr if isinstance(target, ast.Attribute) else ""
            yield deepcopy(target.value), ast.Constant(name, **place_in_text(target))
        elif isinstance(target, ast.Tuple | ast.List):
            yield from _of(target.elts)


def _call(name: str, given: list[Any], where: dict[str, Any]) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load(), **where), given, [], **where)
