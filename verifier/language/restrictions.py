"""What a model function must not use, found in its text before it runs."""

from __future__ import annotations
import __future__

import ast
import builtins
import inspect
from collections.abc import Sequence
from enum import EnumType, Flag
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodWrapperType,
    ModuleType,
)
from typing import Any

from verifier.language.assignments import GUARD, only_records
from verifier.language.callables import is_callable, is_of_library
from verifier.language.constants import (
    IN_ONLY,
    Outside,
    is_frozen,
    outside,
)
from verifier.language.constructs import Constructs
from verifier.language.ownership import is_model_function, is_own
from verifier.language.probes import MARK
from verifier.language.restricted import (
    CONSTANT,
    FRAMES,
    INTERNAL,
    OF_CLASSES,
    ORDERED,
    STATE,
    TEXT,
    TEXTUAL,
    TEXTUAL_METHODS,
    UNHOOKED,
    VIEWS,
    WRITE_IT,
)
from verifier.language.scope import NOTHING, Scope
from verifier.language.source_text import bound_names, definition, is_as_written

CO_FUTURE_ANNOTATIONS = __future__.annotations.compiler_flag
"""The flag of code whose annotations are text."""

NAMING = (ast.Name, ast.Attribute, ast.Constant, ast.expr_context)
"""What an annotation may consist of where Python computes it."""


