"""What a run passes to the functions that it calls, and which functions it calls.

What is called is examined when it is called, however it was reached: as a method of a constant,
a member of an enum, by an operator or by a property. Python runs show it, because they run the
same text: up to the first function that is refused, both runs do the same.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from inspect import CO_NESTED
from types import CodeType, FrameType, FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from verifier.language.assignments import is_guarded, written_elsewhere
from verifier.language.call_hook import tracing
from verifier.language.callables import WRITTEN
from verifier.language.constants import PLAIN, Outside, is_equal_by_parts, is_frozen, items, outside
from verifier.language.errors import (
    ModelError,
    Overdue,
    Place,
    is_model_file,
    is_program_file,
    refuse,
)
from verifier.language.examination import check_unassigned
from verifier.language.generated_code import is_generated
from verifier.language.ownership import is_record
from verifier.language.restricted import WRITE_IT
from verifier.language.restrictions import Examiner
from verifier.language.source_text import codes_within
from verifier.language.symbolic_values import Unknown

if TYPE_CHECKING:
    from verifier.language.functions import ModelFunction


def check_given(function: ModelFunction, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Refuse arguments that a call could change in a way that a fork does not undo."""
    for value in (*given, *named.values()):
        if not _is_value(value):
            what = f"`{function.name}` is given a `{type(value).__name__}`"
            raise refuse(what, "give records, bits, enums or tuples of them")


def check_result(function: ModelFunction, result: object) -> None:
    """Refuse results that a caller could change, because they are remembered."""
    if not _is_value(result):
        raise ModelError(
            f"`{function.name}` returns a `{type(result).__name__}`",
            function.place,
            "return bools, members of an enum, records or tuples of them",
        )


def _is_value(value: object) -> bool:
    """Whether a value is one that calls may pass on: it cannot change, and cannot be called."""
    if type(value) is bool or isinstance(value, Unknown) or is_record(value):
        return True
    if isinstance(value, tuple):
        plain = type(value) is tuple or (
            hasattr(value, "_fields") and not hasattr(value, "__dict__")
        )
        return plain and all(map(_is_value, value))
    if is_frozen(value):
        return is_equal_by_parts(type(value)) and all(_is_part(part) for _, part in items(value))
    return isinstance(value, Enum) or (type(value) in PLAIN and value == value)


def _is_part(value: object) -> bool:
    """Whether a constant may hold a value: functions, too, as those of an era.

    A call that is remembered answers with what it was given first: a function made in a run is
    another one on each path.
    """
    if isinstance(value, FunctionType):
        nested = value.__code__.co_flags & CO_NESTED
        return not nested and outside(value, "").changeable is None
    return all(map(_is_value, value)) if isinstance(value, frozenset) else _is_value(value)


T = TypeVar("T")

MAY_CALL = {function.__code__ for function in WRITTEN}
"""The functions of the standard library that models may call."""


class Calls:
    """Examines what people's own code calls while a run is under way."""

    def __init__(self, examined: Iterable[CodeType] = (), guarded: bool = False) -> None:
        """`guarded` says that only what is compiled with the guard of assignments may run."""
        self._guarded = guarded
        self._passed: dict[int, CodeType] = {}
        self._own: dict[int, CodeType] = {}
        self._standard: dict[int, CodeType] = {}
        self._refused: ModelError | None = None
        self.used: list[Outside] = []
        for code in examined:
            self._pass(code)

    def _pass(self, code: CodeType) -> None:
        """Note that a code was examined; one that a closure has is examined with its values."""
        for inner in codes_within(code):
            self._passed[id(inner)] = inner
        if not code.co_freevars:
            self._passed[id(code)] = code

    def run(self, task: Callable[[], T]) -> T:
        """Run a task and examine all that it calls. Raises ModelError."""
        passed, enter = self._passed, self._called

        def called(frame: FrameType, _: str, __: Any) -> None:
            if id(frame.f_code) not in passed:
                enter(frame)

        with tracing(called):
            found = task()
        if self._refused is not None:
            raise self._refused
        check_unassigned(self.used)
        return found

    def _called(self, frame: FrameType) -> None:
        code, caller = frame.f_code, frame.f_back
        if id(code) in self._standard and (caller is None or id(caller.f_code) in self._own):
            return
        try:
            self._enter(frame, code, caller)
        except Overdue:
            raise
        except ModelError as refused:
            self._refused = refused
            raise

    def _enter(self, frame: FrameType, code: CodeType, caller: FrameType | None) -> None:
        """Examine a function whose frame has just been made."""
        if is_program_file(code.co_filename):
            self._passed[id(code)] = self._own[id(code)] = code
        elif is_model_file(code.co_filename):
            if self._guarded and not is_guarded(frame):
                raise written_elsewhere(code)
            free = {name: frame.f_locals[name] for name in _free(frame)}
            examiner = Examiner(code, free, frame.f_globals, frame.f_builtins)
            examiner.examine()
            self.used += examiner.used
            self._pass(code)
        else:
            self._standard[id(code)] = code
            if caller is not None and is_model_file(caller.f_code.co_filename):
                _check_standard(caller, frame)


def _free(frame: FrameType) -> Iterator[str]:
    held = frame.f_locals
    return (name for name in frame.f_code.co_freevars if name in held)


def _check_standard(caller: FrameType, frame: FrameType) -> None:
    """Refuse functions of the standard library, but for some and what enums and dataclasses do."""
    known = frame.f_code.co_filename == enum.__file__ or frame.f_code in MAY_CALL
    if not known and not _is_generated(frame):
        raise _refusal(caller, frame.f_code.co_name, WRITE_IT)


def _is_generated(frame: FrameType) -> bool:
    """Whether a function is one that a dataclass or a named tuple has without a text in a file."""
    code = frame.f_code
    held = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
    return is_generated(code, held if isinstance(held, type) else type(held))


def _refusal(frame: FrameType, called: str, help: str) -> ModelError:
    place = Place(frame.f_code.co_filename, frame.f_lineno)
    return ModelError(f"`{frame.f_code.co_name}` calls `{called}`", place, help)
