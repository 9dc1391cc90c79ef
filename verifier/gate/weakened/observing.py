"""What observers note: their texts, and those of the calls of them with all that leads there."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from verifier.gate.weakened.texts import Written, tree_of, unparsed
from verifier.language.errors import within_project
from verifier.project.sources import python_files

OBSERVER = "observer"
NOTHING: Mapping[str, Meaning] = MappingProxyType({})
ENDING = (ast.Return, ast.Raise, ast.Break, ast.Continue)
"""What leaves a function or a loop early."""


def observers(root: Path) -> dict[str, Written]:
    """The observers of a project, each as FILE:NAME."""
    found: dict[str, Written] = {}
    for file in project_files(root):
        tree = tree_of(file)
        names = {OBSERVER, *_aliases(tree)}
        for function in _functions(tree):
            if any(called(each) in names for each in function.decorator_list):
                key = f"{within_project(str(file))}:{function.name}"
                found[key] = _written(root, file, function, unparsed(function))
    return found


def moved(root: Path, observing: Collection[str]) -> dict[str, Written]:
    """What other functions than observers assign to: attributes, as PART.ATTRIBUTE if it is known
    of what part of the state; each with the first function that does.
    """
    found: dict[str, Written] = {}
    for file, function in project_functions(root):
        for target, _ in giving(function) if function.name not in observing else ():
            if name := ".".join(_path(target)[-2:]):
                found.setdefault(name, _written(root, file, function, function.name))
    return found


def _path(target: ast.expr) -> list[str]:
    """The attributes in what is assigned to, without indexes and what stands for the record."""
    if isinstance(target, ast.Subscript):
        return _path(target.value)
    return [*_path(target.value), target.attr] if isinstance(target, ast.Attribute) else []


def is_moved(path: str, assigned: Collection[str]) -> bool:
    """Whether a field, or something that it is part of, may be among what is assigned to."""
    parts = [part.partition("[")[0] for part in path.split(".")]
    pairs = zip(["", *parts], parts, strict=False)
    return not {*parts, *(".".join(pair) for pair in pairs)}.isdisjoint(assigned)


def _aliases(tree: ast.Module) -> Iterator[str]:
    """What a module calls the decorator."""
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, ast.ImportFrom) else ():
            if alias.name == OBSERVER and alias.asname:
                yield alias.asname


@dataclass(frozen=True)
class Meaning:
    """What a name stands for, where that is only read: its text, and what that names."""

    text: str
    names: frozenset[str] = frozenset()


def observations(
    root: Path, names: Collection[str], meanings: Mapping[str, Meaning] = NOTHING
) -> dict[str, Written]:
    """The calls of observers, each as OBSERVER FILE:FUNCTION: TEXT with what arguments hang on.

    To that belong `meanings` of what is named there. The same text, twice in one function, is there
    once more for each time.
    """
    found: dict[str, Written] = {}
    readable = attributes_in(root, {*names, *meanings})
    for file in project_files(root):
        for function in _functions(tree_of(file)):
            standing = {*names, *_locals(function, names)}
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and called(call) in standing:
                    text = with_sources(function, call, "", meanings, readable)
                    key = f"{called(call)} {within_project(str(file))}:{function.name}: {text}"
                    while key in found:
                        key += " again"
                    found[key] = _written(root, file, call, ast.unparse(call))
    return found


def _locals(function: ast.FunctionDef, names: Collection[str]) -> set[str]:
    """The variables of a function that stand for an observer, as one of several may."""
    found: set[str] = set()
    while True:
        before = len(found)
        for target, source in giving(function):
            if isinstance(target, ast.Name) and mentioned(source) & {*names, *found}:
                if not isinstance(source, ast.Call):  # which is what it returns
                    found.add(target.id)
        if len(found) == before:
            return found


def mentioned(node: ast.AST) -> set[str]:
    """The names in it, and those of what is called there, but for a function's own variables."""
    found, own, passing = set[str](), set[str](), set[str]()
    parts = [node]
    if isinstance(node, ast.FunctionDef):  # its decorators say nothing of what it does
        parts = [node.args, *node.body]
    for each in (each for part in parts for each in ast.walk(part)):
        if isinstance(each, ast.Name):
            (found if isinstance(each.ctx, ast.Load) else own).add(each.id)
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            found.add(each.func.attr)
        elif isinstance(each, ast.comprehension):
            passing |= {name.id for name in ast.walk(each.target) if isinstance(name, ast.Name)}
    if isinstance(node, ast.FunctionDef):
        own |= {
            each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        }
    return found - (own - passing)


def project_functions(root: Path) -> Iterator[tuple[Path, ast.FunctionDef]]:
    """The functions of models and properties, each with its file."""
    for file in project_files(root):
        for function in _functions(tree_of(file)):
            yield file, function


