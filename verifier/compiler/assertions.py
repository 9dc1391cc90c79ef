"""Whether the sources of a system contain an `assert`, found in their text without running them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from types import CodeType, FunctionType
from typing import Any, assert_never

from verifier.compiler.step_exploration import constants_of
from verifier.language.asserted import fails
from verifier.language.constants import Outside, outside
from verifier.language.errors import ModelError, is_model_file
from verifier.language.functions import about
from verifier.language.named_values import named_in
from verifier.language.source_text import definition
from verifier.language.system import System
from verifier.language.text_nodes import parts_of


def asserts(system: System, held: Iterable[Outside] | None = None) -> bool:
    """Whether a step, or any function that it may call, contains an assertion.

    `held` is what its constants hold, where that is known.

    Whatever a function names counts as called, with all that it holds: each method of a class, what
    tables have, defaults; and so do the classes of the system's fields and choices, and what its
    constants hold.
    """
    seen: dict[int, FunctionType] = {}
    steps = [body_of(step.function.body) for step in system.actions]
    return _any_asserts(steps, seen) or _any_asserts(_held_outside(system, held), seen)


def _held_outside(system: System, held: Iterable[Outside] | None) -> Iterator[FunctionType]:
    try:
        found = constants_of(system) if held is None else held
    except ModelError:
        return  # it is refused once it is compiled
    yield from chain.from_iterable(each.functions for each in found)


def _any_asserts(functions: Iterable[FunctionType], seen: dict[int, FunctionType]) -> bool:
    """Whether some functions, or those that they hold, contain an assertion; `seen` have none."""
    waiting = list(functions)
    while waiting:
        function = body_of(waiting.pop())
        if function is assert_never:
            return True
        if id(function) in seen or not is_model_file(function.__code__.co_filename):
            continue
        seen[id(function)] = function
        if _contains_assert(function.__code__) or _names_assert_never(function):
            return True
        waiting += held_by(function)
    return False


@cache
def held_by(function: FunctionType) -> tuple[FunctionType, ...]:
    """The functions that another one holds, or that what it names holds."""
    values = [value for _, _, value in named_in(function)]
    values += function.__defaults__ or ()
    values += (function.__kwdefaults__ or {}).values()
    found = (each for value in values for each in outside(value, "").functions)
    return tuple(dict.fromkeys(found))


@cache
def _contains_assert(code: CodeType) -> bool:
    try:
        return any(map(fails, parts_of(definition(code))))
    except ModelError:
        return False  # without a text it is refused once it runs


def _names_assert_never(function: FunctionType) -> bool:
    """Whether a function names `typing.assert_never`, however it is imported."""
    return any(value is assert_never for _, _, value in named_in(function))


def body_of(function: Any) -> FunctionType:
    known = about(function)
    body: FunctionType = function if known is None else known.body  # type: ignore[assignment]
    return body
