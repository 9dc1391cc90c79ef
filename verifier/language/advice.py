"""Help with names that are not there, and with calls whose arguments do not fit."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from types import FunctionType
from typing import Any


def did_you_mean(
    name: str, names: Iterable[str], otherwise: str = "", likeness: float = 0.6
) -> str:
    """Help that asks for the nearest of some names, or other help where none is near."""
    from difflib import get_close_matches

    known = {each.casefold(): each for each in names}
    near = get_close_matches(name.casefold(), known, 1, likeness)
    return f"did you mean `{known[near[0]]}`?" if near else otherwise


def advice(error: BaseException, text: str, known: Mapping[str, Any], help: str) -> str:
    """Help with what people's code raises where it has some names; other help in other cases."""
    if isinstance(error, AttributeError) and isinstance(error.name, str):
        return did_you_mean(error.name, dir(error.obj), help)
    if isinstance(error, NameError) and isinstance(error.name, str):
        near = [name for name in known if not name.startswith("__")]
        return did_you_mean(error.name, near, "define it in the module, or import it")
    called = known.get(text.partition("(")[0])
    if isinstance(error, TypeError) and "argument" in text:
        if isinstance(called, FunctionType | type):
            return f"it is called as `{called.__name__}{_parameters(called)}`"
    return help


def _parameters(called: FunctionType | type) -> str:
    """The parameters of a call, without their types."""
    taken = inspect.signature(called).parameters.values()
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in taken]
    return str(inspect.Signature(bare))
