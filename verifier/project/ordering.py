"""Whether a text shows the order of a set, which is another one in every process.

Followed are the names of sets, of what makes them, and of the views of dictionaries, which combine
to sets. Whatever goes anywhere else counts as shown.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from verifier.language.text_nodes import parts_of
from verifier.project.orderless import (
    BY_NAME,
    COMBINED,
    COMBINING,
    OPERATORS,
    QUIET,
    THROUGH,
    VIEW_TYPES,
    VIEWS,
    WALKING,
    Orderless,
    attribute_by_name,
    by_address,
    called,
    makes_sets,
)

_Loop = ast.For | ast.AsyncFor | ast.comprehension


def shown_orders(trees: Mapping[str, ast.Module]) -> list[Shown]:
    """Where something depends on the order of a set or on an address, or may do so."""
    orderless = Orderless(trees.values())
    shown = [Shown(name, line, False) for name, tree in trees.items() for line in by_address(tree)]
    if not any(makes_sets(tree) for tree in trees.values()):
        return shown
    known = OrderedNames()
    while True:
        orders = {name: _Orders(tree, orderless, known) for name, tree in trees.items()}
        found = OrderedNames(
            known.sets.union(*(each.named[True] for each in orders.values())),
            known.views.union(*(each.named[False] for each in orders.values())),
        )
        if found == known:
            break
        known = found
    sets = sum((each.named[True] for each in orders.values()), Counter[str]())
    only = frozenset(name for name in known.sets if sets[name] == orderless.bound[name])
    for name, order in orders.items():
        for line in sorted(order.shown):
            certain = any(names <= only for names in order.shown[line])
            shown.append(Shown(name, line, certain))
    return shown


@dataclass(frozen=True)
class Shown:
    """A line that shows an order: for certain where a set is gone through as it is."""

    module: str
    line: int
    certain: bool


@dataclass(frozen=True)
class OrderedNames:
    """What is called by names: sets and what makes them, and views."""

    sets: frozenset[str] = frozenset()
    views: frozenset[str] = frozenset()


class _Orders:
    """The sets of a module: the names that they are given, and where their order may show."""

    def __init__(self, tree: ast.Module, orderless: Orderless, known: OrderedNames) -> None:
        self.shown: dict[int, list[frozenset[str]]] = {}
        """For each line the names of what is gone through, item by item, if they are sets."""
        self.named: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        """How often each name was given to a set, and to a view."""
        self._makers = orderless.makers(tree)
        self._parents = orderless.parents
        self._orderless, self._known = orderless, known
        for node in orderless.nodes[tree]:
            self._visit(node)

    def _visit(self, node: ast.AST) -> None:
        shows = False
        if isinstance(node, ast.ClassDef):
            if any(self._makes(base) for base in node.bases):
                self.named[True][node.name] += 1
        elif isinstance(node, ast.alias):
            for is_set, names in self._by_kind():
                if node.name in names:
                    self.named[is_set][node.asname or node.name] += 1
        elif isinstance(node, ast.NamedExpr):
            if self._is_set(node.value):
                self.named[True][called(node.target)] += 1
        elif isinstance(node, ast.AugAssign):
            if isinstance(node.op, COMBINING) and called(node.target) in self._known.views:
                self.named[True][called(node.target)] += 1
        elif isinstance(node, ast.MatchClass):
            shows = not self._known.sets.union(self._known.views).isdisjoint(node.kwd_attrs)
        elif isinstance(node, ast.Call):
            shows = self._reaches(node)
        if isinstance(node, ast.expr):
            if self._is_set(node):
                shows = shows or not self._goes_on(node)
            elif self._is_view(node):
                shows = shows or not self._is_walked(node)
            elif self._makes(node):
                shows = shows or not self._is_used_to_make(node)
            shows = shows or self._gives_views(node)
        if shows:
            through = self.shown.setdefault(getattr(node, "lineno", 1), [])
            if isinstance(node, ast.expr) and self._is_set(node) and self._is_gone_through(node):
                through.append(self._names_in(node))

    def _by_kind(self) -> tuple[tuple[bool, frozenset[str]], ...]:
        return (True, self._known.sets), (False, self._known.views)

    # what a set is

    def _makes(self, node: ast.AST) -> bool:
        """Whether it is `set`, `frozenset` or one of these with its items' type."""
        if isinstance(node, ast.Subscript):
            return self._makes(node.value)
        if not isinstance(node, ast.Name):
            return False
        return node.id in self._makers and isinstance(node.ctx, ast.Load)

    def _is_set(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Set | ast.SetComp):
            return True
        if isinstance(node, ast.Name | ast.Attribute):
            return isinstance(node.ctx, ast.Load) and called(node) in self._known.sets
        if isinstance(node, ast.Call):
            return self._gives_set(node)
        if isinstance(node, ast.BinOp):
            sides = (node.left, node.right)
            combines = isinstance(node.op, COMBINING)
            return combines and any(map(self._is_collection, sides))
        if isinstance(node, ast.BoolOp):
            return any(map(self._is_set, node.values))
        if isinstance(node, ast.IfExp):
            return self._is_set(node.body) or self._is_set(node.orelse)
        return isinstance(node, ast.NamedExpr) and self._is_set(node.value)

    def _gives_set(self, call: ast.Call) -> bool:
        function = call.func
        if self._makes(function) or attribute_by_name(call) in self._known.sets:
            return True
        name = called(function)
        if name in OPERATORS:
            return any(map(self._is_collection, call.args))
        if isinstance(function, ast.Attribute) and name in COMBINED:
            return self._is_set(function.value) or name in self._known.sets
        return name in self._known.sets

    def _is_view(self, node: ast.AST) -> bool:
        """Whether it may be a view of a dictionary, from which an operator makes a set."""
        if isinstance(node, ast.Name | ast.Attribute):
            return isinstance(node.ctx, ast.Load) and called(node) in self._known.views
        if isinstance(node, ast.Call):
            name = called(node.func)
            view = isinstance(node.func, ast.Attribute) and name in VIEWS
            return view or name in VIEW_TYPES or name in self._known.views
        return False

    def _gives_views(self, node: ast.expr) -> bool:
        """Whether it is not a view but what makes one, and goes where that may be called."""
        if isinstance(node, ast.Attribute) and node.attr in VIEWS:
            parent = self._parents[node]
            return not (isinstance(parent, ast.Call) and node is parent.func)
        if not isinstance(node, ast.Name | ast.Attribute) or called(node) not in VIEW_TYPES:
            return False
        return isinstance(node.ctx, ast.Load) and not self._is_used_to_make(node)

    def _is_collection(self, node: ast.AST) -> bool:
        return self._is_set(node) or self._is_view(node)

    # where it goes

    def _reaches(self, call: ast.Call) -> bool:
        """Whether a function is given the name of a set as a text."""
        if isinstance(call.func, ast.Name) and call.func.id == "getattr":
            return False  # which gives the set
        texts = [a.value for a in call.args if isinstance(a, ast.Constant)]
        names = {part for text in texts if isinstance(text, str) for part in text.split(".")}
        by_name = called(call.func) in BY_NAME
        return by_name and not names.isdisjoint({*self._known.sets, *VIEWS, *COMBINED})

    def _is_used_to_make(self, node: ast.expr) -> bool:
        """Whether what makes sets is called here, or is a type, and is passed on to nobody."""
        parent = self._parents[node]
        if isinstance(parent, ast.Call):
            return node is parent.func or called(parent.func) in ("isinstance", "issubclass")
        if isinstance(parent, ast.Subscript):
            return node is parent.value or self._orderless.is_type(node)
        return isinstance(parent, ast.ClassDef | ast.Compare) or self._orderless.is_type(node)

    def _is_walked(self, node: ast.expr) -> bool:
        """Whether a view goes only where no operator makes a set of it."""
        parent = self._parents[node]
        if isinstance(parent, ast.BinOp) and not isinstance(parent.op, COMBINING):
            return True
        if isinstance(parent, _Loop | ast.Compare | ast.Expr | ast.Starred | ast.Subscript):
            return True
        if isinstance(parent, ast.If | ast.While | ast.Assert | ast.IfExp | ast.UnaryOp):
            return True
        if isinstance(parent, ast.Call):
            name = called(parent.func)
            return node is parent.func or (name in WALKING and not self._orderless.bound[name])
        if isinstance(parent, ast.Attribute):
            return not parent.attr.startswith("__")
        if isinstance(parent, ast.AugAssign) and isinstance(parent.op, COMBINING):
            return self._names(parent, is_set=True)
        return self._is_set(parent) or self._names(parent, is_set=False)

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
            return node is parent.func or self._orderless.call(parent)
        if isinstance(parent, ast.Attribute):
            if isinstance(node, ast.Name):
                return parent.attr != "pop" and not parent.attr.startswith("__")
            return parent.attr in QUIET
        if isinstance(parent, ast.AugAssign) and not isinstance(parent.op, COMBINING):
            return False
        if isinstance(parent, _Loop):
            return node is not parent.iter or self._collected(parent)
        return self._names(parent, is_set=True) or isinstance(parent, ast.ClassDef)

    def _is_gone_through(self, node: ast.expr) -> bool:
        """Whether a set whose order shows is surely gone through, item by item."""
        parent = self._parents[node]
        if isinstance(parent, ast.Call):
            return node is not parent.func and called(parent.func) in THROUGH
        if isinstance(parent, ast.Attribute):
            return parent.attr == "pop"
        if isinstance(parent, ast.Assign):
            return any(isinstance(target, ast.Tuple | ast.List) for target in parent.targets)
        if isinstance(parent, _Loop):
            return not self._collects(parent)
        return isinstance(parent, ast.Starred | ast.AugAssign)

    def _names_in(self, node: ast.expr) -> frozenset[str]:
        """The names by which an expression is taken for a set."""
        names = {called(part) for part in parts_of(node)}
        return frozenset(names & (self._known.sets | self._known.views))

    def _collected(self, loop: ast.AST) -> bool:
        """Whether what runs over a set is collected without an order, and does nothing else."""
        return self._collects(loop) and not self._orderless.does_more(self._parents[loop])

    def _collects(self, loop: ast.AST) -> bool:
        """Whether the items become a set, or go where their order does not show."""
        whole = self._parents[loop]
        if isinstance(whole, ast.SetComp):
            return True
        around = self._parents.get(whole)
        collects = isinstance(whole, ast.GeneratorExp | ast.ListComp)
        return collects and isinstance(around, ast.Call) and self._orderless.call(around)

    def _names(self, parent: ast.AST, is_set: bool) -> bool:
        """Whether a set or a view is given a name, which is followed, then."""
        named = self.named[is_set]
        targets: list[ast.AST] = []
        if isinstance(parent, ast.Assign):
            targets += parent.targets
        elif isinstance(parent, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            targets.append(parent.target)
        elif isinstance(parent, ast.keyword) and parent.arg is not None:
            named[parent.arg] += 1
            return True
        elif isinstance(parent, ast.Return):
            while not isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
                parent = self._parents[parent]
            named[parent.name] += 1
            return True
        for target in targets:
            if not isinstance(target, ast.Name | ast.Attribute):
                return False
            named[called(target)] += 1
        return bool(targets)
