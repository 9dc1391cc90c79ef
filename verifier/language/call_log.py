"""What a run on plain values logs: calls, the assignments that they made and the branches taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from verifier.language.functions import ModelFunction


@dataclass(frozen=True)
class Assignment:
    """A field got a value, the one it had or another."""

    path: str
    old: Any
    new: Any
    line: int


@dataclass(frozen=True)
class Branch:
    """A condition, whether it held, its line, and the fields that it names."""

    test: str
    taken: bool
    line: int
    reads: tuple[tuple[str, Any], ...]


@dataclass
class Call:
    """A model function was entered; what it did, in order, and what it returned."""

    function: ModelFunction
    line: int
    entries: list[Assignment | Call | Branch] = field(default_factory=list)
    result: Any = None
    has_returned: bool = False
