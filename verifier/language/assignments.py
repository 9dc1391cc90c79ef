"""Guards in the text of models, which answer what they are given while a model runs, or refuse it.

One is around whatever an attribute is assigned to or deleted from: only records have attributes to
assign to. So state outside the records is refused when it is made, whoever holds the object, and
Python's order of evaluation stays. One is on the right of `%`, which makes text of all but numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from enum import Enum
from inspect import getattr_static
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, TypeVar

from verifier.language.asserted import TESTED, set_apart, tested
from verifier.language.errors import GUARD, ModelError, Place, refuse, within_project
from verifier.language.ownership import is_model_function, is_own, is_record
from verifier.language.restricted import STATE, TEXT
from verifier.language.running import RUNNING
from verifier.language.text_nodes import Node, asked, is_idle, place_in_text
from verifier.language.uncalled import UNCALLED, require_called

T = TypeVar("T")

ELSEWHERE = "move it there: what a model runs is compiled from there, and watched"


OF_DOCUMENTS = {"__doc__", "__module__", "__name__", "__qualname__", "__wrapped__"}
"""Attributes that only people read."""

NUMBER = "@number"
"""How it calls the one on the right of `%`."""


INSIDE = "@inside"
"""How it calls the one around whatever is asked for one of its INSIDES."""


INSIDES = {"__closure__", "__code__", "__defaults__", "__dict__", "__globals__", "__kwdefaults__"}
"""Attributes that show what Python keeps of an object, where the language has put its own."""


def only_outside(value: T) -> T:
    """What is asked for its insides; refused if they have the language's own parts."""
    if is_record(value) or "__layout__" in getattr(value, "__dict__", {}):
        raise refuse("the namespace of a record is read", "read its fields")
    if is_model_function(value):
        raise refuse("the parts of a model function are looked at or assigned to", "call it")
    return value


IDENTITY = "@identity"
"""How it calls what stands for `is`."""


def identity(a: object, b: object) -> bool:
    """`a is b`; refused for two records, which are new objects each time that they are read."""
    if is_record(a) and is_record(b):
        raise refuse("records are compared with `is`", "compare them with `==`")
    return a is b


def only_numbers(value: T) -> T:
    """What is on the right of `%`; refused in a run unless it is a number."""
    if RUNNING.get() is not None and type(value) not in (int, float):
        raise refuse("`%` makes text of what is not a number", TEXT)
    return value


def only_records(target: T, name: str) -> T:
    """What an attribute is assigned to; refused in a run unless it is a record.

    While modules are loaded, what a function may read of a class, a member of an enum, a function
    or a module has its value once.
    """
    whole = is_record(target) and "__layout__" in type(target).__dict__
    if RUNNING.get() is not None and not whole:
        what = f"class `{target.__name__}`" if isinstance(target, type) else "an object"
        raise refuse(
            f"an attribute of {what} of type `{type(target).__name__}` is assigned to", STATE
        )
    if not whole and _has_already(target, name):
        owner = getattr(target, "__name__", None) or str(target)
        what = f"`{owner}.{name}` is assigned to, which has a value"
        raise refuse(what, "give it its value once: what reads it does so later, when it runs")
    return target


def _has_already(target: Any, name: str) -> bool:
    """Whether an attribute is there of what functions may read, as they stand for themselves."""
    kind: Any = type(target)  # whose own code is not asked
    if issubclass(kind, ModuleType):
        return GUARD in target.__dict__.get("__builtins__", ())
    if issubclass(kind, Enum):
        made = any(each is target for each in kind._member_map_.values())
        return made and name in target.__dict__
    guarded = kind is FunctionType and GUARD in target.__builtins__
    own = guarded or (issubclass(kind, type) and is_own(target))
    missing = object()
    return own and name not in OF_DOCUMENTS and getattr_static(target, name, missing) is not missing


INSTRUMENTS: dict[str, Callable[..., Any]] = {
    GUARD: only_records,
    NUMBER: only_numbers,
    IDENTITY: identity,
    INSIDE: only_outside,
    TESTED: tested,
    **UNCALLED,
}
"""The guards, by their names in the compiled text."""


HELP = "call it, assign it, or write `@` before a decorator"
UNGUARDED = frozenset({ast.Name, ast.Constant, ast.arg, ast.arguments, ast.keyword, ast.alias})
"""Parts without guards, which most are."""


def guard(nodes: Iterable[Node], file: str) -> None:
    """Put the guards where they belong; the text is changed."""
    for node, is_inside in nodes:
        if type(node) in UNGUARDED:
            continue
        if is_inside:
            set_apart(node)
        elif isinstance(node, ast.Expr) and is_idle(node.value):
            place = Place(file, node.lineno)
            raise ModelError("a statement does nothing", place, HELP)
        require_called(node)
        if isinstance(node, ast.Attribute):
            if node.attr in INSIDES:
                node.value = asked(INSIDE, node.value)
            if isinstance(node.ctx, ast.Store | ast.Del):
                node.value = asked(GUARD, node.value, node.attr)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            node.right = asked(NUMBER, node.right)
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Mod):
            node.value = asked(NUMBER, node.value)
        elif isinstance(node, ast.Compare):
            _guard_identity(node, file)


def _guard_identity(node: ast.Compare, file: str) -> None:
    """Ask the guard in the place of `is`, but for constants, which are no records."""
    pairs = zip([node.left, *node.comparators], node.comparators, node.ops, strict=False)
    for left, right, operator in pairs:
        if not isinstance(operator, ast.Is | ast.IsNot):
            continue
        if isinstance(left, ast.Constant) or isinstance(right, ast.Constant):
            continue
        if len(node.ops) == 1:
            node.left = asked(IDENTITY, left, right)
            node.comparators = [ast.Constant(True, **place_in_text(node))]
        else:
            raise ModelError(
                "`is` in a chain of comparisons",
                Place(file, node.lineno),
                "write one comparison after the other, with `and`",
            )


def is_guarded(running: Any) -> bool:
    """Whether a function, or that of a frame, is compiled with the guard."""
    if isinstance(running, FrameType):
        return GUARD in running.f_builtins
    return GUARD in _undecorated(running).__builtins__


def _undecorated(function: Any) -> Any:
    """What the language's own decorators have been given."""
    while is_model_function(function):
        function = function.__dict__["__model__"].body
    return function


def require_guarded(function: Callable[..., Any]) -> None:
    """Refuse a function that is compiled by anybody else."""
    if not is_guarded(function):
        raise written_elsewhere(_undecorated(function).__code__)


def written_elsewhere(code: CodeType) -> ModelError:
    """The refusal of code that is not compiled with the guard."""
    place = Place(code.co_filename, code.co_firstlineno)
    inside = within_project(place.file)
    if "/" in inside:
        module = inside.removesuffix(".py").replace("/", ".")
        what = f"`{code.co_name}` is imported by another name than that of its module"
        return ModelError(what, place, f"import it from `{module}`")
    what = f"`{code.co_name}` is written outside models/ and properties/"
    return ModelError(what, place, ELSEWHERE)
