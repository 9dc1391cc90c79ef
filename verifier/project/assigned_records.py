"""Records that were assigned to after systems were made that may read them."""

from __future__ import annotations

import dis
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any

from verifier.language.constants import items
from verifier.language.errors import ModelError
from verifier.language.functions import about
from verifier.language.made import Made, made_in
from verifier.language.ownership import is_record
from verifier.language.source_text import codes_within
from verifier.language.stores import Store
from verifier.language.system import System

PYTHONS = {object.__getattribute__, tuple.__getattribute__}
"""What gives the attributes of values without code of their own for that."""


def refuse_assigned_records(modules: Iterable[ModuleType]) -> None:
    """Refuse a record in a constant, or that a module's functions read, assigned to too late."""
    every = [*modules]
    systems = [m for module in every for m in made_in(vars(module)) if m.kind == "system"]
    constants = [(made, *each) for made in systems for each in _constants(made.what())]
    known = {id(each): each for module in every for each in vars(module).values()}
    if not any(_changed_in([*known.values(), *(value for _, _, value in constants)])):
        return
    for made, path, value in constants:
        _refuse(f"`{path}`", value, [made])
    changed = {number for number, value in known.items() if any(_changed_in([value]))}
    for module in every:
        held = {name: value for name, value in vars(module).items() if id(value) in changed}
        read = _read(module) if held else set()
        for name in held.keys() & read:
            _refuse(f"`{name}`", held[name], systems)


def _constants(system: object) -> Iterator[tuple[str, object]]:
    """The paths and values of a system's constants."""
    if isinstance(system, System):
        leaves = zip(system.layout.leaves, system.initial_values, strict=True)
        yield from ((leaf.path, value) for leaf, value in leaves if leaf.constant)


def _refuse(where: str, value: object, systems: Iterable[Made]) -> None:
    for store in _changed_in([value]):
        for made in systems:
            if store.created < made.moment < store.changed:
                what = f"{where} was assigned to after the system `{made.name}` was made"
                raise ModelError(what, made.place, "make all that a system may read before it")


def _changed_in(values: Iterable[object]) -> Iterator[Store]:
    """The stores of records in some values that were assigned to, whatever holds them."""
    pending, seen = [*values], dict[int, object]()
    while pending:
        part = pending.pop()
        kind = type(part)  # whose own code is not asked
        if id(part) in seen or issubclass(kind, type | FunctionType | ModuleType | System):
            continue
        seen[id(part)] = part
        record: Any = part
        if is_record(part) and record._store.changed:
            yield record._store
        if kind is dict or kind is MappingProxyType:
            pending += record.values()
        elif kind is list:
            pending += record
        elif kind.__getattribute__ in PYTHONS or is_record(part):
            pending += (inside for _, inside in items(part))


def _read(module: ModuleType) -> set[str]:
    """The names of a module that its functions and methods read."""
    held = [*vars(module).values()]
    held += [part for each in held if isinstance(each, type) for part in vars(each).values()]
    bodies = [known.body for each in held if (known := about(each)) is not None]
    inner = [getattr(each, "fget", None) or getattr(each, "__func__", each) for each in held]
    functions = [each for each in (*bodies, *inner) if isinstance(each, FunctionType)]
    return {name for each in functions for name in _globals_in(each.__code__)}


def _globals_in(code: CodeType) -> Iterator[str]:
    for each in (code, *codes_within(code)):
        for instruction in dis.get_instructions(each):
            if instruction.opname == "LOAD_GLOBAL":
                yield str(instruction.argval)
