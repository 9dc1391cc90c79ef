"""One-place mistakes in Python code in general; models have operators of their own.

DeMillo, Lipton, Sayward: Hints on Test Data Selection. Computer 1978.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

SKIPPED = frozenset({"annotation", "returns", "decorator_list"})
"""Fields of nodes in which nothing is mutated."""

COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}

Signatures = Mapping[str, Sequence[str]]
"""The annotations of a function's parameters, of those whose names stand for one function only."""


@dataclass(frozen=True)
class Place:
    """Where a node is in its parent."""

    parent: ast.AST
    field: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True)
class Around:
    """What is around a node: its function by name and type, its statement, its block."""

    function: str = ""
    returns: str = ""
    statement: ast.stmt | None = None
    block: int | None = None
    """The line at which the innermost list of statements begins; None outside of functions."""


Located = tuple[ast.AST, Place, Around]


def located(node: ast.AST, around: Around = Around()) -> Iterator[Located]:
    """Every node below another one that may be mutated."""
    for field, value in ast.iter_fields(node):
        if field in SKIPPED:
            continue
        several = isinstance(value, list)
        for index, child in enumerate(value if several else [value]):
            if not isinstance(child, ast.AST) or _is_plain(child):
                continue
            first = value[0] if several else None
            inside = _inside(node, first, child, around)
            yield child, Place(node, field, index if several else None), inside
            yield from located(child, inside)


def _is_plain(node: ast.AST) -> bool:
    """Whether it decides nothing: parts of messages, and `strict`, which asserts lengths."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.keyword) and node.arg == "strict"
    )


def _inside(node: ast.AST, first: object, child: ast.AST, around: Around) -> Around:
    """What is around a child of a node, whose list of statements begins with the first."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        function = f"{around.function}.{node.name}".lstrip(".")
        returns = node.returns if isinstance(node, ast.FunctionDef) else None
        around = replace(around, function=function, returns=ast.unparse(returns) if returns else "")
    if not isinstance(child, ast.stmt):
        return around
    if isinstance(first, ast.stmt) and not isinstance(node, ast.Module | ast.ClassDef):
        around = replace(around, block=first.lineno)
    return replace(around, statement=child)


def replacements(node: ast.AST, around: Around, signatures: Signatures) -> Iterator[ast.AST]:
    """What a mistake may have in the place of a node."""
    if isinstance(around.statement, ast.Raise) and node is not around.statement:
        return  # what a message says
    if isinstance(node, ast.stmt):
        yield from _statements(node, around.returns)
    yield from _conditions(node)
    yield from _values(node)
    if isinstance(node, ast.Call):
        yield from _swapped(node, signatures)


def _statements(node: ast.stmt, returns: str) -> Iterator[ast.AST]:
    """Drop a statement, take or drop a branch always, return a constant."""
    match node:
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]):
            yield ast.Pass()
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield ast.Pass()
        case ast.AugAssign() | ast.Delete() | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.If():
            yield from (_with(node, test=ast.Constant(value)) for value in (True, False))
        case ast.Return(value=value) if value and not isinstance(value, ast.Constant):
            if returns == "bool":
                yield from (ast.Return(ast.Constant(value)) for value in (True, False))
            elif "None" in returns.split(" | "):
                yield ast.Return(ast.Constant(None))


def _conditions(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    yield _with(node, ops=[*ops[:place], other(), *ops[place + 1 :]])
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for place in range(len(values)):
                rest = [*values[:place], *values[place + 1 :]]
                yield rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.comprehension(ifs=ifs):
            for place in range(len(ifs)):
                yield _with(node, ifs=[*ifs[:place], *ifs[place + 1 :]])


def _values(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.UnaryOp(op=ast.Invert() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            yield _with(node, op=ARITHMETIC[type(op)]())


def _swapped(node: ast.Call, signatures: Signatures) -> Iterator[ast.AST]:
    """Swap neighbouring arguments of one type."""
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    types = signatures.get(name, ())
    given = node.args
    for place in range(min(len(given), len(types)) - 1):
        one, other = given[place : place + 2]
        if any(isinstance(each, ast.Starred) for each in given[: place + 2]):
            return
        if types[place] and types[place] == types[place + 1] and ast.dump(one) != ast.dump(other):
            yield _with(node, args=[*given[:place], other, one, *given[place + 2 :]])


def signatures(trees: Iterable[ast.Module]) -> Signatures:
    """The parameters of functions and methods whose names stand for one function only."""
    found: dict[str, list[list[str]]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [each for each in node.args.args if each.arg not in ("self", "cls")]
                types = [ast.unparse(each.annotation) if each.annotation else "" for each in names]
                found.setdefault(node.name, []).append(types)
    return {name: several[0] for name, several in found.items() if len(several) == 1}


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """A copy of a node with some fields changed."""
    changed = copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
