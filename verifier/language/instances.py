"""Where the records of a type are inside of another record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from verifier.language.layout import Field, Part, Rows, layout_of


@cache
def instances(held: type, wanted: type) -> tuple[tuple[type, int], ...]:
    """The records of a type, or extending it, inside a state record, and where each starts."""
    found = [(held, 0)] if issubclass(held, wanted) else []
    for field in layout_of(held).fields.values():
        found += [(kind, field.offset + place) for kind, place in _in_field(field, wanted)]
    return tuple(found)


def _in_field(field: Field, wanted: type) -> Iterator[tuple[type, int]]:
    if isinstance(field, Part):
        yield from instances(field.type, wanted)
    elif isinstance(field, Rows) and isinstance(field.item, Part):
        for i in range(len(field.key)):
            for kind, place in instances(field.item.type, wanted):
                yield kind, i * field.stride + place
