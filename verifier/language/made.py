"""What a module makes while it is loaded, noted in it, so that nothing of it is overlooked."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter_ns
from types import FrameType, ModuleType
from typing import Any, Literal
from weakref import ReferenceType, ref

from verifier.language.assignments import is_guarded
from verifier.language.errors import GUARD, Place, is_model_file

NOTES = "__made__"
"""How the notes are called in a module."""
REPLACE = dataclasses.replace.__code__


@dataclass(frozen=True)
class Made:
    """A system or a claim, if it is still there, its name, and the module's line that made it."""

    what: ReferenceType[Any]
    kind: Literal["system", "claim"]
    name: str
    place: Place
    refines: bool = False
    """Whether it was made by `dataclasses.replace` from another one."""
    moment: int = 0
    """When, in nanoseconds of `perf_counter_ns`."""
    around: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By module, the identities of what its names stood for then; of a system only."""
    was_held: bool = False
    """Whether a name of the module stood for it when another one of its name was made."""


def note(what: object, kind: Literal["system", "claim"], name: str) -> None:
    """Note in the module that is being loaded, if one is, what it has made.

    What a module elsewhere makes counts as made by that of models/ or properties/ that imports it.
    """
    outer: FrameType | None = sys._getframe(1)
    loading: list[FrameType] = []
    refines = False
    while outer is not None:
        refines |= outer.f_code is REPLACE
        if _is_module(outer):
            loading.append(outer)
        outer = outer.f_back
    frame = next(filter(is_guarded, loading), loading[0] if loading else None)
    if frame is not None:
        place = Place(frame.f_code.co_filename, frame.f_lineno)
        around = _around() if kind == "system" else {}
        made = Made(ref(what), kind, name, place, refines, perf_counter_ns(), around)
        notes = frame.f_globals.setdefault(NOTES, [])
        held = {id(value) for value in frame.f_globals.values()}
        held -= {id(None)}  # what an earlier one is that is gone
        for number, earlier in enumerate(notes):
            if (earlier.kind, earlier.name) == (kind, name) and id(earlier.what()) in held:
                notes[number] = replace(earlier, was_held=True)
        notes.append(made)


def is_model_module(module: object) -> bool:
    """Whether a module is compiled with the guard, as what models run is."""
    held = vars(module).get("__builtins__") if isinstance(module, ModuleType) else None
    return isinstance(held, dict) and GUARD in held


def _around() -> dict[str, dict[str, int]]:
    """What the names of each module of models stand for, by identity."""
    own = ((name, vars(module)) for name, module in sys.modules.items() if is_model_module(module))
    return {name: dict(zip(held, map(id, held.values()), strict=True)) for name, held in own}


def made_in(namespace: Mapping[str, Any]) -> list[Made]:
    """What a module has noted."""
    return list(namespace.get(NOTES, ()))


def _is_module(frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_name == "<module>" and is_model_file(code.co_filename)
