"""The functions of models that a run has run, with their lines, and where modules hold them."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FrameType, FunctionType
from typing import Any

from verifier.language.assignments import is_guarded
from verifier.language.functions import about
from verifier.language.packages import part_of

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


def functions_of(ran: Lines) -> list[FunctionType]:
    """The functions that ran, in the order of their files, without observers.

    A lambda and what a decorator generates have no definition to be read or changed.
    """
    found = {each.__code__: each for each in _functions() if each.__code__ in ran}
    return sorted((each for code, each in found.items() if is_defined(code)), key=_place)


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


def twins(function: FunctionType) -> list[FunctionType]:
    """A function with those that share its code, as what a function makes does."""
    return [each for each in _functions() if each.__code__ is function.__code__] or [function]


def _place(function: FunctionType) -> tuple[str, int]:
    return function.__code__.co_filename, function.__code__.co_firstlineno


def unfound(ran: Lines) -> list[CodeType]:
    """What ran and is no function that can be found, nor in one, nor an observer; in order."""
    known = {code for each in _held() for code in _codes(each.__code__)}
    found = {*ran} - known
    return sorted(found, key=lambda code: (code.co_filename, code.co_firstlineno))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code and those of the functions in it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _functions() -> Iterator[FunctionType]:
    """All functions of the models' modules and their classes, without decorators and observers."""
    observers = {*_held(observing=True)}
    return (each for each in _held() if each not in observers)


def _held(observing: bool = False) -> Iterator[FunctionType]:
    """The functions of the models' modules and their classes, or the observers alone."""
    for name, module in sorted(sys.modules.items()):
        if part_of(name) != "models":
            continue
        for value in list(vars(module).values()):
            held = list(vars(value).values()) if isinstance(value, type) else [value]
            for each in held:
                yield from _plain(each, observing)


def _plain(value: object, observing: bool) -> Iterator[FunctionType]:
    """A function, with those that decorators around it have been given."""
    if isinstance(value, property):
        value = value.fget
    value = getattr(value, "__func__", value)
    observes = False
    while isinstance(value, FunctionType):
        known = about(value)
        observes = observes or (known is not None and known.observes)
        if known is None and (observes or not observing):
            yield value
        value = known.body if known is not None else getattr(value, "__wrapped__", None)
        if known is not None and not isinstance(value, FunctionType):
            return
