"""A state with everything in it, and the step functions that are tried on it."""

from collections.abc import Callable
from enum import Enum

from verifier.language import (
    Family,
    always,
    event,
    ghost,
    record,
    sometimes,
)


class Fruit(Enum):
    APPLE = 0
    PEAR = 1


class Tool(Enum):
    SAW = 0
    AXE = 1


class Row(Enum):
    A = 0
    B = 1
    C = 2


WIDE = Enum("WIDE", [f"M{i}" for i in range(40)])  # type: ignore[misc]


@record
class Part:
    flag: bool = False
    row: Row = Row.A

    @property
    def busy(self) -> bool:
        """Whether it is flagged in a row other than the first."""
        if self.row == Row.A:
            return False
        return self.flag

    def toggled(self) -> "Part":
        return Part(flag=not self.flag, row=self.row)


@ghost
class Note:
    flag: bool = False
    part: Part = Part()


@event
class Seen:
    flag: bool = False
    row: Row = Row.C
    part: Part = Part()


@record
class State:
    a: bool = False
    b: bool = False
    c: bool = False
    fruit: Fruit = Fruit.APPLE
    tool: Tool = Tool.SAW
    row: Row = Row.A
    wide: WIDE = WIDE.M0  # type: ignore[valid-type]
    one: Part = Part()
    two: Part = Part(row=Row.B)
    rows: Family[Row, Part] = Family()
    bits: Family[Row, bool] = Family()
    tools: Family[Tool, bool] = Family()
    note: Note = Note()
    seen: Seen = Seen()


@always("seen")
def nothing_is_seen(seen: Seen) -> bool:
    return not seen.flag and seen.row == Row.C and seen.part != Part(flag=True)


@sometimes("seen")
def a_row_is_seen(seen: Seen) -> bool:
    return seen.row == Row.A


Body = Callable[..., None]
BODIES: list[Body] = []


def tried(body: Body) -> Body:
    """Note a step to be compared with its circuit."""
    BODIES.append(body)
    return body


INITIAL = State()
EVERYTHING = (
    *("a", "b", "c", "fruit", "tool", "row", "wide", "one.*", "two.*", "note.*"),
    *(f"rows[{row.name}].{field}" for row in Row for field in ("flag", "row")),
    *(f"bits[{row.name}]" for row in Row),
    *(f"tools[{tool.name}]" for tool in Tool),
)
