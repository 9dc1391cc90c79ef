"""A state as records in records: what formats of other tools are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping

from verifier.language.plain_values import Value

PART = re.compile(r"[^.\[\]]+|\[[^\]]*\]")

Nested = dict[str, "Nested | Value"]
"""Fields by name; the rows of a family by their index in brackets."""


def nested(state: Mapping[str, Value]) -> Nested:
    """The fields of a state, each in its record."""
    whole: Nested = {}
    for path, value in state.items():
        *records, last = PART.findall(path)
        at = whole
        for record in records:
            inside = at.setdefault(record, {})
            assert isinstance(inside, dict), "a field is no record"
            at = inside
        at[last] = value
    return whole


def is_family(part: Nested | Value) -> bool:
    """Whether rows are in it, rather than fields."""
    return isinstance(part, dict) and all(name.startswith("[") for name in part)
