"""Names that a project must not use: one name for two things, or one that patterns could not name.

What a pair, a case or a step is called is part of a circuit's outputs and of command lines.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from verifier.language.errors import ModelError, Place
from verifier.language.functions import ModelFunction
from verifier.language.stand_ins import MODULES

RESERVED = ("assertions", "deadlock")
"""The properties that every system has without a function of its own."""

NAME = re.compile(r"\w[\w.+-]*")
OWN = "give each a name of its own"
LETTERS = "use letters, digits, `-`, `_`, `+` and `.`, a letter, digit or `_` first"
CONTINUING = {"setter", "getter", "deleter", "register", "overload"}
"""Decorators of a function that continues the one of its name before it."""

Branches = tuple[tuple[int, int], ...]
"""The statements with branches around a line, and which branch of each it is in."""


def check_functions(functions: Iterable[ModelFunction]) -> None:
    """Refuse properties and cases whose names are no names, and two cases of one name."""
    cases: dict[str, ModelFunction] = {}
    for function in functions:
        if not isinstance(function.group, str):
            what = f"`{function.name}` belongs to the property `{function.group!r}`"
            raise ModelError(what, function.place, "give the property's name as text")
        check_name("property", function.group, function.place)
        if function.is_case:
            check_name("case", function.name, function.place)
            first = cases.setdefault(function.name, function)
            if first is not function:
                raise ModelError(
                    f"two cases are called `{function.name}`: the first is at {_near(first.place)}",
                    function.place,
                    OWN,
                )


def two_systems(name: str, first: Place, second: Place) -> ModelError:
    """The refusal of two systems of one name."""
    what = f"two systems are called `{name}`: the first is at {_near(first)}"
    return ModelError(what, second, OWN)


def _near(place: Place) -> str:
    """A place as seen from here, where it is below."""
    file = Path(place.file)
    return (
        f"{file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}:{place.line}"
    )


def check_system(name: str, groups: Iterable[str], place: Callable[[], Place]) -> None:
    """Refuse a system whose name has a part that is no name, or that is called like a pair."""
    for part in name.split("/"):
        _check("system", name, part, place)
    last = name.rpartition("/")[2]
    if last in groups:
        what = f"the system `{name}` is called like the property `{last}` of a system"
        raise ModelError(what, place(), "give it another name")


def check_name(kind: str, name: str, place: Place) -> None:
    """Refuse the name of a property or case that patterns could not tell from another."""
    _check(kind, name, name, lambda: place)


def _check(kind: str, name: str, part: str, place: Callable[[], Place]) -> None:
    if part in RESERVED:
        what = f"the {kind} `{name}` is called like the property `{part}`, which every system has"
        raise ModelError(what, place(), "give it another name")
    if NAME.fullmatch(part) is None:
        odd = next((each for each in part if re.fullmatch(r"[\w.+-]", each) is None), part[:1])
        what = f"has a `{odd}` where it must not" if odd else "has an empty part"
        raise ModelError(f"the name of the {kind} `{name}` {what}", place(), LETTERS)


def system_place(file: str, variable: str, name: str) -> Place:
    """The line of a file that makes a system, the one that gives it to a variable if it can be."""
    tree = _tree(Path(file))
    bound = [each for each in bindings(tree.body) if each.name == variable]
    for node in [*(each.node for each in bound), tree]:
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and call.args:
                first = call.args[0]
                if isinstance(first, ast.Constant) and first.value == name:
                    return Place(file, call.lineno)
    return Place(file, bound[0].line if bound else 1)


def check_text(file: Path) -> None:
    """Refuse a module in which a function or class silently replaces another of its name."""
    pending: list[ast.AST] = [_tree(file)]
    package = _package_of(file)
    while pending:
        scope = pending.pop()
        body = getattr(scope, "body", [])
        if isinstance(body, list):
            within = isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef)
            _check_scope(file, list(bindings(body, (), package)), within)
        pending += (node for node in _inner(scope))


def _package_of(file: Path) -> str:
    """The package that the module of a file is in; empty where it is not loaded."""
    loaded = [*sys.modules.values()]
    module = next((each for each in loaded if getattr(each, "__file__", None) == str(file)), None)
    return str(getattr(module, "__package__", None) or "")


def _tree(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ast.Module([], [])


def _inner(scope: ast.AST) -> Iterator[ast.AST]:
    """The classes and functions that are defined in a scope."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        else:
            yield from _inner(node)


