"""Enums that a field or a choice can hold: their symbolic members answer as plain ones do."""

from __future__ import annotations

from enum import Enum, Flag

from verifier.language.constants import outside
from verifier.language.errors import refuse
from verifier.language.ownership import is_own
from verifier.language.restricted import ANOTHER_NAME, UNUSABLE

MEMBERS = 64
"""Members of an enum beyond which it is refused: a family has a row for each."""

BINARY = (
    *("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow"),
    *("lshift", "rshift", "and", "or", "xor"),
)
OPERATORS = {"__lt__", "__le__", "__gt__", "__ge__", "__contains__"} | {
    f"__{way}{name}__" for name in BINARY for way in ("", "r", "i")
}
"""Methods by which a member would answer an operator, which a symbolic value cannot."""

OWN = {
    **dict.fromkeys(("__eq__", "__ne__", "__hash__"), "members are compared by being the same"),
    **dict.fromkeys(sorted(OPERATORS), "write a function: a symbolic member has no operators"),
    **dict.fromkeys(("name", "value", "_name_", "_value_"), "give the attribute another name"),
}
"""What such an enum may not define, and the help."""

SEQUENCE, MAPPING = 1 << 5, 1 << 6
"""The flags of classes whose instances match such patterns, which no symbolic value does."""


def check_enum(type: type[Enum]) -> None:
    """Refuse an enum that has no small code, or whose members do more than a code can."""
    if issubclass(type, Flag):
        raise refuse(f"`{type.__name__}` is a Flag", "use a record with a bit for each flag")
    for base in filter(is_own, type.__mro__):
        for name in sorted(base.__dict__.keys() & OWN.keys()):
            raise refuse(f"`{base.__name__}` defines `{name}`", OWN[name])
    if type.__flags__ & (SEQUENCE | MAPPING):
        what = f"`{type.__name__}` is a sequence or mapping"
        raise refuse(what, "members are compared with ==: give each a plain value")
    for one in type:
        _check_member(type, one)
    found = outside(type, type.__name__).changeable
    if found is not None:
        where, part = found
        what = f"`{type.__name__}` has `{where}`, a `{part.__class__.__name__}`"
        raise refuse(what, "store all state in records")
    if not 1 <= len(type) <= MEMBERS:
        raise refuse(
            f"`{type.__name__}` has {len(type)} members", f"an enum has 1 to {MEMBERS} members"
        )


def _check_member(type: type[Enum], one: Enum) -> None:
    name = one._name_
    if type.__members__.get(name) is not one:
        what = f"a member of `{type.__name__}` calls itself `{name}`, which is not its name"
        raise refuse(what, "leave names to Python")
    if name in UNUSABLE:
        raise refuse(f"`{type.__name__}` has `{name}`, which no model can use", ANOTHER_NAME)
    if not name.isidentifier():
        raise refuse(
            f"`{type.__name__}` has a member called `{name}`", "names are Python's identifiers"
        )
    if not one == one or any(one == other and one is not other for other in type):
        raise refuse(
            f"`{type.__name__}.{name}` does not equal itself alone",
            "members are compared by being the same: give each a value of its own",
        )
