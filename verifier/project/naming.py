"""Every name by which the text of a module could reach what is not in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from verifier.project import permitted
from verifier.project.reading import ModuleReading
from verifier.project.scopes import Scopes


class NamesWithin(ast.NodeVisitor):
    """Notes every name by which a text could reach what is not in it."""

    def __init__(self, reading: ModuleReading, scopes: Scopes) -> None:
        self._reading, self._scopes = reading, scopes
        self._texts = False
        """Whether the tree is that of a string, whose lines are not its own."""

    def _add(self, what: str, node: ast.AST) -> None:
        self._reading.add(what, self._scopes.line(node))

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._bound(node.id, node)
            return
        wrong = self._wrong_use(node)
        if wrong:
            self._add(wrong, node)
        elif self._reading.takes_all:
            self._reading.used.setdefault(node.id, self._scopes.line(node))

    def _wrong_use(self, node: ast.Name) -> str:
        """Why a name that is read may reach further; empty where it does not."""
        name, scopes = node.id, self._scopes
        if name in self._reading.modules:
            return "" if scopes.local(node) else f"uses the module `{name}` as a value"
        if name in permitted.UNSPECIFIC:
            return "" if scopes.raised(node) else f"uses `{name}` as a value"
        if name in permitted.BY_NAME:
            return "" if scopes.called(node) else f"uses `{name}` as a value"
        if name in permitted.CLASS_MAKERS:
            return f"calls `{name}`" if scopes.called(node) else ""
        if name == "type":
            return "" if scopes.harmless_type(node) else "uses `type`"
        dunder = permitted.DUNDER.fullmatch(name) and name not in permitted.BUILTINS
        other = name in permitted.OTHER_BUILTINS and not scopes.shadowed(node)
        return f"uses `{name}`" if dunder or other else ""

    def _bound(self, name: str, node: ast.AST) -> None:
        self._reading.defined.add(name)
        if permitted.DUNDER.fullmatch(name) and name not in permitted.DUNDER_ASSIGNED:
            self._add(f"assigns `{name}`", node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        root, names = _chain(node)
        if isinstance(root, ast.Name) and root.id in self._reading.modules:
            rest = self._outside(self._reading.modules[root.id], names)
            if rest is None or not isinstance(node.ctx, ast.Load):
                whole = ".".join((root.id, *names))
                self._add(f"uses `{whole}`", node)
                return
            last = names[len(names) - len(rest) - 1]
            misused = last in permitted.BY_NAME and (rest or not self._scopes.called(node))
            misused = misused or last in permitted.UNSPECIFIC
            makes = last in permitted.CLASS_MAKERS and self._scopes.called(node)
            if misused or makes:
                self._add(f"uses `{last}`", node)
            names = list(rest)
        else:
            self.visit(root)
        for name in names:
            self._attribute(name, node)

    def _outside(self, module: str, names: Sequence[str]) -> Sequence[str] | None:
        """What follows a permitted name of a module; None where that is not permitted."""
        whole = [*module.split("."), *names]
        for count in (1, 2):
            known = permitted.STANDARD.get(".".join(whole[:count]), frozenset())
            if whole[:count] == ["verifier", "language"]:
                known = permitted.LANGUAGE
            if len(whole) > count and whole[count] in known:
                return whole[count + 1 :]
        return None

    def _attribute(self, name: str, node: ast.AST) -> None:
        if permitted.DUNDER.fullmatch(name):
            if name not in permitted.DUNDER_ATTRIBUTES:
                self._add(f"uses `{name}`", node)
        elif name in permitted.REACHING:
            self._add(f"uses `{name}`", node)
        elif name == "format":
            if not self._scopes.plain_format(node):
                self._add("uses `format` on a text that is not a constant", node)
        elif not self._texts:
            if isinstance(getattr(node, "ctx", None), ast.Store):
                self._reading.defined.add(name)
            self._reading.used.setdefault(name, self._scopes.line(node))

    def visit_Call(self, node: ast.Call) -> None:
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        if name in permitted.BY_NAME:
            self._by_name(name, node)
        elif name == "wraps" and (len(node.args) != 1 or node.keywords):
            self._add("uses `wraps` with computed names", node)
        self.generic_visit(node)

    def _by_name(self, called: str, node: ast.Call) -> None:
        first = permitted.BY_NAME[called]
        several = called == "attrgetter"
        named = node.args[first:] if several else node.args[first : first + 1]
        for argument in named:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                for name in argument.value.split("."):
                    self._attribute(name, node)
            else:
                self._add(f"uses `{called}` with a computed name", node)
        if not named or any(isinstance(argument, ast.Starred) for argument in node.args):
            self._add(f"uses `{called}` with a computed name", node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if not isinstance(node.value, str) or self._scopes.documents(node):
            return
        if permitted.DUNDER.search(node.value) and node.value != "__main__":
            self._add(f"has the text `{node.value}`", node)
        elif not self._texts and re.search(r"[\w)\]]\s*[.(\[]", node.value):
            self._text(node, node.value.strip())

    def _text(self, node: ast.Constant, text: str) -> None:
        """A string may be an annotation, which is evaluated."""
        try:
            tree = ast.parse(text, mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        self._texts = True
        with self._scopes.standing_for(node, tree):
            self.visit(tree.body)
        self._texts = False

    def visit_arg(self, node: ast.arg) -> None:
        self._bound(node.arg, node)
        self.generic_visit(node)

    def visit_FunctionDef(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    ) -> None:
        self._reading.defined.add(node.name)
        if node.name in permitted.DUNDER_REFUSED:
            self._add(f"defines `{node.name}`", node)
        self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for keyword in node.keywords:
            if keyword.arg in ("metaclass", None):
                self._add("has a class with a metaclass", node)
        self.visit_FunctionDef(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        for name in node.kwd_attrs:
            self._attribute(name, node)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        for each in types:
            if not isinstance(each, ast.Name) or each.id in permitted.UNSPECIFIC:
                self._add("catches whatever goes wrong, also what a machine runs out of", node)
        self.generic_visit(node)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        leaves = (ast.Return, ast.Break, ast.Continue)
        if any(isinstance(each, leaves) for last in node.finalbody for each in ast.walk(last)):
            self._add("passes over whatever goes wrong, also what a machine runs out of", node)
        self.generic_visit(node)

    visit_TryStar = visit_Try

    def visit_Global(self, node: ast.Global) -> None:
        for name in node.names:
            if name in permitted.OTHER_BUILTINS or name in self._reading.modules:
                self._add(f"uses `{name}`", node)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id in permitted.OTHER_BUILTINS:
                self._add(f"deletes `{target.id}`", node)
        self.generic_visit(node)


def _chain(node: ast.Attribute) -> tuple[ast.expr, list[str]]:
    """What `a.b.c` starts with, and the names that follow."""
    names: list[str] = []
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        names.insert(0, root.attr)
        root = root.value
    return root, names
