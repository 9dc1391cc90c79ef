"""What models themselves judge: the texts of observers, of the calls of them, of assertions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from verifier.gate.weakened.texts import Written, tree_of, unparsed
from verifier.project.sources import python_files

OBSERVER = "observer"


def observers(root: Path) -> dict[str, Written]:
    """The observers of a project's models by name."""
    found: dict[str, Written] = {}
    for file in _files(root):
        for function in _functions(tree_of(file)):
            if any(called(each) == OBSERVER for each in function.decorator_list):
                found[function.name] = _written(root, file, function, unparsed(function))
    return found


def observations(root: Path, names: Mapping[str, Written]) -> dict[str, Written]:
    """The calls of observers, each as OBSERVER FUNCTION: TEXT with what its arguments hang on.

    The same text, twice in one function, is there once more for each time.
    """
    found: dict[str, Written] = {}
    for file in _files(root):
        for function in _functions(tree_of(file)):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and called(call) in names:
                    key = f"{called(call)} {function.name}: {_with_sources(function, call)}"
                    while key in found:
                        key += " again"
                    found[key] = _written(root, file, call, ast.unparse(call))
    return found


def assertions(root: Path) -> dict[str, Written]:
    """The assertions of a project's models, each as FUNCTION: TEXT."""
    found: dict[str, Written] = {}
    for file in _files(root):
        for function in _functions(tree_of(file)):
            for node in ast.walk(function):
                if isinstance(node, ast.Assert):
                    text = ast.unparse(node)
                    found[f"{function.name}: {text}"] = _written(root, file, node, text)
    return found


def _files(root: Path) -> Iterator[Path]:
    yield from sorted(python_files(root / "models"))


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node


def called(node: ast.expr) -> str:
    """The last name of what is called, or is a decorator."""
    called = node.func if isinstance(node, ast.Call) else node
    return str(getattr(called, "id", "") or getattr(called, "attr", ""))


def _with_sources(function: ast.FunctionDef, call: ast.Call) -> str:
    """A call with the conditions on it, and the assignments to the local names in all these."""
    wanted, texts = _names(call), {ast.unparse(call): None}
    for test in _conditions(function, call):
        texts[f"if {ast.unparse(test)}"] = None
        wanted |= _names(test)
    assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign | ast.AugAssign)]
    assigned.sort(key=lambda node: -node.lineno)
    while True:
        before = len(texts)
        for node in assigned:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(each, ast.Name) and each.id in wanted for each in targets):
                texts[ast.unparse(node)] = None
                wanted |= _names(node)
        if len(texts) == before:
            return "; ".join(texts)


def _conditions(function: ast.FunctionDef, call: ast.Call) -> Iterator[ast.expr]:
    """The conditions around a call, and those on which the function ends before it."""
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            inside = {id(each) for each in ast.walk(node)}
            ends = any(isinstance(each, ast.Return) for each in ast.walk(node))
            if id(call) in inside or (ends and node.lineno < call.lineno):
                yield node.test
        elif isinstance(node, ast.Match) and id(call) in {id(each) for each in ast.walk(node)}:
            yield node.subject


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _written(
    root: Path, file: Path, node: ast.FunctionDef | ast.Call | ast.Assert, text: str
) -> Written:
    return Written(file.relative_to(root).as_posix(), node.lineno, text)
