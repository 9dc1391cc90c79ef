"""Calls of model functions as people read them: branches, assignments and calls, in order."""

from __future__ import annotations

import msgspec

from verifier.language.plain_values import Value


class Changed(msgspec.Struct, frozen=True, tag="set"):
    """An assignment: the field, its value before and after, and the line."""

    field: str
    old: Value
    new: Value
    line: int


class Branched(msgspec.Struct, frozen=True, tag="branch"):
    """A condition, whether it held, its line, and the fields it looked at."""

    test: str
    taken: bool
    line: int
    reads: dict[str, Value]


class Entered(msgspec.Struct, frozen=True, tag="call"):
    """A model function that ran, with its source and what it did in order.

    `line` is the line that called it; `file` and `defined` say where it is itself. `means` is what
    the model says about the result.
    """

    function: str
    source: str
    file: str
    line: int
    result: str
    entries: tuple[Entered | Changed | Branched, ...]
    defined: int = 0
    means: str = ""


Entry = Entered | Changed | Branched
