"""What a model function names outside itself, and may use of that."""

from __future__ import annotations

import ast
import builtins
import inspect
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

from verifier.language import restricted
from verifier.language.assignments import INSTRUMENTS, NUMBER
from verifier.language.callables import is_callable, is_of_library
from verifier.language.constants import IN_ONLY, Outside, is_frozen, outside
from verifier.language.constructs import Constructs
from verifier.language.ownership import is_model_function, is_own
from verifier.language.probes import MARK
from verifier.language.scope import NOTHING, Scope
from verifier.language.source_text import bound_names, definition
from verifier.language.stand_ins import is_stand_in


class Named(Constructs):
    """Visits what one function names."""

    def __init__(
        self, code: Any, cells: dict[str, Any], names: dict[str, Any], builtins: dict[str, Any]
    ) -> None:
        super().__init__(code, guarded=NUMBER in builtins)
        self.scope = Scope(code, cells, names, builtins)
        self.named: set[str] = set()
        self.node = definition(code)
        self.locals = frozenset(bound_names(self.node))
        self.called: list[FunctionType] = []
        self.used: list[Outside] = []
        self.tested: set[int] = set()
        self.looped: set[int] = set()

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
        if node.id not in INSTRUMENTS and not node.id.startswith(MARK):
            self._check(node, value)
        elif not _is_instrument(node.id, value):
            raise self._refuse(node, f"uses `{node.id}`", "this name is the tool's own")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in restricted.BEHIND or _is_dunder(node.attr):
            raise self._refuse(
                node, f"uses `.{node.attr}`", "use fields and methods: it is not part of the model"
            )
        shown = isinstance(node.ctx, ast.Load) and id(node) not in self.looped
        if node.attr in restricted.VIEWS and shown:
            raise self._refuse(
                node, f"uses `.{node.attr}`", "loop over it, or write `list(...)`: it is a set"
            )
        if node.attr in restricted.TEXTUAL_METHODS:
            raise self._refuse(node, f"uses `.{node.attr}`", restricted.TEXT)
        root: ast.expr = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        named = isinstance(root, ast.Name) and root.id not in self.locals
        if named and isinstance(node.ctx, ast.Store | ast.Del):
            raise self._refuse(node, f"assigns to `{ast.unparse(node)}`", restricted.STATE)
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
        elif is_stand_in(value):
            raise self._refuse(node, f"uses `{ast.unparse(node)}`", restricted.ANSWER)
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
                raise self._refuse(
                    node, f"uses `{where}`, a function of a library", restricted.WRITE_IT
                )
            raise self._refuse(
                node,
                f"uses `{where}`, a `{type(part).__name__}` outside the records",
                restricted.CONSTANT,
            )
        self.used.append(found)
        tested = isinstance(value, frozenset) and id(node) in self.tested
        if found.set is not None and not tested:
            raise self._refuse(node, f"uses `{found.set[0]}`, a set", IN_ONLY)

    def _check_builtin(self, node: ast.expr, value: Any) -> None:
        name, text = value.__name__, ast.unparse(node)
        if getattr(builtins, name, None) is not value:
            return
        if name in restricted.UNHOOKED:
            raise self._refuse(node, f"uses `{text}`", restricted.ANSWER)
        if name in restricted.TEXTUAL:
            raise self._refuse(node, f"uses `{text}`", restricted.TEXT)
        if not is_callable(value):
            raise self._refuse(
                node, f"uses `{text}`", "a step depends on the state and its choices only"
            )


def _is_instrument(name: str, value: object) -> bool:
    """Whether a name is one that the compiled text has and the written one has not."""
    sets = isinstance(value, MethodWrapperType) and type(value.__self__) is bytearray
    return (name in INSTRUMENTS and value is INSTRUMENTS[name]) or (name.startswith(MARK) and sets)


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_descriptor(value: object) -> bool:
    """Whether a part of a class is a way to read an instance, which is examined when it runs."""
    if isinstance(value, property | classmethod | MemberDescriptorType | GetSetDescriptorType):
        return True
    module, own = type(value).__module__, is_own(type(value))
    reads = hasattr(type(value), "__get__") and not own
    return reads and module in ("enum", "types", "verifier.language.field_access")
