"""Functions that may run: examined with those that they name, and with what they use.

Why so: docs/decisions/0024-what-a-run-can-reach-is-examined.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from verifier.language.assignments import is_guarded, require_guarded
from verifier.language.constants import Outside, assigned, closure_of
from verifier.language.errors import ModelError, place_of
from verifier.language.restricted import STATE
from verifier.language.restrictions import Examiner


@dataclass(frozen=True)
class Examined:
    """A function that may run, those that it names, and what they use from outside the records."""

    codes: tuple[CodeType, ...]
    outside: tuple[Outside, ...]


def check_unassigned(used: Iterable[Outside]) -> None:
    """Refuse values from outside the records that a run has changed."""
    for each in used:
        if found := assigned(each):
            where, holder = found
            raise ModelError(f"`{where}` is assigned to in a run", place_of(holder), STATE)


@cache
def examine(body: Callable[..., Any]) -> Examined:
    """Refuse a model function whose meaning the symbolic run could not keep.

    The plain functions that it names are examined with it, so that the message comes first.
    """
    seen: dict[FunctionType, None] = {}
    pending: list[Any] = [body]
    found: list[Outside] = []
    while pending:
        function = pending.pop()
        if function not in seen:
            seen[function] = None
            held = dict(closure_of(function))
            examiner = Examiner(
                function.__code__, held, function.__globals__, function.__builtins__
            )
            if is_guarded(body):
                require_guarded(function)
            examiner.check_defaults(function)
            examiner.examine()
            pending += examiner.called
            found += examiner.used
    return Examined(tuple(function.__code__ for function in seen), tuple(found))
