"""One-place mistakes in model functions, made in their own source places.

DeMillo, Lipton, Sayward: Hints on Test Data Selection. Computer 1978.
"""

from __future__ import annotations

import ast
import copy
import linecache
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

from verifier.language.assignments import is_guarded
from verifier.language.errors import within_project
from verifier.language.functions import about
from verifier.language.layout import Layout, Part, Rows, Slot

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

    function: FunctionType
    mutants: tuple[tuple[Mutant, CodeType], ...]


Lines = Mapping[CodeType, Collection[int]]
"""The lines of each model function that ran."""


def lines_run(work: Callable[[], object]) -> Lines:
    """What runs of the models while work is done."""
    with lines_of() as seen:
        work()
    return seen


@contextmanager
def lines_of() -> Iterator[dict[CodeType, set[int]]]:
    """What runs of the models meanwhile."""
    seen: dict[CodeType, set[int]] = {}

    def line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            seen[frame.f_code].add(frame.f_lineno)
        return line

    def entered(frame: FrameType, event: str, _: Any) -> Any:
        if event != "call" or not _is_of_models(frame):
            return None
        seen.setdefault(frame.f_code, set())
        return line

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        yield seen
    finally:
        sys.settrace(before)


def _is_of_models(frame: FrameType) -> bool:
    module = str(frame.f_globals.get("__name__", ""))
    return is_guarded(frame) and module.startswith("models.")


def sites(ran: Lines, only: Collection[str] = ()) -> list[Site]:
    """The functions that ran, observers left out, with their mutants; some names `only`."""
    siblings = _siblings()
    return [
        Site(function, tuple(_mutants(function, siblings)))
        for function in functions_of(ran)
        if not only or function.__name__ in only
    ]


def functions_of(ran: Lines) -> list[FunctionType]:
    """The functions that ran, observers left out, in the order of their files."""
    found = {each.__code__: each for each in _functions() if each.__code__ in ran}
    return sorted(found.values(), key=_place)


def twins(function: FunctionType) -> list[FunctionType]:
    """A function with those that share its code, as what a function makes does."""
    return [each for each in _functions() if each.__code__ is function.__code__] or [function]


def _place(function: FunctionType) -> tuple[str, int]:
    return function.__code__.co_filename, function.__code__.co_firstlineno


def unfound(ran: Lines) -> list[CodeType]:
    """What ran and is no function that can be found, nor in one, nor an observer; in order."""
    known = {code for each in _held() for code in _codes(each.__code__)}
    found = {*ran} - known
    return sorted(found, key=lambda code: (code.co_filename, code.co_firstlineno))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code and those of the functions in it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _functions() -> Iterator[FunctionType]:
    """All functions of the models' modules and their classes, without decorators and observers."""
    observers = {*_held(observing=True)}
    return (each for each in _held() if each not in observers)


def _held(observing: bool = False) -> Iterator[FunctionType]:
    """The functions of the models' modules and their classes, or the observers alone."""
    for name, module in sorted(sys.modules.items()):
        if not name.startswith("models."):
            continue
        for value in list(vars(module).values()):
            held = list(vars(value).values()) if isinstance(value, type) else [value]
            for each in held:
                yield from _plain(each, observing)


def _plain(value: object, observing: bool) -> Iterator[FunctionType]:
    """A function, with those that decorators around it have been given."""
    if isinstance(value, property):
        value = value.fget
    value = getattr(value, "__func__", value)
    observes = False
    while isinstance(value, FunctionType):
        known = about(value)
        observes = observes or (known is not None and known.observes)
        if known is None and (observes or not observing):
            yield value
        value = known.body if known is not None else getattr(value, "__wrapped__", None)
        if known is not None and not isinstance(value, FunctionType):
            return


