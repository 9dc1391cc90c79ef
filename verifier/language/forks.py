"""Where a symbolic run had more than one way to go, for the comparison with plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from verifier.language.encoding import Code
from verifier.language.errors import Place

Way = tuple["Way", int] | None
"""The decisions and assumptions that lead to a point of a path, last first; None where none do."""


def extended(way: Way, decisions: Iterable[tuple[int, bool]]) -> Way:
    """The way on which some more decisions were made."""
    for literal, holds in decisions:
        way = (way, literal if holds else literal ^ 1)
    return way


@dataclass(frozen=True, slots=True)
class Fork:
    """A bit that a path leaves open, and the way there: it decides, or it is a value for later.

    `place` is where it decides.
    """

    place: Place | None
    literal: int
    way: Way


Granted = int | tuple[type[Enum], Code, tuple[Enum, ...]]
"""A literal that holds, or the members that a code can mean."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Literals that a path takes for granted at its end, after what it has decided."""

    facts: tuple[Granted, ...]
    way: Way
    place: Place


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where two sets of paths meet: the condition that separates them, and the way to it.

    `enabled` are the literals under which they get there, `pairs` the values that differ.
    """

    condition: int
    way: Way
    enabled: tuple[int, int]
    pairs: tuple[tuple[Any, Any], ...]
    place: Place
