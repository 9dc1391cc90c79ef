"""One-place mistakes in model functions, made in their own source places.

DeMillo, Lipton, Sayward: Hints on Test Data Selection. Computer 1978.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import CodeType

from verifier.language.errors import within_project
from verifier.language.functions import about
from verifier.language.layout import Layout, Part, Rows, Slot
from verifier.language.packages import part_of
from verifier.mutation.functions_run import (
    Lines,
    RunFunction,
    definition,
    functions_of,
    module_of,
    recompiled,
)

Edit = Callable[[], None]
"""Changes a tree in one place."""


@dataclass(frozen=True)
class Mutant:
    """A mistake: the function, the line, and what is written there instead."""

    file: str
    function: str
    line: int
    what: str
    was: str
    instead: str

    @property
    def name(self) -> str:
        """The same after unrelated lines have moved."""
        return f"{within_project(self.file)} {self.function}: {self.what} `{self.was}`" + (
            f" -> `{self.instead}`" if self.instead else ""
        )


@dataclass(frozen=True)
class Site:
    """A function that a system runs, and all that can be done wrong in it."""

    function: RunFunction
    mutants: tuple[tuple[Mutant, CodeType], ...]


def sites(ran: Lines, only: Collection[str] = (), under: str = "") -> list[Site]:
    """The functions that ran, observers left out, with their mutants; some names `only`.

    Without names, those in files below a folder.
    """
    siblings = siblings_of_fields()
    return [
        Site(function, tuple(_mutants(function, siblings)))
        for function in functions_of(ran)
        if (function.name in only if only else function.is_below(under))
    ]


def siblings_of_fields() -> dict[str, str]:
    """For a field's name another field of the same record that holds the same type."""
    found: dict[str, str] = {}
    classes = {
        value
        for name, module in sys.modules.items()
        if part_of(name) == "models"
        for value in list(vars(module).values())
        if isinstance(value, type) and isinstance(value.__dict__.get("__layout__"), Layout)
    }
    for cls in sorted(classes, key=lambda cls: (cls.__module__, cls.__qualname__)):
        fields = list(cls.__dict__["__layout__"].fields.items())
        for place, (name, field) in enumerate(fields):
            for other, twin in fields[place + 1 :] + fields[:place]:
                if _type_of(field) == _type_of(twin):
                    found.setdefault(name, other)
                    break
    return found


def _type_of(field: Slot | Part | Rows) -> object:
    if isinstance(field, Slot):
        return field.leaf.type, field.leaf.ghost
    return field.type if isinstance(field, Part) else (field.key, _type_of(field.item))


def _mutants(
    function: RunFunction, siblings: Mapping[str, str]
) -> Iterator[tuple[Mutant, CodeType]]:
    tree = module_of(function.code)
    for number, mutant in described(function, siblings):
        yield mutant, made(function, siblings, number, tree)


def described(
    function: RunFunction, siblings: Mapping[str, str], tree: ast.Module | None = None
) -> Iterator[tuple[int, Mutant]]:
    """All that can be done wrong in a function, numbered, without making it."""
    code = function.code
    right = definition(tree or module_of(code), code)
    before = ast.unparse(right).splitlines()
    for number, (_, _, was, _) in enumerate(list(_edits(right, siblings))):
        if _observes(function, was):
            continue
        wrong = copy.deepcopy(right)
        line, what, was, edit = list(_edits(wrong, siblings))[number]
        edit()
        instead = _instead(before, ast.unparse(wrong).splitlines(), what)
        yield number, Mutant(code.co_filename, code.co_name, line, what, was, instead)


def made(
    function: RunFunction, siblings: Mapping[str, str], number: int, tree: ast.Module | None = None
) -> CodeType:
    """The code of a function with the mistake of that number."""
    wrong = copy.deepcopy(tree) if tree else module_of(function.code)
    *_, edit = list(_edits(definition(wrong, function.code), siblings))[number]
    edit()
    return recompiled(wrong, function.code)


def _observes(function: RunFunction, statement: str) -> bool:
    """Whether a statement is a call of an observer, which is no part of what the system does."""
    known = about(function.functions[0].__globals__.get(statement.partition("(")[0]))
    return known is not None and known.observes


