"""The tests of assertions, whose failures a run may note without an end.

What decides whether an assertion fails is compiled into a call, which does nothing unless the run
is one of these.
"""

from __future__ import annotations

import ast
import builtins
import sys
from abc import ABC, abstractmethod
from types import CodeType
from typing import Any, TypeVar

from verifier.language.errors import refuse
from verifier.language.probes import MARK
from verifier.language.running import RUNNING
from verifier.language.text_nodes import asked

T = TypeVar("T")

OTHERS = frozenset(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception) and kind is not AssertionError
)
"""Exceptions that no assertion raises."""

TESTED = "@tested"
"""What the call is called."""


class TestsApart(ABC):
    """A run for which nothing stops where an assertion fails: it notes that, and goes on."""

    @abstractmethod
    def fail_unless(self, value: Any, fails: bool, code: CodeType, line: int) -> bool:
        """Note that a test fails where the truth of its `value` is `fails`.

        The answer is the truth value with which the run goes on.
        """


def tested(value: T, fails: bool) -> T | bool:
    """The value of a test, or what stands for it."""
    run = RUNNING.get()
    if run is not None and isinstance(value, tuple) and not fails:
        raise refuse("a tuple is asserted", "assert a bool; its text comes after a comma")
    if not isinstance(run, TestsApart):
        return value
    frame = sys._getframe(1)
    return run.fail_unless(value, fails, frame.f_code, frame.f_lineno)


def set_apart(node: ast.AST) -> None:
    """Put the call around a test that decides whether an assertion fails; the text is changed."""
    if isinstance(node, ast.Assert):
        node.test = asked(TESTED, node.test, False)
    elif isinstance(node, ast.If) and _fails_at_once(node.body):
        node.test = asked(TESTED, node.test, True)
    elif isinstance(node, ast.If) and _fails_at_once(node.orelse):
        node.test = asked(TESTED, node.test, False)


def fails(node: ast.AST) -> bool:
    """Whether it is an assertion, or raises what may be what a failed one raises."""
    if not isinstance(node, ast.Raise):
        return isinstance(node, ast.Assert)
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return not isinstance(raised, ast.Name) or raised.id not in OTHERS


def _fails_at_once(block: list[ast.stmt]) -> bool:
    """Whether a block fails before it does anything else."""
    for statement in block:
        match statement:
            case ast.Pass() | ast.Expr(ast.Constant()):
                continue
            case ast.Expr(ast.Call(ast.Name(name))) if name.startswith(MARK):
                continue
        return isinstance(statement, ast.Raise) and fails(statement)
    return False