class Examiner(Constructs):
    """Visits the body of one function; decorators and annotations are outside the model."""

    def __init__(
        self, code: Any, cells: dict[str, Any], names: dict[str, Any], builtins: dict[str, Any]
    ) -> None:
        super().__init__(code)
        self.scope = Scope(code, cells, names, builtins)
        self.named: set[str] = set()
        self.node = definition(code)
        self.locals = frozenset(bound_names(self.node))
        self.called: list[FunctionType] = []
        self.used: list[Outside] = []
        self.tested: set[int] = set()
        self.looped: set[int] = set()

    def check_defaults(self, function: FunctionType) -> None:
        """Refuse defaults that keep what a call has done to them."""
        defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        for default in defaults:
            if outside(default, "").changeable is not None:
                raise self._refuse(
                    self.node, f"has a default `{default!r}` that keeps state between calls", STATE
                )

    def examine(self) -> None:
        """Visit the whole body."""
        if not is_as_written(self.code):
            raise self._refuse(
                self.node,
                "is not the code that its file has now",
                "run the command again; write model functions in a file, without changing them",
            )
        if isinstance(self.node, ast.AsyncFunctionDef):
            self.visit(self.node)
        body = self.node.body
        for part in body if isinstance(body, list) else [body]:
            self.visit(part)
        for name, line in self.scope.others(self.named):
            self._named(ast.Name(name, ast.Load(), lineno=line))

    # what is named

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.locals or not isinstance(node.ctx, ast.Load):
            return
        self.named.add(node.id)
        self._named(node)

    def _named(self, node: ast.Name) -> None:
        """Examine what a name stands for outside the function."""
        if node.id == "__class__":  # what the compiler adds for it
            raise self._refuse(node, "uses `super()`", "name the class: `Base.method(self)`")
        if _is_dunder(node.id):
            raise self._refuse(node, f"uses `{node.id}`", "give what it needs as a constant")
        value = self.scope.value(node.id)
        if node.id not in (GUARD, MARK):
            self._check(node, value)
        elif not _is_instrument(node.id, value):
            raise self._refuse(node, f"uses `{node.id}`", "this name is the tool's own")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if (
            node.attr in INTERNAL
            or node.attr in OF_CLASSES
            or _is_dunder(node.attr)
            or node.attr.startswith(FRAMES)
        ):
            raise self._refuse(
                node, f"uses `.{node.attr}`", "use fields and methods: it is not part of the model"
            )
        if node.attr in VIEWS and isinstance(node.ctx, ast.Load) and id(node) not in self.looped:
            raise self._refuse(
                node,
                f"uses `.{node.attr}`",
                "loop over it, or write `list(...)`: it is a set",
            )
        if node.attr in TEXTUAL_METHODS:
            raise self._refuse(node, f"uses `.{node.attr}`", TEXT)
        root: ast.expr = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        named = isinstance(root, ast.Name) and root.id not in self.locals
        if named and isinstance(node.ctx, ast.Store | ast.Del):
            raise self._refuse(node, f"assigns to `{ast.unparse(node)}`", STATE)
        held = self._held(node)
        if held is NOTHING or _is_descriptor(held) or self._is_method(node, held):
            self.generic_visit(node)
        else:
            self._check(node, held)

    def _is_method(self, node: ast.Attribute, held: object) -> bool:
        """Whether a function is read from an instance, which it is given when it is called."""
        owner = self._held(node.value)
        return isinstance(held, FunctionType) and not isinstance(owner, type | ModuleType)

    def _held(self, node: ast.expr) -> Any:
        """What a dotted name outside the function stands for, NOTHING where that is not known."""
        if isinstance(node, ast.Name):
            if node.id in self.locals:
                return NOTHING
            self.named.add(node.id)
            return self.scope.value(node.id)
        if not isinstance(node, ast.Attribute):
            return NOTHING
        owner = self._held(node.value)
        reads: Any = type(owner).__getattribute__
        fields = is_frozen(owner) and reads is object.__getattribute__
        if type(owner) in (ModuleType, type, EnumType) or fields:
            return inspect.getattr_static(owner, node.attr, NOTHING)
        return NOTHING

    def _check(self, node: ast.expr, value: Any) -> None:
        """Refuse a value from outside that is not constant."""
        whole = value
        if type(value) is staticmethod:
            value = value.__func__
        if value is NOTHING:
            return
        if isinstance(value, FunctionType) and not is_model_function(value) and is_own(value):
            self.called.append(value)
        if isinstance(value, type | BuiltinFunctionType):
            self._check_builtin(node, value)
        found = outside(whole, ast.unparse(node))
        if found.changeable is not None:
            where, part = found.changeable
            if isinstance(whole, Flag):
                raise self._refuse(
                    node,
                    f"uses `{ast.unparse(node)}`, a Flag",
                    "use a record with a bit for each flag",
                )
            if is_of_library(part):
                raise self._refuse(node, f"uses `{where}`, a function of a library", WRITE_IT)
            raise self._refuse(
                node, f"uses `{where}`, a `{type(part).__name__}` outside the records", CONSTANT
            )
        self.used.append(found)
        tested = isinstance(value, frozenset) and id(node) in self.tested
        if found.set is not None and not tested:
            raise self._refuse(node, f"uses `{found.set[0]}`, a set", IN_ONLY)

    def _check_builtin(self, node: ast.expr, value: Any) -> None:
        name, text = value.__name__, ast.unparse(node)
        if getattr(builtins, name, None) is not value:
            return
        if name in UNHOOKED:
            raise self._refuse(
                node, f"uses `{text}`", "let a record's field or method answer what it needs"
            )
        if name in TEXTUAL:
            raise self._refuse(node, f"uses `{text}`", TEXT)
        if not is_callable(value):
            raise self._refuse(
                node, f"uses `{text}`", "a step depends on the state and its choices only"
            )

    # what is written

    def visit_Compare(self, node: ast.Compare) -> None:
        lefts = (node.left, *node.comparators)
        for operator, left, right in zip(node.ops, lefts, node.comparators, strict=False):
            against_none = isinstance(right, ast.Constant) and right.value is None
            if isinstance(operator, ast.Is | ast.IsNot) and not against_none:
                raise self._refuse(
                    node, "compares with `is`", "compare with ==: a symbolic value has no identity"
                )
            if isinstance(operator, ast.In | ast.NotIn):
                self.tested.add(id(right))
                self._loop(right)
            if isinstance(operator, ast.Eq | ast.NotEq) and self._are_sets(left, right):
                self.tested |= {id(left), id(right)}
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self._loop(node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._loop(node.iter)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in ORDERED:
            for given in node.args:
                self._loop(given)
        self.generic_visit(node)

    def _loop(self, node: ast.expr) -> None:
        """Note that what a call gives is looped over in its order."""
        if isinstance(node, ast.Call):
            self.looped.add(id(node.func))

    def visit_Set(self, node: ast.Set) -> None:
        self._check_tested(node)
        self.generic_visit(node)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._check_tested(node)
        self.visit_ListComp(node)

    def _check_tested(self, node: ast.Set | ast.SetComp) -> None:
        if id(node) not in self.tested:
            raise self._refuse(node, "makes a set", IN_ONLY)

    def _are_sets(self, *nodes: ast.expr) -> bool:
        """Whether expressions are sets, whose == is Python's own."""
        return all(
            isinstance(node, ast.Set | ast.SetComp) or isinstance(self._held(node), frozenset)
            for node in nodes
        )

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                self.visit(part)
        if not self.code.co_flags & CO_FUTURE_ANNOTATIONS:
            given = [each.annotation for each in ast.walk(node.args) if isinstance(each, ast.arg)]
            for part in (*given, node.returns):
                self._annotation(part)
        self._inside(node, node.body)

    def _annotation(self, annotation: ast.expr | None) -> None:
        """Refuse an annotation that is more than constants: Python computes it in the run."""
        for node in ast.walk(annotation) if annotation else ():
            name = node.id if isinstance(node, ast.Name) else ""
            held = None if name in self.locals else self.scope.value(name)
            if not isinstance(node, NAMING) or (name and outside(held, "").changeable is not None):
                raise self._refuse(
                    node,
                    "computes an annotation",
                    "begin the file with `from __future__ import annotations`",
                )
            if name not in self.locals:
                self.named |= {name}

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for part in (*node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                self.visit(part)
        self._inside(node, [node.body])

    def visit_ListComp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> None:
        self._loop(node.generators[0].iter)
        self.visit(node.generators[0].iter)
        self._inside(node, [node.elt, *node.generators])

    visit_GeneratorExp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._loop(node.generators[0].iter)
        self.visit(node.generators[0].iter)
        self._inside(node, [node.key, node.value, *node.generators])

    def _inside(self, scope: ast.AST, parts: Sequence[ast.AST]) -> None:
        """Visit what has names of its own."""
        before = self.locals
        self.locals = before | bound_names(scope)
        for part in parts:
            self.visit(part)
        self.locals = before


def _is_instrument(name: str, value: object) -> bool:
    """Whether a name is one that the compiled text has and the written one has not."""
    sets = isinstance(value, MethodWrapperType) and type(value.__self__) is bytearray
    return (name == GUARD and value is only_records) or (name == MARK and sets)


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_descriptor(value: object) -> bool:
    """Whether a part of a class is a way to read an instance, which is examined when it runs."""
    if isinstance(value, property | classmethod | MemberDescriptorType | GetSetDescriptorType):
        return True
    module, own = type(value).__module__, is_own(type(value))
    reads = hasattr(type(value), "__get__") and not own
    return reads and module in ("enum", "types", "verifier.language.records")
