"""What models have in the place of functions of Python that look behind a record or a function.

A record is a new object each time that it is read, and a model function is called through the
language: its identity and what it consists of are not those that a plain object would have.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from verifier.language.assignments import INSIDES, identity, only_outside, only_records
from verifier.language.errors import refuse
from verifier.language.ownership import is_record


def namespace(*given: Any) -> dict[str, Any]:
    """`vars`."""
    return vars(*map(only_outside, given)) if given else sys._getframe(1).f_locals


def attribute(*given: Any) -> Any:
    """`getattr`."""
    if len(given) > 1 and given[1] in INSIDES:
        only_outside(given[0])
    return getattr(*given)


def assigned(*given: Any) -> None:
    """`setattr`."""
    if len(given) > 1 and given[1] in INSIDES:
        only_outside(given[0])
    if len(given) == 3:
        only_records(given[0], given[1])
    setattr(*given)


def address(value: object) -> int:
    """`id`."""
    if is_record(value):
        raise refuse("a record is asked for its `id`", "compare records with `==`")
    return id(value)


def _not_identity(a: object, b: object) -> bool:
    return not identity(a, b)


def _attributes(*names: str) -> Any:
    if any(part in INSIDES for name in names for part in str(name).split(".")):
        raise refuse(f"`attrgetter` is given `{names[0]}`", "read the attribute itself")
    return operator.attrgetter(*names)


BUILTINS: dict[str, Callable[..., Any]] = {
    "getattr": attribute,
    "id": address,
    "setattr": assigned,
    "vars": namespace,
}
"""By the names that models have for them."""

OPERATORS: dict[str, Callable[..., Any]] = {
    "attrgetter": _attributes,
    "is_": identity,
    "is_not": _not_identity,
}
"""By their names in the module `operator`."""

MODULES = {"operator": ModuleType("operator", operator.__doc__)}
"""Modules of Python of which some functions are replaced."""
MODULES["operator"].__dict__.update(vars(operator) | OPERATORS)


def is_stand_in(value: object) -> bool:
    """Whether it is one of these functions."""
    return any(value is each for each in (*BUILTINS.values(), *OPERATORS.values()))
