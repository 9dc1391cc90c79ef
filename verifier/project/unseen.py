"""Systems and claims that a module makes or holds where the catalogue does not find them."""

from __future__ import annotations

import linecache
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

from verifier.language.errors import ModelError, Place
from verifier.language.functions import ModelFunction, about
from verifier.language.made import made_in
from verifier.language.system import System, is_made

DEEPEST = 6
"""Containers within containers that are looked into."""


def refuse_unmade_systems(module: ModuleType) -> None:
    """Refuse what only looks like a system: nothing is known about it, not even a name."""
    for name, value in vars(module).items():
        if not name.startswith("__") and not all(map(is_made, _held(value, DEEPEST))):
            raise ModelError(
                f"`{name}` has a `System` that was not made by calling `System`",
                _place(module, name),
                "write `System(...)`",
            )


def refuse_unseen_systems(module: ModuleType, systems: Mapping[str, System]) -> None:
    """Refuse a module of models/ with a system that no module-level name stands for, or a claim."""
    for made in made_in(vars(module)):
        what = made.what()
        if made.kind == "claim":
            raise ModelError(
                f"the property `{made.name}` is in models/, where none is looked for",
                made.place,
                "move it to a module of properties/",
            )
        lost = what is None and made.name not in systems
        if lost or (what is not None and systems.get(made.name) is not what):
            raise _hidden(made.name, made.place)
    known = {id(system) for system in systems.values()}
    for name, value in vars(module).items():
        if name.startswith("__"):
            continue
        for system in _held(value, DEEPEST):
            if id(system) not in known:
                raise _hidden(system.name, _place(module, name), f" (it is in `{name}`)")


def refuse_unseen_claims(module: ModuleType, claims: Collection[ModelFunction]) -> None:
    """Refuse a module of properties/ with a claim that no module-level name stands for."""
    for made in made_in(vars(module)):
        if made.kind == "system":
            raise ModelError(
                f"the system `{made.name}` is in properties/, where none is looked for",
                made.place,
                "move it to a module of models/",
            )
        if about(made.what()) not in claims:
            raise ModelError(
                f"the property function `{made.name}` is not checked: no name of its module has it",
                made.place,
                "define it at the top of the module, under a name that nothing else has there",
            )


def _hidden(name: str, place: Place | None, where: str = "") -> ModelError:
    return ModelError(
        f"the system `{name}` is not checked: no module-level name stands for it{where}",
        place,
        f"assign it to a name at the top of the module, such as `{_constant(name)} = ...`",
    )


def _place(module: ModuleType, name: str) -> Place:
    """The first line that begins with a name."""
    file = module.__file__ or "?"
    lines = (text.split() for text in linecache.getlines(file))
    return Place(file, next((i for i, words in enumerate(lines, 1) if words[:1] == [name]), 1))


def _constant(name: str) -> str:
    letters = "".join(each if each.isalnum() else "_" for each in name)
    return letters.strip("_").upper() or "SYSTEM"


def _attributes(value: object) -> dict[str, Any]:
    """What an object holds, whatever it answers itself."""
    with suppress(AttributeError):
        held = object.__getattribute__(value, "__dict__")
        return held if type(held) is dict else {}
    return {}


def _held(value: Any, left: int) -> Iterator[System]:
    """The systems in a value: in what it contains, or has as attributes."""
    if issubclass(type(value), System):
        yield value
    elif left and issubclass(type(value), Mapping):
        for item in (*value.keys(), *value.values()):
            yield from _held(item, left - 1)
    elif left and issubclass(type(value), list | tuple | set | frozenset):
        for item in value:
            yield from _held(item, left - 1)
    elif left and (issubclass(type(value), SimpleNamespace) or _is_dataclass(value)):
        for item in _attributes(value).values():
            yield from _held(item, left - 1)


def _is_dataclass(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, type)
