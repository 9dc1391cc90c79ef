"""The state by level and record; what changed, and what the violation does not depend on folded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from verifier.language.plain_values import plural
from verifier.viewer.markup import Line, Span, inert, line, shown
from verifier.viewer.trace_index import Reading


@dataclass(frozen=True)
class Item:
    """A field's row, or a heading where `field` is empty."""

    field: str
    text: Line


def items(
    reading: Reading,
    number: int,
    unfolded: bool = False,
    group: str = "",
    search: str = "",
) -> Iterator[Item]:
    """The fields after a step, grouped; `group` and `search` leave only some."""
    table_of = reading.picture.table_of
    chosen = [
        field
        for field in reading.fields
        if (not group or table_of.get(field) == group) and search.lower() in field.lower()
    ]
    visible = [f for f in chosen if unfolded or search or f in reading.matter]
    width = max((len(inert(field)) for field in visible), default=0)
    headings = {table.name: inert(table.title) for table in reading.picture.tables}
    for name, heading in {**headings, "": "state"}.items():
        fields = [field for field in visible if table_of.get(field, "") == name]
        if fields:
            yield Item("", line((heading, "title")))
        for field in fields:
            yield Item(field, field_line(reading, field, number, width))
    folded = len(chosen) - len(visible)
    if folded:
        yield Item("", line((f"{plural(folded, 'field')} {reading.why_folded}", "source")))


def field_line(reading: Reading, field: str, number: int, width: int) -> Line:
    """A field with its value; a change shows both."""
    change = reading.changed(field, number)
    value = shown(reading.value(field, number))
    if change is None:
        return line(f"  {inert(field):<{width}}  ", value)
    old: Span = (shown(change[0]), "old")
    return line(("* ", "mark"), f"{inert(field):<{width}}  ", old, " -> ", (value, "new"))


def rest_line(reading: Reading, number: int, matter: Collection[str] | None) -> Iterator[Line]:
    """How many fields a step changes that do not matter."""
    changes = reading.trace.steps[number - 1].changes
    rest = sum(field not in matter for field in changes) if matter is not None else 0
    if rest:
        what = f"and {plural(rest, 'field')} {reading.why_folded}"
        yield line((f"       {what}", "source"))
