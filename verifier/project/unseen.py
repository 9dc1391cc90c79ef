"""Systems and claims that a module makes or holds where the catalogue does not find them."""

from __future__ import annotations

import gc
import linecache
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import FunctionType, MappingProxyType, ModuleType, SimpleNamespace
from typing import Any, cast

from verifier.language.class_parts import attributes_of
from verifier.language.errors import ModelError, Place
from verifier.language.functions import ModelFunction, about
from verifier.language.made import made_in, unused_decorator
from verifier.language.record_classes import check_unchanged
from verifier.language.system import System, is_made
from verifier.project.modules import is_private
from verifier.project.taking import Taking

ATOMS = frozenset((str, int, bool, float, type(None), type, ModuleType, FunctionType))
"""The types of values that contain nothing that is looked for."""


def refuse_changed_records(modules: Iterable[ModuleType]) -> None:
    """Refuse records whose classes were assigned to after they were made."""
    values = (value for module in modules for value in [*vars(module).values()])
    records = (each for each in values if isinstance(each, type) and "__layout__" in vars(each))
    seen = set[type]()
    for each in records:
        check_unchanged(each, seen)


def refuse_unused_decorators(module: ModuleType) -> None:
    """Refuse a decorator of the language that decorates nothing."""
    found = unused_decorator(vars(module))
    if found is not None:
        place, name = found
        help = "write `@` before it, on the line above a function, or remove it"
        raise ModelError(f"`{name}(...)` decorates nothing", place, help)


def refuse_unmade_systems(modules: Iterable[ModuleType]) -> None:
    """Refuse what only looks like a system: nothing is known about it, not even a name."""
    for module, name, systems in _holdings(modules, lambda *_: False):
        if not all(map(is_made, systems)):
            what = f"`{name}` has a `System` that was not made by calling `System`"
            raise ModelError(what, _place(module, name), "write `System(...)`")


def refuse_unseen_systems(
    modules: Collection[ModuleType], systems: Mapping[str, System], takes: Taking
) -> None:
    """Refuse modules of models/ with a claim, or a system without a module-level name."""
    for module in modules:
        _refuse_unnamed(module, systems)
    known = {id(system) for system in systems.values()}
    for module, name, held in _holdings(modules, takes.is_used):
        for system in held:
            if id(system) not in known:
                raise _hidden(module, system.name, _place(module, name), f" (it is in `{name}`)")


def _refuse_unnamed(module: ModuleType, systems: Mapping[str, System]) -> None:
    all_made = made_in(vars(module))
    here = [each.what() for each in all_made]
    for made in all_made:
        what = made.what()
        if made.kind == "claim":
            what = f"the property `{made.name}` is in models/, where none is looked for"
            raise ModelError(what, made.place, "move it to a module of properties/")
        named = systems.get(made.name)
        again = named is not None and any(each is named for each in here)
        refined = what is None and again and not made.was_held and made.was_refined
        if not refined and what is None and made.was_held:
            raise ModelError(
                f"the system `{made.name}` is not checked: another of its name takes its place",
                made.place,
                "make it by one expression, such as `replace(System(...), ...)`",
            )
        if not refined and (what is None or named is not what):
            raise _hidden(module, made.name, made.place)


def refuse_systems(module: ModuleType) -> None:
    """Refuse a module of properties/ with a system."""
    for made in made_in(vars(module)):
        if made.kind == "system":
            what = f"the system `{made.name}` is in properties/, where none is looked for"
            raise ModelError(what, made.place, "move it to a module of models/")


def refuse_unseen_claims(module: ModuleType, claims: Collection[ModelFunction]) -> None:
    """Refuse a module of properties/ with a claim without a module-level name."""
    for made in made_in(vars(module)):
        if made.kind == "claim" and about(made.what()) not in claims:
            raise ModelError(
                f"the property function `{made.name}` is not checked: no name of its module has it",
                made.place,
                "define it at the top of the module, under a name that nothing else has there",
            )


def refuse_untaken_claims(modules: Iterable[ModuleType], claims: Collection[ModelFunction]) -> None:
    """Refuse modules that are private or another catalogue's with claims that no other takes.

    Cases may be left out where something else is taken.
    """
    for module in modules:
        made = [each for each in made_in(vars(module)) if each.kind == "claim"]
        functions = [(each, about(each.what())) for each in made]
        left = [(each, f) for each, f in functions if f not in claims]
        first = next((each for each, f in left if f is None or f.claims), None)
        if first is None and len(left) == len(made):
            first = next((each for each, _ in left), None)
        if first is not None:
            raise ModelError(
                f"the property function `{first.name}` of `{module.__name__}` is not checked",
                first.place,
                f"write `from {module.__name__} import *` in a module of properties/",
            )


def _hidden(module: ModuleType, name: str, place: Place | None, where: str = "") -> ModelError:
    if is_private(module):
        return ModelError(
            f"the system `{name}` is not checked: `{module.__name__}` is private",
            place,
            f"name the module without `_`, or write `from {module.__name__} import *` in another",
        )
    return ModelError(
        f"the system `{name}` is not checked: it is not assigned to a module-level name{where}",
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


def _holdings(
    modules: Iterable[ModuleType], is_left_out: Callable[[ModuleType, str, object], bool]
) -> Iterator[tuple[ModuleType, str, Iterator[System]]]:
    """The systems that each name of some modules holds and none before it."""
    seen = dict[int, object]()
    for module in modules:
        for name, value in vars(module).items():
            if not name.startswith("__") and not is_left_out(module, name, value):
                yield module, name, _held(value, seen)


def _held(value: object, seen: dict[int, object]) -> Iterator[System]:
    """The systems in what a value contains or has as attributes; its own code does not run.

    What is `seen` is left out, but for systems.
    """
    pending = [value]
    while pending:
        one = pending.pop()
        if issubclass(type(one), System):
            yield cast("System", one)
        elif type(one) not in ATOMS and id(one) not in seen:
            seen[id(one)] = one
            pending += reversed([*_inside(one)])


def _is_mapping(kind: type) -> bool:
    return any(base is Mapping for base in kind.__mro__)


def _has_fields(kind: type) -> bool:
    """Whether it is a dataclass, without asking the class."""
    return any("__dataclass_fields__" in vars(base) for base in kind.__mro__)


def _inside(value: Any) -> Iterator[object]:
    kind = type(value)
    for container in (list, tuple, set, frozenset):
        if issubclass(kind, container):
            yield from container.__iter__(value)
    if issubclass(kind, dict):
        for key, item in dict.items(value):
            yield from (key, item)
    elif kind is MappingProxyType:
        yield from gc.get_referents(value)  # its dictionary
    elif issubclass(kind, SimpleNamespace) or _is_mapping(kind) or _has_fields(kind):
        yield from (item for _, item in attributes_of(value))
