"""What an observer or property must not do: it reads an execution and has no influence on it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from typing import Any

from verifier.language.errors import Disabled, ModelError, Place, raised, raising_place, refuse
from verifier.language.functions import ModelFunction
from verifier.language.running import Run
from verifier.language.source_text import definition
from verifier.language.text_nodes import parts_of

IN_THE_STEP = "assert it in the step"


@cache
def forbid_assertions(body: Callable[..., Any]) -> None:
    """Refuse a function that observes, or is called by one that does, if it has an `assert`."""
    code = body.__code__
    for node in parts_of(definition(code)):
        if isinstance(node, ast.Assert):
            place = Place(code.co_filename, node.lineno)
            what = f"`{code.co_name}` asserts something for an observer or property"
            raise ModelError(what, place, IN_THE_STEP)


def enter(run: Run, function: ModelFunction) -> None:
    """Let a function observe, if it does or if what called it does."""
    if run.observing or function.observes:
        run.observing = True
        run.judging = run.judging or function.judges
        forbid_assertions(function.body)


def forbid_stop(run: Run, stop: Disabled | AssertionError) -> None:
    """Refuse that an observer or property ends the step that is running."""
    if run.observing:
        what = "asserts" if isinstance(stop, AssertionError) else "assumes"
        raise ModelError(
            f"an observer or property {what} something",
            raising_place(stop.__traceback__),
            IN_THE_STEP if what == "asserts" else "assume it in the step, or use if",
        ) from None


def forbid_answer(run: Run, function: ModelFunction) -> None:
    """Refuse a result by which a model function gets to know what an observer or property sees."""
    if function.observes and not run.observing:
        what = f"`{function.name}` gives a model function what an observer sees"
        raise refuse(what, "an observer returns nothing")


def uncaught(function: ModelFunction, error: Exception) -> ModelError:
    """What a call ends with that raises: nothing that Python has catches it."""
    return raised(
        f"`{function.name}`",
        error,
        raising_place(error.__traceback__),
        "a model runs on every state that its fields can have",
    )
