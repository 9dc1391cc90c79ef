"""What a module makes while it is loaded, noted in it, so that nothing of it is overlooked."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter_ns
from types import FrameType
from typing import Any, Literal, TypeVar
from weakref import ReferenceType, ref

from verifier.language.assignments import is_guarded
from verifier.language.errors import Place, is_model_file

F = TypeVar("F", bound=Callable[..., Any])
NOTES = "__made__"
"""How the notes are called in a module."""
WAITING = "__waiting__"
"""How the decorators are called there that nothing was given to yet."""
REPLACE = dataclasses.replace.__code__


@dataclass(frozen=True)
class Made:
    """A system or a claim, if it is still there, its name, and the module's line that made it."""

    what: ReferenceType[Any]
    kind: Literal["system", "claim"]
    name: str
    place: Place
    was_refined: bool = False
    """Whether another one of its name was made from it, by `dataclasses.replace`."""
    moment: int = 0
    """When, in nanoseconds of `perf_counter_ns`."""
    was_held: bool = False
    """Whether a name of the module stood for it when another one of its name was made."""


def note(what: object, kind: Literal["system", "claim"], name: str) -> None:
    """Note in the module that is being loaded, if one is, what it has made.

    What a module elsewhere makes counts as made by that of models/ or properties/ that imports it.
    """
    outer: FrameType | None = sys._getframe(1)
    loading: list[FrameType] = []
    refined: object = None
    while outer is not None:
        if outer.f_code is REPLACE:
            refined = outer.f_locals.get("obj")
        if _is_module(outer):
            loading.append(outer)
        outer = outer.f_back
    frame = next(filter(is_guarded, loading), loading[0] if loading else None)
    if frame is not None:
        place = Place(frame.f_code.co_filename, frame.f_lineno)
        made = Made(ref(what), kind, name, place, moment=perf_counter_ns())
        notes = frame.f_globals.setdefault(NOTES, [])
        held = {id(value) for value in frame.f_globals.values()}
        held -= {id(None)}  # what an earlier one is that is gone
        for number, earlier in enumerate(notes):
            if (earlier.kind, earlier.name) == (kind, name) and id(earlier.what()) in held:
                notes[number] = earlier = replace(earlier, was_held=True)
            if refined is not None and earlier.what() is refined and earlier.name == name:
                notes[number] = replace(earlier, was_refined=True)
        notes.append(made)


def awaited(name: str, decorate: Callable[[F], F]) -> Callable[[F], F]:
    """A decorator that the module which is being loaded has to use."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not _is_module(frame):
        frame = frame.f_back
    if frame is None:
        return decorate
    waiting = frame.f_globals.setdefault(WAITING, {})
    place = Place(frame.f_code.co_filename, frame.f_lineno)
    waiting[place, name] = None

    def decorator(body: F) -> F:
        waiting.pop((place, name), None)
        return decorate(body)

    return decorator


def unused_decorator(namespace: Mapping[str, Any]) -> tuple[Place, str] | None:
    """The first decorator of the language that a module has made and that decorates nothing."""
    return next(iter(namespace.get(WAITING, ())), None)


def made_in(namespace: Mapping[str, Any]) -> list[Made]:
    """What a module has noted."""
    return list(namespace.get(NOTES, ()))


def _is_module(frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_name == "<module>" and is_model_file(code.co_filename)
