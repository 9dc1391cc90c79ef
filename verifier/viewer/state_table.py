"""The state by level and record; what changed, and what the violation does not depend on folded."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from verifier.language.plain_values import plural
from verifier.viewer.markup import Line, Row, from_to, inert, line, shown
from verifier.viewer.trace_index import Reading

STOPPED = "the assertion that fails stops the step, so that the state is the one before it"


def items(
    reading: Reading, number: int, unfolded: bool = False, group: str = "", search: str = ""
) -> Iterator[Row]:
    """The fields after a step, grouped under headings; `group` and `search` leave only some."""
    table_of = reading.picture.table_of
    chosen = [
        field
        for field in reading.fields
        if (not group or table_of.get(field) == group) and search.lower() in field.lower()
    ]
    if reading.is_stopped(number):
        yield Row(line((STOPPED, "source")))
    visible = [f for f in chosen if unfolded or search or f in reading.matter]
    width = max((len(inert(field)) for field in visible), default=0)
    headings = {table.name: inert(table.title) for table in reading.picture.tables}
    for name, heading in {**headings, "": "state"}.items():
        fields = [field for field in visible if table_of.get(field, "") == name]
        if fields:
            yield Row(line((heading, "title")))
        for field in fields:
            yield Row(field_line(reading, field, number, width), field)
    folded = len(chosen) - len(visible)
    if folded:
        yield Row(line((f"{plural(folded, 'field')} {reading.why_folded}", "source")))


def field_line(reading: Reading, field: str, number: int, width: int) -> Line:
    """A field with its value; a change shows both."""
    change, name = reading.changed(field, number), f"{inert(field):<{width}}  "
    if change is None:
        return line(f"  {name}", shown(reading.value(field, number)))
    return line(("* ", "mark"), name, *from_to(*change))


def rest_line(reading: Reading, number: int, matter: Collection[str] | None) -> Iterator[Line]:
    """How many fields a step changes that do not matter."""
    changes = reading.trace.steps[number - 1].changes
    rest = sum(field not in matter for field in changes) if matter is not None else 0
    if rest:
        what = f"and {plural(rest, 'field')} {reading.why_folded}"
        yield line((f"       {what}", "source"))
