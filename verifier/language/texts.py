"""What is remembered about the text of a file, for as long as the file has that text."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

T = TypeVar("T")

_forget: list[Callable[[], None]] = []


def remembered(function: Callable[[str], T]) -> Callable[[str], T]:
    """Remember what a function gives for a file, until models are imported again."""
    found = cache(function)
    _forget.append(found.cache_clear)
    return found


def forget() -> None:
    """Files may have another text now."""
    for each in _forget:
        each()
