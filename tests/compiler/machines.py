"""Small systems for the comparison of circuits with plain Python."""

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, TypeVar

from verifier.language import (
    Family,
    System,
    always,
    assume,
    event,
    models,
    observer,
    record,
    sometimes,
    step,
)

F = TypeVar("F", bound=Callable[..., Any])


class Row(Enum):
    A = auto()
    B = auto()
    C = auto()


Digit = Enum("Digit", [f"D{n}" for n in range(40)])  # type: ignore[misc]


@record
class Part:
    on: bool = False
    row: Row = Row.A


@event
class Seen:
    row: Row = Row.A
    moved: bool = False


@record
class Machine:
    a: bool = False
    b: bool = False
    c: bool = False
    never: bool = False
    row: Row = Row.A
    parts: Family[Row, Part] = Family()
    seen: Seen = Seen()


def cited(function: F) -> F:
    """A function of some source."""
    return models("machine.c", function.__name__, since="v1")(function)


@cited
def picked(machine: Machine) -> Row:
    if machine.a:
        return Row.B
    return Row.C if machine.b else machine.row


@cited
def turned(machine: Machine, part: Part) -> None:
    if part.on:
        part.on = False
        return
    part.row = picked(machine)


@observer("what moved")
def note(machine: Machine, row: Row) -> None:
    machine.seen.row = row
    machine.seen.moved = True


@step
def toggle(machine: Machine, also: bool) -> None:
    """Switch `a`, and with a choice `b`."""
    machine.a = not machine.a
    if also:
        machine.b = not machine.b


@step
def turn(machine: Machine, row: Row) -> None:
    """Turn a part."""
    assume(machine.a or machine.c)
    turned(machine, machine.parts[row])
    note(machine, row)


@step
def settle(machine: Machine) -> None:
    """Let the rows meet."""
    assume(machine.b)
    assert not (machine.c and machine.row == Row.C), "settled twice"
    machine.c = True
    machine.row = machine.parts[machine.row].row


@step
def stumble(machine: Machine) -> None:
    """Fail where `a` and `b` are set."""
    assume(machine.a)
    assert not machine.b, "both are set"
    machine.c = True


@always("order")
def what_moved_is_not_on(machine: Machine, seen: Seen) -> bool:
    return not seen.moved or not machine.parts[seen.row].on or machine.c


@sometimes("order")
def something_moves(seen: Seen) -> bool:
    return seen.moved


MACHINE = System("tried/machine", Machine(), (toggle, turn, settle))


@record
class Deep:
    digits: Family[Digit, bool] = Family()
    left: bool = False
    right: bool = False
    low: bool = False


@cited
def lowest(deep: Deep) -> bool:
    for digit in Digit:
        if not deep.digits[digit]:
            return True
    return deep.left and deep.right


@step
def dive(deep: Deep, digit: Digit, left: bool, right: bool) -> None:
    """Set a digit; what is low changes in one state of 2^40 only."""
    deep.low = lowest(deep)
    deep.digits[digit] = not deep.digits[digit]
    deep.left, deep.right = left, right


DEEP = System("tried/deep", Deep(), (dive,))
