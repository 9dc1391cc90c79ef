"""Whether a text shows the order of a set, which is another one in every process.

Followed are the names that sets are given; a set that goes anywhere else counts as shown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

MAKERS = ("set", "frozenset")

ORDERLESS = {
    *("all", "any", "bool", "frozenset", "isinstance", "len", "max", "min", "set", "sorted", "sum")
}
"""Functions whose answer does not depend on the order of what they are given."""

COMBINED = {"copy", "difference", "intersection", "symmetric_difference", "union"}
"""Methods of a set that give a set."""

QUIET = COMBINED | {
    *("add", "clear", "difference_update", "discard", "intersection_update", "isdisjoint"),
    *("issubset", "issuperset", "remove", "symmetric_difference_update", "update"),
}
"""Methods of a set that do not show its order."""

VIEWS = {"items", "keys"}
"""Methods of a dictionary whose answers combine to sets."""

_Loop = ast.For | ast.AsyncFor | ast.comprehension


def shown_orders(trees: Mapping[str, ast.Module]) -> Iterator[tuple[str, int]]:
    """Modules and lines where something may depend on the order of a set."""
    if not any(_makes_sets(tree) for tree in trees.values()):
        return
    parents = {
        child: parent
        for tree in trees.values()
        for parent in ast.walk(tree)
        for child in ast.iter_child_nodes(parent)
    }
    named: set[str] = set()
    while True:
        orders = {name: _Orders(tree, parents, frozenset(named)) for name, tree in trees.items()}
        found = named.union(*(order.named for order in orders.values()))
        if found == named:
            break
        named = found
    for name, order in orders.items():
        for line in sorted(order.lines):
            yield name, line


def _makes_sets(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Set | ast.SetComp)
        or (isinstance(node, ast.Name) and node.id in MAKERS)
        or (isinstance(node, ast.Attribute) and node.attr in COMBINED | VIEWS)
        for node in ast.walk(tree)
    )


class _Orders:
    """The sets of a module: the names that they are given, and where their order may show."""

    def __init__(
        self, tree: ast.Module, parents: Mapping[ast.AST, ast.AST], known: frozenset[str]
    ) -> None:
        self.named: set[str] = set()
        self.lines: set[int] = set()
        self._parents, self._known = parents, known
        for node in ast.walk(tree):
            if isinstance(node, ast.expr) and self._shows(node):
                self.lines.add(node.lineno)

    def _shows(self, node: ast.expr) -> bool:
        if self._is_set(node):
            return not self._goes_on(node)
        return isinstance(node, ast.Name) and self._passed_on(node)

    def _passed_on(self, node: ast.Name) -> bool:
        """Whether something is given what makes sets."""
        parent = self._parents[node]
        if isinstance(parent, ast.Call):
            return node.id in MAKERS and node is not parent.func and not _orderless(parent)
        return node.id in MAKERS and isinstance(parent, ast.keyword)

    def _is_set(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Set | ast.SetComp):
            return True
        if isinstance(node, ast.Name):
            return isinstance(node.ctx, ast.Load) and node.id in self._known
        if isinstance(node, ast.Attribute):
            return isinstance(node.ctx, ast.Load) and node.attr in self._known
        if isinstance(node, ast.Call):
            return self._gives_set(node.func)
        if isinstance(node, ast.BinOp):
            sides = (node.left, node.right)
            combines = isinstance(node.op, ast.BitAnd | ast.BitOr | ast.BitXor | ast.Sub)
            return combines and any(self._is_set(side) or _is_view(side) for side in sides)
        if isinstance(node, ast.BoolOp):
            return any(map(self._is_set, node.values))
        if isinstance(node, ast.IfExp):
            return self._is_set(node.body) or self._is_set(node.orelse)
        return isinstance(node, ast.NamedExpr) and self._is_set(node.value)

    def _gives_set(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name):
            return function.id in MAKERS or function.id in self._known
        if isinstance(function, ast.Attribute):
            known = function.attr in self._known
            return known or (function.attr in COMBINED and self._is_set(function.value))
        return False

    def _goes_on(self, node: ast.expr) -> bool:
        """Whether the order of a set does not show in what is around it."""
        parent = self._parents[node]
        if self._is_set(parent) or isinstance(parent, ast.Compare | ast.Expr | ast.Subscript):
            return True
        if isinstance(parent, ast.If | ast.While | ast.Assert | ast.IfExp):
            return True
        if isinstance(parent, ast.UnaryOp):
            return isinstance(parent.op, ast.Not)
        if isinstance(parent, ast.Call):
            return node is parent.func or _orderless(parent)
        if isinstance(parent, ast.Attribute):
            return parent.attr != "pop" and (isinstance(node, ast.Name) or parent.attr in QUIET)
        if isinstance(parent, _Loop):
            return node is not parent.iter or self._collected(parent)
        return self._named(parent)

    def _collected(self, loop: ast.AST) -> bool:
        """Whether what runs over a set is collected without an order."""
        whole = self._parents[loop]
        if isinstance(whole, ast.SetComp):
            return True
        around = self._parents.get(whole)
        collects = isinstance(whole, ast.GeneratorExp | ast.ListComp)
        return collects and isinstance(around, ast.Call) and _orderless(around)

    def _named(self, parent: ast.AST) -> bool:
        """Whether a set is given a name; the name is followed, then."""
        targets: list[ast.AST] = []
        if isinstance(parent, ast.Assign):
            targets += parent.targets
        elif isinstance(parent, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            targets.append(parent.target)
        elif isinstance(parent, ast.keyword) and parent.arg is not None:
            self.named.add(parent.arg)
            return True
        elif isinstance(parent, ast.Return):
            while not isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
                parent = self._parents[parent]
            self.named.add(parent.name)
            return True
        for target in targets:
            if isinstance(target, ast.Name):
                self.named.add(target.id)
            elif isinstance(target, ast.Attribute):
                self.named.add(target.attr)
            else:
                return False
        return bool(targets)


def _orderless(call: ast.Call) -> bool:
    """Whether a function does not show the order of what it is given; with a key it may."""
    function = call.func
    return isinstance(function, ast.Name) and function.id in ORDERLESS and not call.keywords


def _is_view(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in VIEWS
