"""What stands for observers where they are called, and for what decides about calls of them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

from verifier.gate.weakened.observing import (
    Meaning,
    called,
    giving,
    mentioned,
    project_files,
    project_functions,
)
from verifier.gate.weakened.texts import tree_of, unparsed

ASSUME = "assume"


def standing_for(root: Path, observers: Collection[str]) -> tuple[set[str], dict[str, Meaning]]:
    """Other names for observers, and what names stand for that are only read.

    The former are of functions that only call observers, of imports and of constants; the latter of
    functions that change nothing, and of constants. Of several of one name the texts of all.
    """
    constants = [each for file in project_files(root) for each in _named(tree_of(file))]
    found: dict[str, Meaning] = {}
    for function, names in _reading(root, observers):
        _add(found, function.name, unparsed(function), names)
    for name, source in constants:
        _add(found, name, ast.unparse(source), mentioned(source))
    standing = {*observers}
    while more := {name for name, each in found.items() if each.names & standing} - standing:
        standing |= more
    return standing - {*observers}, found


def _add(found: dict[str, Meaning], name: str, text: str, names: set[str]) -> None:
    known = found.get(name, Meaning(""))
    found[name] = Meaning(f"{known.text}\n{text}", known.names | names - {name})


def _named(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The constants of a module, and what it imports by another name."""
    for target, source in giving(tree, nested=False):
        if isinstance(target, ast.Name):
            yield target.id, source
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, ast.ImportFrom) else ():
            if alias.asname and alias.asname != alias.name:
                yield alias.asname, ast.Name(alias.name, ast.Load())


def _reading(root: Path, observers: Collection[str]) -> Iterator[tuple[ast.FunctionDef, set[str]]]:
    """The functions that change nothing themselves, nor by what they call but observers.

    Each has the names in it. A function of whose name another one changes something is left out.
    """
    functions = [
        (function, mentioned(function))
        for _, function in project_functions(root)
        if function.name not in observers
    ]
    calls: dict[str, set[str]] = {}
    for function, names in functions:
        calls[function.name] = calls.get(function.name, set()) | names
    changing = {function.name for function, _ in functions if _changes(function)}
    while more := {name for name in calls.keys() - changing if calls[name] & changing}:
        changing |= more
    yield from (each for each in functions if each[0].name not in changing)


def _changes(function: ast.FunctionDef) -> bool:
    """Whether a function itself assigns to fields, or has a say in what is possible."""
    return any(
        isinstance(node, ast.Assert | ast.Raise)
        or (isinstance(node, ast.Call) and called(node) == ASSUME)
        or (isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load))
        for node in ast.walk(function)
    )
