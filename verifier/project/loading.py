"""Loads a project: its modules, what they define, and whether all of it is found."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from inspect import isfunction
from itertools import product
from pathlib import Path
from types import ModuleType

from verifier.compiler.transition_system import ASSERTIONS, DEADLOCK
from verifier.language.assignments import require_guarded
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction, about
from verifier.language.names import (
    check_functions,
    check_system,
    check_text,
    system_place,
    two_systems,
)
from verifier.language.packages import bundled_root, part_of
from verifier.language.system import System
from verifier.project import unjudged, unseen
from verifier.project.assigned_records import refuse_assigned_records
from verifier.project.catalogue import Catalogue, Pair
from verifier.project.expectations import VERDICTS, expected_verdicts
from verifier.project.importing import Imports, opened
from verifier.project.modules import is_private, modules_under
from verifier.project.taking import Taking, taking
from verifier.project.unaltered import Program


def load(root: Path) -> Catalogue:
    """Import every module under models/systems/ (or models/) and properties/ of a project."""
    program = Program()
    imports = opened(list(dict.fromkeys([root, bundled_root()])))
    models, private = _modules(root, "models")
    claimed, hidden = _modules(root, "properties")
    takes = taking(imports)
    systems, made = _systems(models, takes)
    unseen.refuse_unseen_systems([*models, *private], systems, takes)
    properties = _claims(claimed, takes)
    for module in claimed:
        unseen.refuse_unseen_claims(module, properties)
    for module in (*claimed, *hidden):
        unseen.refuse_systems(module)
    unjudged.refuse_undecorated(claimed, (source.text for source in imports.own))
    own = [sys.modules[source.module] for source in imports.own]
    unseen.refuse_changed_records(own)
    for module in own:
        unseen.refuse_unused_decorators(module)
    others = [sys.modules[name] for name in imports.sources if part_of(name) == "properties"]
    refuse_assigned_records([*models, *private])
    left = takes.unused((each for each in others if each not in claimed), claimed)
    unseen.refuse_untaken_claims(left, properties)
    program.require_same()
    _refuse_elsewhere(systems.values(), properties)
    _check_names(imports, properties, made)
    ordered = dict(sorted(systems.items()))
    groups = {function.group for function in properties} | {ASSERTIONS, DEADLOCK}
    recorded = expected_verdicts(root / VERDICTS, ordered, groups)
    expected = {Pair(*names): verdict for names, verdict in recorded.items()}
    named = _by_name((*_functions(models), *properties))
    return Catalogue(root, ordered, tuple(properties), expected, named, imports)


def _systems(
    models: Collection[ModuleType], takes: Taking
) -> tuple[dict[str, System], dict[str, tuple[str, str]]]:
    """The systems of some modules by name, and for each the file and the variable."""
    systems: dict[str, System] = {}
    made: dict[str, tuple[str, str]] = {}
    unseen.refuse_unmade_systems(models)
    for module in models:
        for variable, value in takes.taken(module):
            if isinstance(value, System):
                here = (module.__file__ or "?", variable)
                if systems.setdefault(value.name, value) is not value:
                    first, second = (
                        system_place(*at, value.name) for at in (made[value.name], here)
                    )
                    raise two_systems(value.name, first, second)
                made.setdefault(value.name, here)
    return systems, made


def _claims(modules: Iterable[ModuleType], takes: Taking) -> dict[ModelFunction, None]:
    """The property functions of some modules, in their order."""
    functions = (about(value) for module in modules for _, value in takes.taken(module))
    return {each: None for each in functions if each is not None and each.judges}


def _functions(modules: Iterable[ModuleType]) -> Iterator[ModelFunction]:
    """The model functions of some modules."""
    functions = (about(value) for module in modules for value in vars(module).values())
    return (each for each in functions if each is not None)


def _modules(root: Path, part: str) -> tuple[list[ModuleType], list[ModuleType]]:
    """The modules of a part of a project; after them the private ones."""
    modules = list(modules_under(root, part))
    return [m for m in modules if not is_private(m)], [m for m in modules if is_private(m)]


def _refuse_elsewhere(systems: Iterable[System], properties: Iterable[ModelFunction]) -> None:
    """Refuse functions that nothing watches: they are compiled by Python alone.

    What these call is looked at when it is called.
    """
    for system in systems:
        for function in (*system.steps, system.level):
            if function is not None and (isfunction(function) or about(function) is not None):
                require_guarded(function)
    for claim in properties:
        require_guarded(claim.body)


def _check_names(
    imports: Imports, properties: Iterable[ModelFunction], made: Mapping[str, tuple[str, str]]
) -> None:
    """Refuse names that stand for two things or that nobody could type."""
    for source in sorted(imports.own, key=lambda source: source.module):
        if source.module in imports.repeating:
            check_text(Path(source.file))
    check_functions(properties)
    groups = {function.group for function in properties}
    systems, pairs = {name: name for name in made}, {}
    for name, group in product(made, sorted({*groups, ASSERTIONS, DEADLOCK})):
        pairs[f"{name}/{group}"] = name
    for what, names in (("systems", systems), ("pairs", pairs)):
        files: dict[str, str] = {}
        for name in names:
            other = files.setdefault(name.replace("/", ".").casefold(), name)
            if other != name:
                raise ModelError(
                    f"the {what} `{other}` and `{name}` would have their evidence in one file",
                    system_place(*made[names[name]], names[name]),
                    "give them names that differ in more than `/`, `.` and case",
                )
    for name, at in made.items():
        check_system(name, groups, partial(system_place, *at, name))


def _by_name(functions: Iterable[ModelFunction]) -> dict[str, tuple[ModelFunction, ...]]:
    """Kernels and manuals use some names twice."""
    named: dict[str, tuple[ModelFunction, ...]] = {}
    for function in dict.fromkeys(functions):
        named[function.name] = (*named.get(function.name, ()), function)
    return named
