"""Where a name stands in a text: in which function, and as what."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from contextlib import contextmanager

from verifier.language.text_nodes import parts_of

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Scopes:
    """The tree of a module, with the way up."""

    def __init__(self, tree: ast.Module) -> None:
        self._parents: dict[ast.AST, ast.AST] = {}
        self._locals: dict[ast.AST, frozenset[str]] = {}
        self._line = 0
        self._enter(tree)
        self._top: dict[str, int] = {}
        for statement in tree.body:
            for name in _names_bound_by(statement):
                self._top.setdefault(name, statement.end_lineno or statement.lineno)

    def _enter(self, tree: ast.AST) -> None:
        for parent in parts_of(tree):
            for child in ast.iter_child_nodes(parent):
                self._parents[child] = parent

    @contextmanager
    def standing_for(self, text: ast.Constant, tree: ast.Expression) -> Iterator[None]:
        """Take a tree as that of a string in the module, at its place."""
        self._enter(tree)
        self._parents[tree.body] = self._parents[text]
        self._line = text.lineno
        try:
            yield
        finally:
            self._line = 0

    def line(self, node: ast.AST) -> int:
        """Where a node is in the file."""
        return self._line or getattr(node, "lineno", 1)

    def local(self, node: ast.Name) -> bool:
        """Whether a name is one of a function around it."""
        child: ast.AST = node
        while (parent := self._parents.get(child)) is not None:
            if isinstance(parent, _Function) and _in_body(child, parent):
                if node.id in self._names_of(parent):
                    return True
            child = parent
        return False

    def shadowed(self, node: ast.Name) -> bool:
        """Whether a name of Python's certainly means something of the text here."""
        return self.local(node) or self._top.get(node.id, self.line(node)) < self.line(node)

    def called(self, node: ast.expr) -> bool:
        parent = self._parents.get(node)
        return isinstance(parent, ast.Call) and parent.func is node

    def raised(self, node: ast.expr) -> bool:
        """Whether an exception is raised here, or inherited from."""
        parent = self._parents[node]
        if isinstance(parent, ast.Call) and parent.func is node:
            return isinstance(self._parents[parent], ast.Raise)
        return isinstance(parent, ast.Raise | ast.ClassDef)

    def harmless_type(self, node: ast.Name) -> bool:
        """Whether `type` is an annotation, or asked for a name or a comparison."""
        parent = self._parents[node]
        if isinstance(parent, ast.arg | ast.AnnAssign):
            return parent.annotation is node
        if isinstance(parent, ast.Subscript):
            return parent.value is node
        if not isinstance(parent, ast.Call) or len(parent.args) != 1 or parent.keywords:
            return False
        use = self._parents[parent]
        named = isinstance(use, ast.Attribute) and use.attr in ("__name__", "__qualname__")
        plain = not isinstance(parent.args[0], ast.Starred)
        return plain and (named or isinstance(use, ast.Compare))

    def documents(self, node: ast.Constant) -> bool:
        """Whether a string stands by itself."""
        return isinstance(self._parents.get(node), ast.Expr)

    def plain_format(self, node: ast.AST) -> bool:
        """Whether what is formatted is a constant whose fields reach into nothing."""
        value = node.value if isinstance(node, ast.Attribute) else None
        return isinstance(value, ast.Constant) and _plain(value.value)

    def _names_of(self, function: _Function) -> frozenset[str]:
        if function not in self._locals:
            arguments = function.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            every += [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
            names = {argument.arg for argument in every}
            foreign: set[str] = set()
            for statement in [] if isinstance(function, ast.Lambda) else function.body:
                for inner in _inside(statement):
                    if isinstance(inner, ast.Global | ast.Nonlocal):
                        foreign.update(inner.names)
                    names.update(_names_bound_by(inner))
            self._locals[function] = frozenset(names - foreign)
        return self._locals[function]


def _in_body(child: ast.AST, function: _Function) -> bool:
    """Whether a part of a function is in its body: no decorator, default or annotation."""
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    return child in body


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """A statement and what is below it in the same function."""
    yield node
    if not isinstance(node, _Function | ast.ClassDef):
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
                yield from _inside(child)


def _names_bound_by(node: ast.AST) -> list[str]:
    """The names that a statement binds by itself."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign):
        bound = node.value is not None and isinstance(node.target, ast.Name)
        return [node.target.id] if bound and isinstance(node.target, ast.Name) else []
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    return []


def _plain(text: object) -> bool:
    if not isinstance(text, str):
        return False
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError:
        return False
    reaching = any("." in (name or "") or "[" in (name or "") for _, name, _, _ in fields)
    return not reaching and all(_plain(spec) for _, _, spec, _ in fields if spec)