def _siblings() -> dict[str, str]:
    """For a field's name another field of the same record that holds the same type."""
    found: dict[str, str] = {}
    classes = {
        value
        for name, module in sys.modules.items()
        if name.startswith("models.")
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
    function: FunctionType, siblings: Mapping[str, str]
) -> Iterator[tuple[Mutant, CodeType]]:
    code = function.__code__
    file = Path(code.co_filename)
    tree = ast.parse("".join(linecache.getlines(str(file))))
    for number, (_, _, was, _) in enumerate(list(_edits(definition(tree, code), siblings))):
        if _observes(function, was):
            continue
        wrong = copy.deepcopy(tree)
        node = definition(wrong, code)
        line, what, was, edit = list(_edits(node, siblings))[number]
        edit()
        after = ast.unparse(node).splitlines()
        instead = _instead(ast.unparse(definition(tree, code)).splitlines(), after, what)
        compiled = compile(
            ast.fix_missing_locations(wrong), str(file), "exec", dont_inherit=True, optimize=0
        )
        yield Mutant(str(file), code.co_name, line, what, was, instead), inner_code(compiled, code)


def _observes(function: FunctionType, statement: str) -> bool:
    """Whether a statement is a call of an observer, which is no part of what the system does."""
    known = about(function.__globals__.get(statement.partition("(")[0]))
    return known is not None and known.observes


def _instead(before: list[str], after: list[str], what: str) -> str:
    """What the changed line says."""
    if what.startswith("drop"):
        return ""
    return next((b.strip() for a, b in zip(before, after, strict=False) if a != b), "")


def definition(tree: ast.AST, code: CodeType) -> ast.FunctionDef:
    """Where a function is written in the tree of its module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
            if first == code.co_firstlineno:
                return node
    raise LookupError(f"`{code.co_name}` is not where it was loaded from")


def inner_code(compiled: CodeType, wanted: CodeType) -> CodeType:
    """The function's code inside its module's."""
    pending = [compiled]
    while pending:
        code = pending.pop()
        if (code.co_name, code.co_firstlineno) == (wanted.co_name, wanted.co_firstlineno):
            return code
        pending += [const for const in code.co_consts if isinstance(const, CodeType)]
    raise LookupError(f"`{wanted.co_name}` is not compiled with its module")


Described = tuple[int, str, str, Edit]
"""The line, what kind of mistake, the text that is wrong then, and how to make it."""


def _edits(function: ast.FunctionDef, siblings: Mapping[str, str]) -> Iterator[Described]:
    for body in _bodies(function):
        for place, statement in enumerate(body):
            yield from _statement(body, place, statement)
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.IfExp):
            yield from _condition(node)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
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
    if isinstance(statement, ast.Assign | ast.AugAssign):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if isinstance(target, ast.Attribute | ast.Subscript):
            yield statement.lineno, "drop", text, drop
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        assumes = isinstance(call.func, ast.Name) and call.func.id == "assume"
        if assumes and isinstance(call.args[0], ast.BoolOp):
            yield from _parts(call.args[0], text)
        else:
            yield statement.lineno, "drop", text, drop


def _parts(test: ast.BoolOp, text: str) -> Iterator[Described]:
    """Leave out one operand."""
    for place, part in enumerate(test.values):

        def drop(place: int = place) -> None:
            del test.values[place]
            if len(test.values) == 1:
                test.values.append(test.values[0])

        yield test.lineno, "weaken", f"{ast.unparse(part)}` of `{text}", drop


def _condition(node: ast.If | ast.IfExp) -> Iterator[Described]:
    """Negate a condition, or leave it or a part of it out."""
    test = node.test
    text = ast.unparse(test)

    def negate() -> None:
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), test), test)

    def always() -> None:
        node.test = ast.copy_location(ast.Constant(True), test)

    yield test.lineno, "negate", text, negate
    if isinstance(test, ast.BoolOp):
        yield from _parts(test, text)
    else:
        yield test.lineno, "take always", text, always


def _source(node: ast.Assign, siblings: Mapping[str, str]) -> Iterator[Described]:
    """Take the value from another field of the same record."""
    for part in ast.walk(node.value):
        if isinstance(part, ast.Attribute) and part.attr in siblings:

            def swap(part: ast.Attribute = part) -> None:
                part.attr = siblings[part.attr]

            yield part.lineno, "swap", ast.unparse(node), swap
