"""What a model function must not use, found in its text before it runs.

Why so: docs/decisions/0012-refusals-by-value-and-by-call.md
"""

from __future__ import annotations
import __future__

import ast
from collections.abc import Sequence
from enum import EnumType
from types import FunctionType

from verifier.language.constants import IN_ONLY, outside
from verifier.language.named import Named
from verifier.language.restricted import ORDERED, STATE
from verifier.language.scope import NOTHING
from verifier.language.source_text import bound_names, is_as_written
from verifier.language.text_nodes import is_idle

CO_FUTURE_ANNOTATIONS = __future__.annotations.compiler_flag
"""The flag of code whose annotations are text."""

NAMING = (ast.Name, ast.Attribute, ast.Constant, ast.expr_context)
"""What an annotation may consist of where Python computes it."""


class Examiner(Named):
    """Visits the body of one function; decorators and annotations are outside the model."""

    def check_defaults(self, function: FunctionType) -> None:
        """Refuse defaults that keep what a call has done to them."""
        defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        for default in defaults:
            if outside(default, "").changeable is not None:
                raise self._refuse(
                    self.node, f"has a default `{default!r}` that stores state between calls", STATE
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

    def visit_Expr(self, node: ast.Expr) -> None:
        if is_idle(node.value):
            raise self._refuse(node, "has a statement that does nothing", "call it, or assign it")
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.pattern is None:
            self._check_captured(node, node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        self._check_captured(node, node.name)

    def _check_captured(self, node: ast.AST, name: str | None) -> None:
        """Refuse that a pattern binds a name that stands for something, or that nobody reads."""
        parts = [*ast.walk(self.node)]
        names = [part for part in parts if isinstance(part, ast.Name) and part.id == name]
        is_given = name in {part.arg for part in parts if isinstance(part, ast.arg)}
        is_bound = is_given or any(isinstance(part.ctx, ast.Store) for part in names)
        if name and (is_bound or not names or self.scope.value(name) is not NOTHING):
            what = f"matches anything with `{name}` in a `case`"
            raise self._refuse(node, what, "a constant needs a dot: `case Mode.BUSY`; `_` is free")

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {each.id for each in node.targets if isinstance(each, ast.Name)}
        if isinstance(node.value, ast.GeneratorExp) and names.isdisjoint(self._read()):
            what = "makes an iterator that nobody reads, so that nothing in it is done"
            raise self._refuse(node, what, "loop over it, or write a list")
        self.generic_visit(node)

    def _read(self) -> set[str]:
        """The names that the function reads anywhere."""
        parts = [each for each in ast.walk(self.node) if isinstance(each, ast.Name)]
        return {each.id for each in parts if isinstance(each.ctx, ast.Load)}

    def visit_Compare(self, node: ast.Compare) -> None:
        lefts = (node.left, *node.comparators)
        for operator, left, right in zip(node.ops, lefts, node.comparators, strict=False):
            against_none = isinstance(right, ast.Constant) and right.value is None
            if isinstance(operator, ast.Is | ast.IsNot) and not against_none:
                raise self._refuse(
                    node, "compares with `is`", "compare with ==: a symbolic value has no identity"
                )
            if isinstance(operator, ast.In | ast.NotIn):
                if isinstance(self._held(right), EnumType):
                    what = f"tests what is in `{ast.unparse(right)}`"
                    raise self._refuse(node, what, "leave it out: every member is in its enum")
                self.tested.add(id(right))
                self._loop(right)
            if isinstance(operator, ast.Eq | ast.NotEq) and self._are_sets(left, right):
                self.tested |= {id(left), id(right)}
        self.generic_visit(node)

    def visit_For(self, node: ast.For | ast.comprehension) -> None:
        self._loop(node.iter)
        self.generic_visit(node)

    visit_comprehension = visit_For

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
        if not self._has_texts:
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

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Python computes no annotation of a local name."""
        if not isinstance(node.target, ast.Name) and not self._has_texts:
            self._annotation(node.annotation)
        for part in (node.target, node.value):
            if part is not None:
                self.visit(part)

    @property
    def _has_texts(self) -> bool:
        """Whether annotations are texts, which Python does not compute."""
        return bool(self.code.co_flags & CO_FUTURE_ANNOTATIONS)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for part in (*node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                self.visit(part)
        self._inside(node, [node.body])

    def visit_ListComp(
        self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
    ) -> None:
        self._loop(node.generators[0].iter)
        self.visit(node.generators[0].iter)
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._inside(node, [*made, *node.generators])

    visit_GeneratorExp = visit_DictComp = visit_ListComp

    def _inside(self, scope: ast.AST, parts: Sequence[ast.AST]) -> None:
        """Visit what has names of its own."""
        before = self.locals
        self.locals = before | bound_names(scope)
        for part in parts:
            self.visit(part)
        self.locals = before