def _instead(before: list[str], after: list[str], what: str) -> str:
    """What the changed line says."""
    if what.startswith("drop"):
        return ""
    return next((b.strip() for a, b in zip(before, after, strict=False) if a != b), "")


Described = tuple[int, str, str, Edit]
"""The line, what kind of mistake, the text that is wrong then, and how to make it."""


def _edits(function: ast.FunctionDef, siblings: Mapping[str, str]) -> Iterator[Described]:
    for body in _bodies(function):
        for place, statement in enumerate(body):
            yield from _statement(body, place, statement)
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.IfExp):
            yield from _condition(node.test, partial(setattr, node, "test"))
        elif isinstance(node, ast.match_case) and node.guard is not None:
            yield from _condition(node.guard, partial(setattr, node, "guard"))
        elif isinstance(node, ast.comprehension):
            for place, test in enumerate(node.ifs):
                yield from _condition(test, partial(node.ifs.__setitem__, place))
        elif isinstance(node, ast.Assign) and any(map(_is_field, _targets(node))):
            yield from _source(node, siblings)


def _bodies(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(function):
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                yield body


def _statement(body: list[ast.stmt], place: int, statement: ast.stmt) -> Iterator[Described]:
    """Drop an assignment or a call, weaken an assumption."""

    def drop() -> None:
        body[place] = ast.copy_location(ast.Pass(), statement)

    text = ast.unparse(statement).splitlines()[0]
    if isinstance(statement, ast.Assign) and (whole := _several(statement)):
        for part, left_out in whole:
            yield statement.lineno, "drop", f"{ast.unparse(part)}` of `{text}", left_out
    elif isinstance(statement, ast.Assign | ast.AugAssign):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if _is_place(target):
            yield statement.lineno, "drop", text, drop
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        assumes = isinstance(call.func, ast.Name) and call.func.id == "assume"
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if assumes and given and isinstance(given[0], ast.BoolOp):
            yield from _parts(given[0], text)
        else:
            yield statement.lineno, "drop", text, drop


def _is_place(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute | ast.Subscript)


def _several(statement: ast.Assign) -> list[tuple[ast.expr, Edit]]:
    """The places that an assignment to several assigns to, each with how to leave it out."""
    chained, [first, *others] = statement.targets, statement.targets
    names = first.elts if isinstance(first, ast.Tuple | ast.List) and not others else chained
    if names is chained and not others:
        return []
    return [
        (target, partial(names.__setitem__, place, ast.Name("_", ast.Store())))
        for place, target in enumerate(names)
        if _is_place(target)
    ]


def _parts(test: ast.BoolOp, text: str) -> Iterator[Described]:
    """Leave out one operand."""
    for place, part in enumerate(test.values):

        def drop(place: int = place) -> None:
            del test.values[place]
            if len(test.values) == 1:
                test.values.append(test.values[0])

        yield test.lineno, "weaken", f"{ast.unparse(part)}` of `{text}", drop


def _condition(test: ast.expr, put: Callable[[ast.expr], object]) -> Iterator[Described]:
    """Negate a condition, or leave it or a part of it out; `put` writes another in its place."""
    text = ast.unparse(test)

    def negate() -> None:
        put(ast.copy_location(ast.UnaryOp(ast.Not(), test), test))

    def always() -> None:
        put(ast.copy_location(ast.Constant(True), test))

    yield test.lineno, "negate", text, negate
    if isinstance(test, ast.BoolOp):
        yield from _parts(test, text)
    else:
        yield test.lineno, "take always", text, always


def _targets(node: ast.Assign) -> Iterator[ast.expr]:
    """What is assigned to, each part of a tuple by itself."""
    for target in node.targets:
        yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def _is_field(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute)


def _source(node: ast.Assign, siblings: Mapping[str, str]) -> Iterator[Described]:
    """Take the value from another field of the same record."""
    for part in ast.walk(node.value):
        if isinstance(part, ast.Attribute) and part.attr in siblings:

            def swap(part: ast.Attribute = part) -> None:
                part.attr = siblings[part.attr]

            yield part.lineno, "swap", ast.unparse(node), swap
