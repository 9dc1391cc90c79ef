"""What a model function must not contain, found in its text before it runs."""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Sequence
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    ModuleType,
)
from typing import Any

from verifier.language.callables import is_callable, is_of_library
from verifier.language.constants import (
    IN_ONLY,
    Outside,
    is_frozen,
    is_model_function,
    is_own,
    outside,
)
from verifier.language.errors import ModelError, Place
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
from verifier.language.source_text import bound_names, definition, is_as_written

NOTHING = object()
"""What a name stands for that is not bound outside a function."""


class Examiner(ast.NodeVisitor):
    """Visits the body of one function; decorators and annotations are outside the model."""

    def __init__(self, code: Any, cells: dict[str, Any], names: dict[str, Any]) -> None:
        self.code = code
        self.cells = cells
        self.globals = names
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
        body = self.node.body
        for part in body if isinstance(body, list) else [body]:
            self.visit(part)

    def _refuse(self, node: ast.AST, what: str, help: str) -> ModelError:
        line = getattr(node, "lineno", self.code.co_firstlineno)
        return ModelError(f"`{self.code.co_name}` {what}", Place(self.code.co_filename, line), help)

    # what is named

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.locals or not isinstance(node.ctx, ast.Load):
            return
        if _is_dunder(node.id):
            raise self._refuse(node, f"uses `{node.id}`", "give what it needs as a constant")
        self._check(node, self._outside(node.id))

    def _outside(self, name: str) -> Any:
        found = self.cells.get(name, self.globals.get(name, NOTHING))
        if found is not NOTHING:
            return found
        known = self.globals.get("__builtins__", builtins)
        known = vars(known) if isinstance(known, ModuleType) else known
        return known.get(name, NOTHING)

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
        if held is NOTHING or _is_descriptor(held):
            self.generic_visit(node)
        else:
            self._check(node, held)

    def _held(self, node: ast.expr) -> Any:
        """What a dotted name outside the function stands for, NOTHING where that is not known."""
        if isinstance(node, ast.Name):
            return NOTHING if node.id in self.locals else self._outside(node.id)
        if not isinstance(node, ast.Attribute):
            return NOTHING
        owner = self._held(node.value)
        if isinstance(owner, ModuleType | type) or is_frozen(owner):
            return inspect.getattr_static(owner, node.attr, NOTHING)
        return NOTHING

    def _check(self, node: ast.expr, value: Any) -> None:
        """Refuse a value from outside that is not constant."""
        if isinstance(value, staticmethod):
            value = value.__func__
        if value is NOTHING:
            return
        if isinstance(value, FunctionType) and not is_model_function(value) and is_own(value):
            self.called.append(value)
        if isinstance(value, type | BuiltinFunctionType):
            self._check_builtin(node, value)
        found = outside(value, ast.unparse(node))
        if found.changeable is not None:
            where, part = found.changeable
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

    def visit_While(self, node: ast.While) -> None:
        raise self._refuse(
            node, "has a `while` loop", "loop with `for` over a constant range or an enum"
        )

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

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        raise self._refuse(node, "makes text of values", TEXT)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._check_remainder(node, node.op, node.right)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._check_remainder(node, node.op, node.value)
        self.generic_visit(node)

    def _check_remainder(self, node: ast.AST, operator: ast.operator, right: ast.expr) -> None:
        """Refuse `%` that could make text: of anything but a number."""
        number = isinstance(right, ast.Constant) and isinstance(right.value, int | float)
        if isinstance(operator, ast.Mod) and not number:
            raise self._refuse(node, "makes text of values", TEXT)

    def visit_MatchSingleton(self, node: ast.MatchSingleton) -> None:
        if node.value is not None:
            raise self._refuse(
                node, f"matches `case {node.value}`", "use `if`: `case` compares a bool with `is`"
            )

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        raise self._refuse(node, "matches by type", "match the members of an enum")

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        raise self._refuse(node, f"changes the variable `{node.names[0]}` outside", STATE)

    visit_Nonlocal = visit_Global

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        raise self._refuse(node, "has a `try`", "model a fault as an outcome")

    visit_TryStar = visit_Try

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        raise self._refuse(node, "has a `with`", "call functions: nothing needs to be closed")

    visit_AsyncWith = visit_With

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        raise self._refuse(node, "imports", "import at the top of the file")

    visit_ImportFrom = visit_Import

    def visit_Assert(self, node: ast.Assert) -> None:
        named = isinstance(node.msg, ast.Constant) and isinstance(node.msg.value, str)
        if node.msg is not None and not named:
            raise self._refuse(
                node, "asserts with a message that is no constant", "write a string: it is a name"
            )
        self.generic_visit(node)

    def visit_Yield(self, node: ast.expr | ast.stmt) -> None:
        raise self._refuse(node, "is a generator or coroutine", "return a value")

    visit_YieldFrom = visit_Await = visit_AsyncFor = visit_AsyncFunctionDef = visit_Yield

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        raise self._refuse(node, f"defines the class `{node.name}`", "define it in the module")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                self.visit(part)
        self._inside(node, node.body)

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


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_descriptor(value: object) -> bool:
    """Whether a part of a class is a way to read an instance, which is examined when it runs."""
    if isinstance(value, property | classmethod | MemberDescriptorType | GetSetDescriptorType):
        return True
    module, own = type(value).__module__, is_own(type(value))
    reads = hasattr(type(value), "__get__") and not own
    return reads and module in ("enum", "types", "verifier.language.records")
