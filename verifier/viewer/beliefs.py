"""What everybody assumes of a bit, its actual value, and the expected one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from verifier.evidence.pictures import Columns
from verifier.language.plain_values import Value
from verifier.language.presentation import Belief
from verifier.viewer.in_short import assumed_and_actual
from verifier.viewer.trace_index import Reading

Cell = bool | str | None


@dataclass(frozen=True)
class Assumption:
    """A row of the table of a bit, and its cells that are compared; None for an absent cell."""

    row: Belief
    actual: Cell
    assumed: Cell
    expected: Cell

    @property
    def is_misled(self) -> bool:
        """Whether what is read is not the actual value, as lazy switching intends."""
        return self.assumed is not None and self.assumed != self.actual

    @property
    def disagrees(self) -> bool:
        """Whether what is read now is not the expected value."""
        return self.expected is not None and self.assumed != self.expected


@lru_cache(maxsize=4)
def relevant_bits(reading: Reading) -> tuple[str, ...]:
    """The first bit, and the others that the code at fault or the hardware relies on."""
    columns = reading.picture.columns
    if columns is None:
        return ()
    read = [fields for _, fields, _ in assumed_and_actual(reading)]
    names = {field.rpartition(".")[2] for fields in read for field in fields}
    first, *others = columns.bits.items()
    return (first[0], *(bit for bit, name in others if name in names))


def assumptions(reading: Reading, number: int, bit: str) -> list[Assumption]:
    """What everybody who ever runs assumes of a bit after a step."""
    trace, columns = reading.trace, reading.picture.columns
    if columns is None:
        return []
    beliefs = trace.steps[number - 1].beliefs if number else trace.beliefs
    idle = {lane.name for lane in reading.picture.lanes} - set(reading.lanes)
    rows = (row for row in beliefs.get(bit, ()) if row.who not in idle)
    return [Assumption(row, *_compared(columns, row)) for row in rows]


def _compared(columns: Columns, row: Belief) -> tuple[Cell, Cell, Cell]:
    cells = dict(zip(columns.titles, row.cells, strict=False))
    return cells.get(columns.actual), cells.get(columns.assumed), cells.get(columns.expected)


def ownership(reading: Reading, number: int) -> list[tuple[str, Value]]:
    """Who has what changes hands, and everybody's flags that say so."""
    fields = filter(reading.has, reading.picture.flags)
    return [(field, reading.value(field, number)) for field in fields]
