"""All functions that a run can reach: those it names, and those that its values hold."""

from __future__ import annotations

from collections.abc import Iterable
from types import FunctionType

from verifier.language.assignments import is_guarded
from verifier.language.callables import is_callable
from verifier.language.constants import Outside
from verifier.language.errors import ModelError, is_model_file, is_program_file
from verifier.language.examination import Examined, examine
from verifier.language.ownership import is_model_function

IMPLICIT = {"__repr__", "__getnewargs__", "__setattr__", "__delattr__", "__init_subclass__"}
"""Methods that nothing calls in a run whose text was examined, though classes have them."""


def all_examined(
    examined: Iterable[Examined], constants: Iterable[Outside], guarded: bool = False
) -> bool:
    """Whether no function that a run can reach is one that it must not call.

    What a run reaches is a value that was looked at: state from elsewhere is refused. Where the
    answer is no, the run has to be watched; `guarded` as in `Calls`.
    """
    found, seen = list(examined), set[FunctionType]()
    pending = [function for each in constants for function in each.functions]
    pending += [f for each in found for outside in each.outside for f in outside.functions]
    libraries: list[FunctionType] = []
    while pending:
        function = pending.pop()
        if is_model_function(function):
            function = vars(function)["__model__"].body
        if function in seen:
            continue
        seen.add(function)
        if not is_model_file(function.__code__.co_filename):
            libraries.append(function)
            continue
        if guarded and not is_guarded(function):
            return False
        try:
            found.append(examine(function))
        except ModelError:
            return False
        pending += [f for outside in found[-1].outside for f in outside.functions]
    named = {name for each in found for code in each.codes for name in code.co_names}
    return not any(_may_be_called(function, named) for function in libraries)


def _may_be_called(function: FunctionType, named: set[str]) -> bool:
    """Whether a function of a library may be called: by its name, or by what it stands for."""
    if is_callable(function) or is_program_file(function.__code__.co_filename):
        return False
    name = function.__name__
    implicit = name.startswith("__") and name not in IMPLICIT
    return implicit or name in named
