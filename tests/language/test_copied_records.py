"""Records that Python's own ways to copy would make into two names of one: refused at any time."""

import copy
import pickle
from collections.abc import Callable
from enum import Enum

import pytest

from verifier.language import Family, ModelError, System, record, snapshot, step
from verifier.language.class_parts import parts_of_class


class Row(Enum):
    ONE = 1
    TWO = 2


@record
class Machine:
    x: bool = False
    rows: Family[Row, bool] = Family({Row.ONE: False, Row.TWO: False})


@record
class World:
    machine: Machine = Machine()


@step
def go(machine: Machine) -> None:
    machine.x = True


def sharing() -> Machine:
    """A record that has another one's store, though no assignment gave it to it."""
    one, two = Machine(), Machine(x=True)
    vars(one).update(vars(two))
    return one


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, pickle.dumps])
@pytest.mark.parametrize("what", [Machine(), Machine().rows, Family({Row.ONE: True})])
def test_a_record_or_family_is_not_copied_or_saved(
    way: Callable[[object], object], what: object
) -> None:
    with pytest.raises(ModelError, match=r"is copied or saved(.|\n)*write `snapshot\(\.\.\.\)`"):
        way(what)


def test_a_system_does_not_start_in_a_record_that_shares_the_values_of_another() -> None:
    with pytest.raises(ModelError, match="a `Machine` shares the values of another one"):
        System("t/s", sharing(), (go,))


def test_a_record_that_shares_the_values_of_another_is_not_assigned() -> None:
    with pytest.raises(ModelError, match="a `Machine` shares the values of another one"):
        World(machine=sharing())


def test_a_system_starts_in_a_record_a_part_of_one_or_a_snapshot() -> None:
    world = World(machine=Machine(x=True))
    for start in (Machine(x=True), world.machine, snapshot(world.machine)):
        assert System("t/s", start, (go,)).initial_values == (True, False, False)


def test_what_python_notes_in_a_class_as_it_copies_is_no_part_of_it() -> None:
    class At(tuple[int, ...]):
        pass

    copy.deepcopy(At((1,)))
    assert "__slotnames__" in vars(At)
    parts = parts_of_class(At, "At")
    assert parts is not None
    assert "At.__slotnames__" not in dict(parts)
