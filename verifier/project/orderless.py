"""What does not show the order of a set that it is given, in texts that define their own order."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

from verifier.language.text_nodes import parts_of

MAKERS = {"frozenset", "set"}

_ORDERLESS = {"all", "any", "bool", "frozenset", "isinstance", "len", "set"}
"""Functions whose answer does not depend on the order of what they are given."""

_COMPARING = {"max", "min", "sorted"}
"""The same, unless two values may be equal in their order and differ."""

COMBINED = {"copy", "difference", "intersection", "symmetric_difference", "union"}
"""Methods of a set that give a set."""

QUIET = COMBINED | {
    *("add", "clear", "difference_update", "discard", "intersection_update", "isdisjoint"),
    *("issubset", "issuperset", "remove", "symmetric_difference_update", "update"),
}
"""Methods of a set that do not show its order."""

VIEWS = {"items", "keys"}
"""Methods of a dictionary whose answers combine to sets."""

VIEW_TYPES = {"ItemsView", "KeysView"}
"""The classes of these."""

COMBINING = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.Sub)
"""Operators that make a set of sets and views."""

OPERATORS = {"and_", "iand", "ior", "isub", "ixor", "or_", "sub", "xor"}
"""The same as functions."""

WALKING = {
    *("all", "any", "bool", "chain", "dict", "enumerate", "extend", "filter", "frozenset", "iter"),
    *("len", "list", "map", "max", "min", "product", "reversed", "set", "sorted", "starmap"),
    *("sum", "tuple", "update", "zip"),
}
"""What goes through what it is given, and does nothing else with it."""

THROUGH = {
    *("chain", "dict", "enumerate", "extend", "filter", "fromkeys", "islice", "iter", "join"),
    *("list", "map", "next", "product", "reversed", "starmap", "tuple", "zip"),
}
"""What takes the items of what it is given one by one."""

BY_ADDRESS = {"ascii", "format", "hash", "id", "repr", "str"}
"""Functions whose answer may hold the address of what they are given."""

SILENT = _ORDERLESS | _COMPARING | {"int", "str", "sum", "tuple"}
"""Functions that do nothing but answer."""

_ORDERS = {"__ge__", "__gt__", "__le__", "__lt__"}
_SUMS = {"__add__", "__radd__"}


_OTHER = (ast.Constant, ast.Load, ast.Store, ast.arguments, ast.arg, ast.Expr, ast.Assign)


class Orderless:
    """The trees of a project with the way up, and which calls in them show no order."""

    def __init__(self, trees: Iterable[ast.Module]) -> None:
        self.parents: dict[ast.AST, ast.AST] = {}
        self.nodes: dict[ast.Module, list[ast.AST]] = {}
        """Those of each tree that may be a set, make one or go over one."""
        self.bound: Counter[str] = Counter()
        """How often each name is given to something."""
        self._types: set[ast.AST] = set()
        defined = set()
        for tree in trees:
            nodes: list[ast.AST] = [tree]
            for node in nodes:
                for child in ast.iter_child_nodes(node):
                    self.parents[child] = node
                    nodes.append(child)
                self.bound.update(_bound(node))
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    defined.add(node.name)
                    self._annotation(node.returns)
                elif isinstance(node, ast.arg | ast.AnnAssign):
                    self._annotation(node.annotation)
            self.nodes[tree] = [node for node in nodes if not isinstance(node, _OTHER)]
        self._functions = set(_ORDERLESS)
        if _ORDERS.isdisjoint(defined):
            self._functions |= _COMPARING
        if _SUMS.isdisjoint(defined):
            self._functions.add("sum")

    def makers(self, tree: ast.Module) -> set[str]:
        """The names of what makes sets in a module, but those that it has for functions."""
        defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        makers = set(MAKERS)
        for name in MAKERS & defined.keys():
            named = (node for node in self.nodes[tree] if getattr(node, "id", "") == name)
            later = all(getattr(node, "lineno", 0) > defined[name].lineno for node in named)
            if later and self.bound[name] == 1:
                makers.discard(name)
        return makers

    def call(self, call: ast.Call) -> bool:
        """Whether a function does not show the order of what it is given; with a key it may."""
        function = call.func
        if not isinstance(function, ast.Name) or call.keywords or self.bound[function.id]:
            return False
        summed_up = function.id != "sum" or len(call.args) == 1
        return function.id in self._functions and summed_up

    def does_more(self, comprehension: ast.AST) -> bool:
        """Whether a comprehension may do something for each item, which shows their order."""
        parts = [*parts_of(comprehension)]
        for loop in parts:
            if isinstance(loop, ast.comprehension):
                over = {*parts_of(loop.iter)}
                parts = [part for part in parts if part not in over]
        calls = [part.func for part in parts if isinstance(part, ast.Call)]
        names = {each.id for each in calls if isinstance(each, ast.Name)}
        silent = all(name in SILENT and not self.bound[name] for name in names)
        named = all(isinstance(each, ast.Name) for each in calls)
        assigns = any(isinstance(part, ast.NamedExpr) for part in parts)
        return not silent or not named or assigns

    def _annotation(self, node: ast.expr | None) -> None:
        if node is not None:
            self._types.update(parts_of(node))

    def is_type(self, node: ast.AST) -> bool:
        """Whether it stands in an annotation."""
        return node in self._types


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a node gives to something, but for loops and the like."""
    if isinstance(node, ast.Name | ast.Attribute):
        if not isinstance(node.ctx, ast.Load):
            yield node.id if isinstance(node, ast.Name) else node.attr
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg | ast.keyword) and node.arg is not None:
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name


def by_address(tree: ast.Module) -> Iterator[int]:
    """Where something is put in the order of its text, which may hold an address."""
    for node in parts_of(tree):
        if isinstance(node, ast.keyword) and node.arg == "key":
            for part in parts_of(node.value):
                if isinstance(part, ast.JoinedStr) or getattr(part, "id", "") in BY_ADDRESS:
                    yield node.value.lineno
                    break


BY_NAME = ("attrgetter", "methodcaller")
"""Functions that read what a text names."""


def makes_sets(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Set | ast.SetComp)
        or (isinstance(node, ast.Name) and node.id in MAKERS | VIEW_TYPES)
        or (isinstance(node, ast.Attribute) and node.attr in COMBINED | VIEWS | VIEW_TYPES)
        or (isinstance(node, ast.Call) and called(node.func) in BY_NAME)
        for node in parts_of(tree)
    )


def called(node: ast.AST) -> str:
    """The last name of what is called or read; empty where it has none."""
    if isinstance(node, ast.Subscript):
        return called(node.value)
    return str(getattr(node, "id", None) or getattr(node, "attr", ""))


def attribute_by_name(call: ast.Call) -> str:
    """What `getattr` is asked for."""
    named = call.args[1:2] if called(call.func) == "getattr" else []
    return next((str(a.value) for a in named if isinstance(a, ast.Constant)), "")
