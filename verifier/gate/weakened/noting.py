"""What functions that are no observers write into events: notes all the same."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from verifier.gate.weakened.observing import (
    Meaning,
    attributes_in,
    called,
    giving,
    project_functions,
    with_sources,
)
from verifier.gate.weakened.texts import Written
from verifier.language.errors import within_project
from verifier.language.layout import layout_of
from verifier.language.system import System


@dataclass(frozen=True)
class Events:
    """How texts name what only happens in a step."""

    fields: frozenset[str]
    """Names that only parts of events have."""
    classes: frozenset[str]


def events_of(systems: Iterable[System]) -> Events:
    """The events of some systems."""
    fields: dict[bool, set[str]] = {True: set(), False: set()}
    classes: set[str] = set()
    for layout in {system.layout.type: system.layout for system in systems}.values():
        for leaf in layout.leaves:
            fields[leaf.event] |= {part.partition("[")[0] for part in leaf.path.split(".")}
        for _, kind in layout.nodes:
            if isinstance(kind, type) and all(leaf.event for leaf in layout_of(kind).leaves):
                classes.add(kind.__name__)
    return Events(frozenset(fields[True] - fields[False]), frozenset(classes))


def ghost_words(systems: Iterable[System]) -> frozenset[str]:
    """The names of the ghosts of some systems, events left out, and of their parts."""
    leaves = (leaf for system in systems for leaf in system.layout.leaves)
    paths = {leaf.path for leaf in leaves if leaf.ghost and not leaf.event}
    return frozenset(part.partition("[")[0] for path in paths for part in path.split("."))


def notes(
    root: Path, events: Events, observers: Collection[str], meanings: Mapping[str, Meaning]
) -> dict[str, Written]:
    """The assignments to events, each as FIELD FILE:FUNCTION: TEXT with what it depends on.

    So are calls of functions that do nothing else, by the function's name. To what a text depends
    on belong `meanings` of what is named there. The same text, twice in one function, is there once
    more for each time.
    """
    found: dict[str, Written] = {}
    functions = [each for each in project_functions(root) if each[1].name not in observers]
    readable = attributes_in(root, {*observers, *meanings})
    noting = {function.name for _, function in functions if _only_notes(function, events)}
    for file, function in functions:
        where = within_project(str(file)), file.relative_to(root).as_posix()
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and called(call) in noting:
                text = with_sources(function, call, "", meanings, readable)
                _add(found, f"{called(call)} {where[0]}:{function.name}: {text}", where[1], call)
        names = _standing_for(function, events)
        for target, value in giving(function):
            if isinstance(target, ast.Name) or not _is_event(target, events, names):
                continue
            text = f"{ast.unparse(target)} = {ast.unparse(value)}"
            field = next(part.attr for part in ast.walk(target) if isinstance(part, ast.Attribute))
            depends = with_sources(function, target, text, meanings, readable)
            _add(found, f"{field} {where[0]}:{function.name}: {depends}", where[1], target, text)
    return found


def _add(found: dict[str, Written], key: str, file: str, node: ast.expr, text: str = "") -> None:
    while key in found:
        key += " again"
    found[key] = Written(file, node.lineno, text or ast.unparse(node))


def _only_notes(function: ast.FunctionDef, events: Events) -> bool:
    """Whether a function assigns to events, and does nothing else."""
    names = _standing_for(function, events)
    targets = [t for t, _ in giving(function) if not isinstance(t, ast.Name)]
    others = (ast.Assert, ast.Raise, ast.Delete)
    return (
        bool(targets)
        and all(_is_event(target, events, names) for target in targets)
        and not any(isinstance(node, others) for node in ast.walk(function))
    )


def _standing_for(function: ast.FunctionDef, events: Events) -> set[str]:
    """The parameters and local names of a function that are events."""
    names = {each.arg for each in _parameters(function) if _type_of(each) in events.classes}
    while True:
        more = {
            target.id
            for target, value in giving(function)
            if isinstance(target, ast.Name) and _is_event(value, events, names)
        }
        if more <= names:
            return names
        names |= more


def _is_event(node: ast.expr, events: Events, names: Collection[str]) -> bool:
    """Whether an expression is a part of an event, by the names in it."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute) and node.attr in events.fields:
            return True
        node = node.value
    return isinstance(node, ast.Name) and node.id in names


def _parameters(function: ast.FunctionDef) -> Iterator[ast.arg]:
    yield from (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)


def _type_of(parameter: ast.arg) -> str:
    """The last name of its annotation."""
    words = [] if parameter.annotation is None else [*ast.walk(parameter.annotation)]
    found = [getattr(word, "attr", getattr(word, "id", "")) for word in words]
    return next((str(name) for name in found if name), "")
