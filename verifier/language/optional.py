"""A member of an enum or None, as fields and choices can be: `Task | None`.

Behind the fields it is a member of an enum made for that, whose first one stands for None, so that
files, engines and people have it by name as any other. Models never see that enum: what they read
is None, or a member of theirs.

Why so: docs/decisions/0033-none-is-decided-where-it-is-read.md
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from verifier.language.errors import refuse

NONE = "None"
"""The name of the member that stands for None."""


class OrNone(Enum):
    """What enums with None extend; the value of a member is what it stands for."""


@cache
def or_none(of: type[Enum]) -> type[OrNone]:
    """The enum of None and the members of another one."""
    if NONE in of.__members__:
        raise refuse(f"`{of.__name__}` has a member called `{NONE}`", "give it another name")
    names = [(NONE, None), *((member.name, member) for member in of)]
    made: Any = OrNone
    kind: type[OrNone] = made(f"{of.__name__} | None", names, module=of.__module__)
    return kind


def enum_or_none(annotation: object) -> type[Enum] | None:
    """The enum that an annotation leaves out where it is one with None; None for any other."""
    if get_origin(annotation) not in (Union, UnionType):
        return None
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    [kind, *others] = kinds
    if others or not isinstance(kind, type) or not issubclass(kind, Enum):
        return None
    return kind


@cache
def without_none(kind: type) -> Any:
    """The enum that people have written; any other type as it is."""
    return type(tuple(kind)[1].value) if issubclass(kind, OrNone) else kind


def seen(value: Any) -> Any:
    """A plain value of a store as models see it."""
    return value.value if isinstance(value, OrNone) else value


def behind(kind: type, value: Any) -> Any:
    """A plain value that a model has, as a store has it in a field of a type."""
    return kind(value) if issubclass(kind, OrNone) and not _is_open(value) else value


def _is_open(value: object) -> bool:
    return value is not None and not isinstance(value, Enum)
