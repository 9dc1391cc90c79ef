"""Plain values of fields as files and people have them: bools, and members of enums by name."""

from __future__ import annotations

from enum import Enum
from typing import Any

Value = bool | str
"""A bool, or an enum member's name."""


def shown(value: Any) -> Value:
    """A plain value as a file holds it."""
    return value.name if isinstance(value, Enum) else bool(value)


def plural(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count} {noun}{'s' * (count != 1)}"
