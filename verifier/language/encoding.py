"""Enums as bits: a code in which every combination of bits names a member.

Why so: docs/decisions/0003-enum-codes.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from verifier.circuit.aig import TRUE, Graph
from verifier.language.optional import OrNone, without_none

Code = tuple[int, ...]
"""The literals of a symbolic enum value."""


@dataclass(frozen=True)
class Encoding:
    """A member's pattern, by its name, has None at the bits that do not matter for it."""

    type: type[Enum]
    members: tuple[Enum, ...]
    width: int
    patterns: dict[str, tuple[bool | None, ...]]

    def pattern(self, member: Enum) -> tuple[bool | None, ...]:
        return self.patterns[member._name_]

    def constant(self, member: Enum) -> Code:
        return tuple(int(bit or False) for bit in self.pattern(member))

    def test(self, graph: Graph, code: Code, member: Enum) -> int:
        """The literal that holds where `code` means `member`."""
        result = TRUE
        for literal, bit in zip(code, self.pattern(member), strict=True):
            if bit is not None:
                result = graph.both(result, literal if bit else literal ^ 1)
        return result

    def same(self, graph: Graph, code: Code, other: Code) -> int:
        """The literal that holds where two codes mean the same member."""
        if code == other:
            return TRUE
        if len(self.members) == 1 << self.width:
            return graph.all(graph.differ(a, b) ^ 1 for a, b in zip(code, other, strict=True))
        return graph.any(
            graph.both(self.test(graph, code, member), self.test(graph, other, member))
            for member in self.members
        )

    def decode(self, bits: Sequence[bool]) -> Enum:
        for member in self.members:
            if all(p is None or p == b for p, b in zip(self.pattern(member), bits, strict=True)):
                return member
        raise AssertionError("every combination of bits names a member")

    def possible(self, code: Code) -> tuple[Enum, ...]:
        """The members that the constant bits of a code leave open."""
        return tuple(
            member
            for member in self.members
            if all(
                p is None or literal > TRUE or p == bool(literal)
                for p, literal in zip(self.pattern(member), code, strict=True)
            )
        )


@cache
def encoding(type: type[Enum]) -> Encoding:
    """The code of an enum, halved bit by bit; one with None has a bit more, first: not None."""
    if issubclass(type, OrNone):
        return _with_none(type, encoding(without_none(type)))
    members = tuple(type)
    width = (len(members) - 1).bit_length()
    patterns: dict[str, tuple[bool | None, ...]] = {}

    def split(group: tuple[Enum, ...], prefix: tuple[bool, ...]) -> None:
        if len(group) == 1:
            patterns[group[0].name] = prefix + (None,) * (width - len(prefix))
            return
        half = 1 << ((len(group) - 1).bit_length() - 1)
        split(group[:half], (*prefix, False))
        split(group[half:], (*prefix, True))

    split(members, ())
    return Encoding(type, members, width, patterns)


def _with_none(type: type[Enum], plain: Encoding) -> Encoding:
    none, *others = type
    patterns = {none.name: (False, *(None for _ in range(plain.width)))}
    patterns |= {member.name: (True, *plain.patterns[member.name]) for member in others}
    return Encoding(type, (none, *others), 1 + plain.width, patterns)


def bits_of(value: bool | Enum) -> list[bool]:
    """The bits of a plain value."""
    code = (value,) if isinstance(value, bool) else encoding(type(value)).constant(value)
    return [bool(bit) for bit in code]


def encoded(value: Any) -> Any:
    """A plain value as a symbolic store keeps it: a literal, literals, or a constant as it is."""
    if type(value) is bool:
        return int(value)
    return encoding(type(value)).constant(value) if isinstance(value, Enum) else value
