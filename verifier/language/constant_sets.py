"""Sets in the constants of a system: in a run they answer only what depends on no order."""

from __future__ import annotations

from enum import Enum
from typing import Any, NoReturn

from verifier.language.constants import IN_ONLY, MEMBERS_ONLY, PLAIN, is_frozen, items, outside
from verifier.language.errors import refuse
from verifier.language.symbolic_values import Unknown


class Members:
    """A constant set in a run: it answers `in` and ==, and refuses what depends on its order."""

    __slots__ = ("_members",)
    __members_only__ = MEMBERS_ONLY

    def __init__(self, members: frozenset[Any]) -> None:
        self._members = members

    def __contains__(self, member: object) -> bool:
        if not isinstance(member, Enum | Unknown) and type(member) not in PLAIN:
            raise refuse(f"`{member!r}` is looked for in a set", "a set holds members of an enum")
        return any(bool(member == each) for each in sorted(self._members, key=repr))

    def __eq__(self, other: object) -> bool:
        members = other._members if isinstance(other, Members) else other
        if not isinstance(members, frozenset | set):
            raise refuse(f"a set is compared with `{other!r}`", "compare it with a set")
        return self._members == members

    def __getattr__(self, name: str) -> NoReturn:
        raise refuse(f"a set is asked for its `{name}`", IN_ONLY)

    def _refuse(self, *_: object) -> NoReturn:
        raise refuse("a set is used for more than `in` and ==", IN_ONLY)

    __hash__ = None  # type: ignore[assignment]
    __iter__ = __len__ = __bool__ = __and__ = __or__ = __sub__ = __xor__ = _refuse
    __rand__ = __ror__ = __rsub__ = __rxor__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __repr__ = __str__ = __format__ = __reduce_ex__ = _refuse


def guarded(value: Any) -> Any:
    """A constant as a run sees it: with its sets as Members."""
    if type(value) in PLAIN or (
        type(value) is tuple and all(type(each) in PLAIN for each in value)
    ):
        return value
    return value if outside(value, "").set is None else _guarded(value)


def _guarded(value: Any) -> Any:
    if isinstance(value, frozenset):
        for member in value:
            if not isinstance(member, Enum) and type(member) not in (bool, int, str, bytes):
                raise refuse(
                    f"a constant set has `{member!r}`", "a set holds members of an enum, or numbers"
                )
        return Members(value)
    if isinstance(value, tuple):
        return tuple.__new__(type(value), map(_guarded, value))
    if not is_frozen(value):
        return value
    if not type(value).__dataclass_params__.eq:
        raise refuse(
            f"`{value!r}` has a set and is not compared by its fields", "leave out eq=False"
        )
    copy = object.__new__(type(value))
    for name, part in items(value):
        object.__setattr__(copy, name.removeprefix("."), _guarded(part))
    return copy
