"""The functions of models that a run has run, with their lines, and other code put into them."""

from __future__ import annotations

import ast
import gc
import linecache
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

from verifier.language.assignments import is_guarded
from verifier.language.functions import ModelFunction
from verifier.language.packages import part_of
from verifier.language.source_text import codes_within

Lines = Mapping[CodeType, Collection[int]]
"""The lines of each model function that ran."""


def lines_run(work: Callable[[], object]) -> Lines:
    """What runs of the models while work is done."""
    with lines_of() as seen:
        work()
    return seen


@contextmanager
def lines_of() -> Iterator[dict[CodeType, set[int]]]:
    """What runs of the models meanwhile."""
    seen: dict[CodeType, set[int]] = {}

    def line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            seen[frame.f_code].add(frame.f_lineno)
        return line

    def entered(frame: FrameType, event: str, _: Any) -> Any:
        if event != "call" or not _is_of_models(frame):
            return None
        seen.setdefault(frame.f_code, set())
        return line

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        yield seen
    finally:
        sys.settrace(before)


def _is_of_models(frame: FrameType) -> bool:
    module = str(frame.f_globals.get("__name__", ""))
    return is_guarded(frame) and part_of(module) == "models"


@dataclass(frozen=True)
class RunFunction:
    """A function that ran, by its text: all functions that have this code, whoever holds them."""

    code: CodeType
    functions: tuple[FunctionType, ...]

    @property
    def name(self) -> str:
        return self.code.co_name

    def is_below(self, folder: str) -> bool:
        """Whether it is written in a file below a folder; any is, where that is empty."""
        return is_below(self.code, folder)

    def replace(self, code: CodeType) -> None:
        """Let all of them run another code."""
        for each in self.functions:
            each.__code__ = code

    def lines(self, ran: Lines) -> set[int]:
        """The lines that ran, of it and of the functions in it."""
        return {
            line for code in (self.code, *codes_within(self.code)) for line in ran.get(code, ())
        }


def is_below(code: CodeType, folder: str) -> bool:
    """Whether code is from a file below a folder; any is, where that is empty."""
    return not folder or Path(code.co_filename).is_relative_to(folder)


def functions_of(ran: Lines) -> list[RunFunction]:
    """The functions that ran, in the order of their files, without observers.

    A function in one that ran is a part of it. A lambda and what a decorator generates have no
    definition to be read or changed.
    """
    return [each for each in _written(ran) if each.functions and is_defined(each.code)]


def unfound(ran: Lines) -> list[CodeType]:
    """What ran and is no function any more, so that no other code can be put into it."""
    return [each.code for each in _written(ran) if not each.functions]


def _written(ran: Lines) -> list[RunFunction]:
    """What ran, in order, but for observers and for what is in other code that ran."""
    parts = {part for code in ran for part in codes_within(code)} | _observing()
    held: dict[CodeType, list[FunctionType]] = {}
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__ in ran:
            held.setdefault(each.__code__, []).append(each)
    codes = sorted((code for code in ran if code not in parts), key=_place)
    return [RunFunction(code, tuple(held.get(code, ()))) for code in codes]


def _observing() -> set[CodeType]:
    """The code of all observers, and of what decorators around them have been given."""
    found = set()
    for each in gc.get_objects():
        if type(each) is ModelFunction and each.observes:
            body: object = each.body
            while isinstance(body, FunctionType):
                found.add(body.__code__)
                body = getattr(body, "__wrapped__", None)
    return found


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_filename, code.co_firstlineno


def module_of(code: CodeType) -> ast.Module:
    """The module in which a function is written, as it was loaded."""
    return ast.parse("".join(linecache.getlines(code.co_filename)))


def is_defined(code: CodeType) -> bool:
    """Whether it is written as a `def` in its module."""
    return any(_defines(node, code) for node in ast.walk(module_of(code)))


def definition(tree: ast.AST, code: CodeType) -> ast.FunctionDef:
    """Where a function is written in its module."""
    found = (node for node in ast.walk(tree) if _defines(node, code))
    return next(node for node in found if isinstance(node, ast.FunctionDef))


def _defines(node: ast.AST, code: CodeType) -> bool:
    if not isinstance(node, ast.FunctionDef) or node.name != code.co_name:
        return False
    first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
    return first == code.co_firstlineno


def recompiled(tree: ast.Module, code: CodeType) -> CodeType:
    """A function's code in its changed module, with all variables of functions around it."""
    node = definition(tree, code)
    if code.co_freevars:  # one that is not used would be left out, and the cells would not fit
        names = [ast.Expr(ast.Name(name, ast.Load())) for name in code.co_freevars]
        node.body.append(ast.If(ast.Constant(False), [*names], []))
    module = ast.fix_missing_locations(tree)
    whole = compile(module, code.co_filename, "exec", dont_inherit=True, optimize=0)
    for each in codes_within(whole):
        if (each.co_name, each.co_firstlineno) == (code.co_name, code.co_firstlineno):
            return each
    raise LookupError(f"`{code.co_name}` is not compiled with its module")
