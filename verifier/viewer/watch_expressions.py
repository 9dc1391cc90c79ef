"""Expressions over a trace's fields, in the models' own Python; nothing else is evaluated."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from verifier.language.advice import did_you_mean
from verifier.language.optional import NONE
from verifier.language.plain_values import Value
from verifier.viewer.markup import shown

LONGEST = 500
"""Characters of an expression beyond which it is refused."""

Record = dict[str, Value]
Result = Value | Record


class WrongWatch(Exception):
    """An expression that means nothing here, with the reason and perhaps what helps."""

    def __init__(self, reason: str, help: str = "") -> None:
        super().__init__(f"{reason}; {help}" if help else reason)
        self.reason, self.help = reason, help


class NoRow(WrongWatch):
    """A row that a field's value asks for now, and that has no such field that changes."""


@dataclass(frozen=True)
class Watch:
    """A parsed expression."""

    text: str
    tree: ast.expr

    def value(self, state: Mapping[str, Value], enums: Mapping[str, tuple[str, ...]]) -> Value:
        """What it comes to in a state; WrongWatch where some part of it means nothing.

        In all states of a system or in none: every part is looked at.
        """
        result = _Evaluation(state, enums).of(self.tree)
        if isinstance(result, dict):
            return ", ".join(f"{f}={shown(v)}" for f, v in result.items() if v is not False)
        return result

    def require(self, state: Mapping[str, Value], enums: Mapping[str, tuple[str, ...]]) -> None:
        """Raise WrongWatch unless it means something, if perhaps not in this state."""
        with suppress(NoRow):
            self.value(state, enums)


def watch(text: str) -> Watch:
    """Parse an expression; WrongWatch where it is none, or asks for more than looking."""
    if len(text) > LONGEST:
        raise WrongWatch(f"it is longer than {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        message = error.msg if isinstance(error, SyntaxError) else error
        raise WrongWatch(f"it is not an expression: {message}") from None
    for node in ast.walk(tree):
        if not isinstance(node, ALLOWED):
            part = ast.unparse(node) or text.strip()  # an operator has no text of its own
            raise WrongWatch(
                f"`{part}`: fields, enum members, ==, !=, in, and, or, "
                "not, is None, &, |, ^ and parentheses are supported"
            )
    return Watch(text.strip(), tree)


ALLOWED = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Tuple, ast.expr_context),
    *(ast.Compare, ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot),
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not),
    *(ast.BinOp, ast.BitAnd, ast.BitOr, ast.BitXor),
)


class _Evaluation:
    def __init__(self, state: Mapping[str, Value], enums: Mapping[str, tuple[str, ...]]) -> None:
        self.state = state
        self.enums = enums

    def of(self, node: ast.expr) -> Result:
        match node:
            case ast.Constant(value=bool() | str() as value):
                return value
            case ast.Constant(value=None):
                return NONE
            case ast.Constant(value=0 | 1 as number):
                return bool(number)
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._named(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self._bit(operand)
            case ast.BoolOp(op=op, values=values):
                bits = [self._bit(value) for value in values]
                return all(bits) if isinstance(op, ast.And) else any(bits)
            case ast.BinOp(left=left, op=op, right=right):
                return _combined(self._bit(left), op, self._bit(right))
            case ast.Compare():
                return self._compared(node)
        raise WrongWatch(f"`{ast.unparse(node)}` is not supported here")

    def _bit(self, node: ast.expr) -> bool:
        result = self.of(node)
        if not isinstance(result, bool):
            raise WrongWatch(f"`{ast.unparse(node)}` is not a bit; compare it")
        return result

    def _compared(self, node: ast.Compare) -> bool:
        left, result = self.of(node.left), True
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                if not isinstance(right, ast.Tuple):
                    raise WrongWatch(f"`{ast.unparse(right)}` is not a tuple")
                holds = left in [self.of(item) for item in right.elts]
                holds ^= isinstance(operator, ast.NotIn)
                value: Result = False
            else:
                value = self.of(right)
                if isinstance(operator, ast.Is | ast.IsNot) and value != NONE:
                    raise WrongWatch(f"`{ast.unparse(right)}` is not None: compare with ==")
                holds = (left == value) ^ isinstance(operator, ast.NotEq | ast.IsNot)
            result &= holds
            left = value
        return result

    def _named(self, node: ast.expr) -> Result:
        """A field's value, a record's values, or an enum's member."""
        path = self._path(node)
        if path in self.state:
            return self.state[path]
        inside: Record = {
            field[len(path) :].lstrip("."): value
            for field, value in self.state.items()
            if field.startswith((f"{path}.", f"{path}["))
        }
        if inside:
            return inside
        if self._asks(node) and any(
            field.endswith(path.rpartition("]")[2]) for field in self.state
        ):
            raise NoRow(f"no step changes `{path}`")
        kind, _, member = path.rpartition(".")
        if member in self.enums.get(kind, ()):
            return member
        if not kind and any(member in members for members in self.enums.values()):
            return member
        members = [f"{kind}.{member}" for member in self.enums.get(kind, ())]
        known = [*self.state, *members]
        raise WrongWatch(f"there is no `{path}`", did_you_mean(path, known, likeness=0.5))

    def _asks(self, node: ast.expr) -> bool:
        """Whether an index in it is the value of a field."""
        indices = [each.slice for each in ast.walk(node) if isinstance(each, ast.Subscript)]
        names = [each for each in indices if isinstance(each, ast.Name | ast.Attribute)]
        return len(names) < len(indices) or any(self._path(each) in self.state for each in names)

    def _row(self, index: ast.expr, family: str) -> str:
        """The row that an index means: a member's, or that of a field's value."""
        if isinstance(index, ast.Name | ast.Attribute):
            member = index.id if isinstance(index, ast.Name) else index.attr
            row = f"{family}[{member}]"
            is_row = any(field.startswith((f"{row}.", f"{row}[")) for field in self.state)
            if is_row or row in self.state or self._path(index) not in self.state:
                return member
        elif not isinstance(index, ast.Subscript):
            raise WrongWatch(f"`{ast.unparse(index)}` is not a row of `{family}`")
        value = self.of(index)
        if not isinstance(value, str):
            raise WrongWatch(f"`{ast.unparse(index)}` is not an enum's member")
        return value

    def _path(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return name
            case ast.Attribute(value=value, attr=attribute):
                return f"{self._path(value)}.{attribute}"
            case ast.Subscript(value=value, slice=index):
                return f"{self._path(value)}[{self._row(index, self._path(value))}]"
        raise WrongWatch(f"`{ast.unparse(node)}` is not a field")


def _combined(left: bool, operator: ast.operator, right: bool) -> bool:
    if isinstance(operator, ast.BitAnd):
        return left & right
    return left | right if isinstance(operator, ast.BitOr) else left ^ right