def project_files(root: Path) -> Iterator[Path]:
    yield from sorted([*python_files(root / "models"), *python_files(root / "properties")])


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node


def called(node: ast.expr) -> str:
    """The last name of what is called, or is a decorator."""
    called = node.func if isinstance(node, ast.Call) else node
    return str(getattr(called, "id", "") or getattr(called, "attr", ""))


def with_sources(
    function: ast.FunctionDef,
    part: ast.expr,
    text: str = "",
    meanings: Mapping[str, Meaning] = NOTHING,
    readable: Collection[str] = (),
) -> str:
    """A part with the conditions on it, and what gives values to all that is read in these.

    What is called may read `readable` attributes of what it is given.
    """
    wanted, texts = _read(part), {text or ast.unparse(part): None}
    free, named = mentioned(function), mentioned(part)
    for test in conditions(function, part):
        texts[f"if {ast.unparse(test)}"] = None
        wanted |= _read(test)
        named |= mentioned(test)
    given = sorted(giving(function), key=lambda each: -each[0].lineno)
    while True:
        before = len(texts)
        for target, source in given:
            if not wanted.isdisjoint(_read(target)) and _may_be_read(target, wanted, readable):
                texts[f"{ast.unparse(target)} = {ast.unparse(source)}"] = None
                wanted |= _read(source)
                named |= mentioned(source)
        for name in sorted(named & free & meanings.keys()):
            texts[f"{name}: {meanings[name].text}"] = None
            free |= meanings[name].names
            named |= meanings[name].names
        if len(texts) == before:
            return "; ".join(texts)


def attributes_in(root: Path, functions: Collection[str]) -> frozenset[str]:
    """The attributes in functions with some names."""
    return frozenset(
        node.attr
        for _, function in project_functions(root)
        if function.name in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
    )


def _may_be_read(target: ast.expr, wanted: Collection[str], readable: Collection[str]) -> bool:
    """Whether it is a variable, or an attribute that is read by its name or by what is called."""
    while isinstance(target, ast.Subscript):
        target = target.value
    if not isinstance(target, ast.Attribute) or target.attr in readable:
        return True
    return any(target.attr in name.split(".") for name in wanted)


def giving(scope: ast.AST, nested: bool = True) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is given values in a scope, and from what; `nested` with what is in its statements."""
    for node in ast.walk(scope) if nested else ast.iter_child_nodes(scope):
        if isinstance(node, ast.Assign):
            yield from ((target, node.value) for target in node.targets)
        elif isinstance(node, ast.AugAssign | ast.NamedExpr | ast.AnnAssign):
            if node.value is not None:
                yield node.target, node.value
        elif isinstance(node, ast.For):
            yield node.target, node.iter


def conditions(function: ast.FunctionDef, found: ast.AST) -> Iterator[ast.expr]:
    """The conditions around a part of a function, and those on which it ends before."""
    line = getattr(found, "lineno", function.lineno)
    for node in ast.walk(function):
        within = [*ast.walk(node)]
        inside = any(each is found for each in within)
        ends = any(isinstance(each, ENDING) for each in within)
        before = getattr(node, "lineno", line) < line
        if isinstance(node, ast.If | ast.While | ast.IfExp) and (inside or (ends and before)):
            otherwise = node.orelse if isinstance(node.orelse, list) else [node.orelse]
            yield ast.UnaryOp(ast.Not(), node.test) if _holds(otherwise, found) else node.test
        elif isinstance(node, ast.For) and (inside or (ends and before)):
            yield node.iter
        elif isinstance(node, ast.comprehension) and inside:
            yield from (node.iter, *node.ifs)
        elif isinstance(node, ast.Match) and (inside or (ends and before)):
            yield node.subject
            for case in node.cases:
                yield from [ast.Constant(ast.unparse(case.pattern))] * _holds(case.body, found)
                yield from [] if case.guard is None else [case.guard]
        elif isinstance(node, ast.BoolOp) and inside:
            yield from (v for v in node.values if all(each is not found for each in ast.walk(v)))
        if inside and _is_left_before(node, found):
            yield ast.Constant("never")


def _holds(parts: Sequence[ast.AST], found: ast.AST) -> bool:
    return any(each is found for part in parts for each in ast.walk(part))


def _is_left_before(node: ast.AST, found: ast.AST) -> bool:
    """Whether a block ends, whatever holds, before what is found in it."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, [])
        for number, statement in enumerate(block if isinstance(block, list) else []):
            if _holds([statement], found):
                return any(isinstance(each, ENDING) for each in block[:number])
    return False


def _read(node: ast.AST) -> set[str]:
    """The names and dotted names in an expression."""
    parts = (each for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute))
    return {ast.unparse(each) for each in parts} - {"self"}


def _written(root: Path, file: Path, node: ast.FunctionDef | ast.Call, text: str) -> Written:
    return Written(file.relative_to(root).as_posix(), node.lineno, text)
