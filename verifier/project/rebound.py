"""What stands for something else than where a system was made, though its functions read it.

A function reads a name of its module when it runs, which is after all modules are loaded: systems
that are made one after the other, with another value of the name each time, would be the same.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

from verifier.language.assignments import ASSIGNED
from verifier.language.constants import items
from verifier.language.errors import ModelError
from verifier.language.functions import about
from verifier.language.made import Made, is_model_module, made_in
from verifier.language.named_values import named_in
from verifier.language.ownership import is_record
from verifier.language.source_text import codes_within
from verifier.language.system import System

Names = Mapping[tuple[str, str], FunctionType]
"""Names of modules, each with a function that reads it."""


def refuse_rebound_names(modules: Iterable[ModuleType]) -> None:
    """Refuse systems of some modules after which a name that models read got another value."""
    all_made = [made for module in modules for made in made_in(vars(module))]
    systems = [made for made in all_made if made.kind == "system"]
    for made in systems:
        _refuse_changed_parts(made)
    changed = {made.place: [*_changed(made)] for made in systems}
    if not any(changed.values()):
        return
    read = _read()
    for made in systems:
        for module, name in changed.get(made.place, ()):
            if (module, name) in read:
                reader = read[module, name].__name__
                raise ModelError(
                    f"`{name}` of `{module}`, which `{reader}` reads, stands for something else by "
                    f"now than where the system `{made.name}` is made",
                    made.place,
                    "make it a field of the state, which each system can start otherwise",
                )


def _refuse_changed_parts(made: Made) -> None:
    """Refuse a system of which a record's class, or something in a constant, was assigned to."""
    system = made.what()
    if not isinstance(system, System):
        return  # another one stands for it
    leaves = zip(system.layout.leaves, system.initial_values, strict=True)
    pending = [(f"`{leaf.path}`", value) for leaf, value in leaves if leaf.constant]
    pending += [(f"the class `{_name(kind)}`", kind) for _, kind in system.layout.nodes]
    seen = set[int]()
    while pending:
        where, value = pending.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if _assigned(value) > made.moment:
            raise ModelError(
                f"{where} of the system `{made.name}` was assigned to after the system was made",
                made.place,
                "make all that a system consists of before it",
            )
        inside = value.values() if isinstance(value, Mapping) else dict(items(value)).values()
        pending += ((where, part) for part in inside)


def _name(kind: object) -> str:
    return getattr(kind, "__name__", str(kind))


def _changed(made: Made) -> Iterator[tuple[str, str]]:
    """The names of modules that stand for something else, or for what was assigned to."""
    for module, before in made.around.items():
        held = vars(sys.modules[module]) if module in sys.modules else {}
        now = dict(zip(held, map(id, held.values()), strict=True))
        if not before.items() <= now.items():
            yield from ((module, name) for name in before if before[name] != now.get(name))
        for name, value in held.items():
            if name in before and _assigned(value) > made.moment:
                yield module, name


def _assigned(value: Any) -> int:
    """When a record, a class or a member of an enum was last assigned to; 0 for never."""
    if is_record(value):
        return int(value._store.changed)
    kind = value if isinstance(value, type) else type(value)
    return int(vars(kind).get(ASSIGNED, 0))


def _read() -> Names:
    """The names of modules that model functions read, and the functions that these read."""
    found: dict[tuple[str, str], FunctionType] = {}
    pending = [*_model_functions()]
    seen = set[CodeType]()
    while pending:
        function = pending.pop()
        if function.__code__ in seen:
            continue
        seen.add(function.__code__)
        for module, name, value in named_in(function, _globals_in(function.__code__)):
            found.setdefault((module, name), function)
            if isinstance(value, FunctionType):
                pending.append(value)
    return found


def _globals_in(code: CodeType) -> Iterator[str]:
    for each in (code, *codes_within(code)):
        for instruction in dis.get_instructions(each):
            if instruction.opname == "LOAD_GLOBAL":
                yield instruction.argval


def _model_functions() -> Iterator[FunctionType]:
    """What the language's decorators have been given, and the methods of classes."""
    for module in [*sys.modules.values()]:
        if not is_model_module(module):
            continue
        for value in [*vars(module).values()]:
            known = about(value)
            if known is not None and isinstance(known.body, FunctionType):
                yield known.body
            elif isinstance(value, type) and value.__module__ == module.__name__:
                for part in vars(value).values():
                    inner = getattr(part, "fget", None) or getattr(part, "__func__", part)
                    if isinstance(inner, FunctionType):
                        yield inner