@dataclass(frozen=True)
class NameBinding:
    """A statement that gives a name a value."""

    name: str
    line: int
    branches: Branches
    node: ast.stmt
    imported: object = None
    """What is imported, or what it is called where that is not known."""

    @property
    def defines(self) -> bool:
        return isinstance(self.node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)

    @property
    def makes_system(self) -> bool:
        value = getattr(self.node, "value", None)
        called = value.func if isinstance(value, ast.Call) else None
        return isinstance(called, ast.Name) and called.id == "System"

    def replaces(self, first: NameBinding) -> bool:
        """Whether the value from before is lost."""
        if first.makes_system and self.makes_system:
            return True
        one, other = first.imported, self.imported
        if one is not None and other is not None:
            return one is not other and not (type(one) is type(other) is str and one == other)
        if not (first.defines or self.defines) or self.node is first.node:
            return False
        value = getattr(self.node, "value", None)
        used = ast.walk(value) if isinstance(value, ast.expr) else ()
        if any(isinstance(part, ast.Name) and part.id == self.name for part in used):
            return False
        overloaded = any(_decorator(each) == "overload" for each in first._decorators)
        return not (overloaded or any(_decorator(d) in CONTINUING for d in self._decorators))

    @property
    def _decorators(self) -> list[ast.expr]:
        return getattr(self.node, "decorator_list", [])


def _decorator(node: ast.expr) -> str:
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _check_scope(file: Path, bound: list[NameBinding], within: bool) -> None:
    """In a function, which can return early, only what stands side by side is compared."""
    seen: dict[str, list[NameBinding]] = {}
    for binding in bound:
        for first in seen.setdefault(binding.name, []):
            apart = binding.branches != first.branches
            if (within and apart) or exclude(first.branches, binding.branches):
                continue
            if binding.replaces(first):
                before = _near(Place(str(file), first.line))
                raise ModelError(
                    f"`{binding.name}` is defined twice: first at {before}",
                    Place(str(file), binding.line),
                    f"the second replaces the first: {OWN}",
                )
        seen[binding.name].append(binding)


def exclude(one: Branches, other: Branches) -> bool:
    """Whether at most one of two lines runs."""
    branches = dict(one)
    return any(branches.get(node, branch) != branch for node, branch in other)


def bindings(
    body: Iterable[ast.stmt], branches: Branches = (), package: str = ""
) -> Iterator[NameBinding]:
    """What the statements of a scope of a module in a package bind, in their order."""
    for node in body:
        for name, imported in _names(node, package):
            yield NameBinding(name, node.lineno, branches, node, imported)
        for number, part in enumerate(_parts(node)):
            around = (*branches, (id(node), number)) if _branches(node) else branches
            yield from bindings(part, around, package)
        yield from bindings(getattr(node, "finalbody", []), branches, package)


def _names(node: ast.stmt, package: str) -> Iterator[tuple[str, object]]:
    """The names that a statement binds, each with what it imports, if it does."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name, None
    elif isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            name = alias.name if alias.asname else first
            yield alias.asname or first, _module(name) or name
    elif isinstance(node, ast.ImportFrom):
        module = f"{'.' * node.level}{node.module or ''}"
        if node.level and package:
            above = package.rsplit(".", node.level - 1)[0]
            module = f"{above}.{node.module}" if node.module else above
        found = _module(module)
        held = {} if found is None else vars(found)
        for alias in node.names:
            for name in _public(held) if alias.name == "*" else (alias.name,):
                yield alias.asname or name, held.get(name, f"{module}.{name}")
    elif isinstance(node, ast.For | ast.With):
        items = [item.optional_vars for item in getattr(node, "items", ())]
        named = (
            part
            for each in [getattr(node, "target", None), *items]
            if each
            for part in ast.walk(each)
        )
        yield from ((part.id, None) for part in named if isinstance(part, ast.Name))
    elif isinstance(node, ast.Expr | ast.If | ast.While):
        value = node.value if isinstance(node, ast.Expr) else node.test
        inner = (part.target for part in ast.walk(value) if isinstance(part, ast.NamedExpr))
        yield from ((part.id, None) for part in inner)
    elif isinstance(node, ast.Assign) or (isinstance(node, ast.AnnAssign) and node.value):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        named = (part for target in targets for part in ast.walk(target))
        stored = (part for part in named if isinstance(part, ast.Name))
        yield from ((part.id, None) for part in stored if isinstance(part.ctx, ast.Store))


def _module(name: str) -> ModuleType | None:
    """A module as models have it, if it is loaded."""
    return MODULES.get(name) or sys.modules.get(name)


def _public(held: Mapping[str, object]) -> list[str]:
    """What `import *` binds of what a module holds."""
    named: Any = held.get("__all__", [name for name in held if not name.startswith("_")])
    return [*named]


def _branches(node: ast.stmt) -> bool:
    return isinstance(node, ast.If | ast.Try | ast.TryStar | ast.Match)


def _parts(node: ast.stmt) -> list[list[ast.stmt]]:
    """The statements inside one that is not a scope; in a branching one, those of each branch."""
    match node:
        case ast.If():
            return [node.body, node.orelse]
        case ast.Try() | ast.TryStar():
            return [[*node.body, *node.orelse], *(each.body for each in node.handlers)]
        case ast.Match():
            return [case.body for case in node.cases]
        case ast.For() | ast.While() | ast.AsyncFor():
            return [[*node.body, *node.orelse]]
        case ast.With() | ast.AsyncWith():
            return [node.body]
    return []
