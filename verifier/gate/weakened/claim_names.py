"""Property functions by name where two versions of a catalogue are compared: KIND:GROUP/NAME."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.language.functions import ModelFunction
from verifier.language.kinds import JUDGEMENTS


def claim_name(function: ModelFunction) -> str:
    """A property function by its name, such as `always:GROUP/NAME`."""
    return f"{function.kind}:{function.group}/{function.name}"


def is_claimed(name: str) -> bool:
    """Whether the function is a claim of its property, not a case."""
    return JUDGEMENTS[name.partition(":")[0]].claims


def group_of(name: str) -> str:
    """The property that the function is part of; a property's name has no slash."""
    return name.partition(":")[2].partition("/")[0]


def of_property(names: Iterable[str], group: str, claimed: bool) -> list[str]:
    """The claims of a property, or its cases."""
    return [name for name in names if group_of(name) == group and is_claimed(name) == claimed]
