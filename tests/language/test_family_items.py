"""The items of a family can be looped over again, as those of a mapping of Python can."""

from enum import Enum

import pytest

from verifier.language import Family, ModelError, record


class Key(Enum):
    A = 0
    B = 1


@record
class State:
    bits: Family[Key, bool] = Family({Key.B: True})


def test_items_are_looped_over_any_number_of_times() -> None:
    pairs = State().bits.items()
    assert list(pairs) == list(pairs) == [(Key.A, False), (Key.B, True)]
    assert list(reversed(pairs)) == [(Key.B, True), (Key.A, False)]
    assert (Key.B, True) in pairs
    assert (Key.A, True) not in pairs
    assert len(pairs) == 2


def test_items_of_a_default_are_those_that_are_given() -> None:
    pairs = Family({Key.B: True}).items()
    assert list(pairs) == list(pairs) == [(Key.B, True)]


def test_items_are_those_that_the_family_has_when_they_are_looped_over() -> None:
    state = State()
    pairs = state.bits.items()
    state.bits[Key.A] = True
    assert dict(pairs) == {Key.A: True, Key.B: True}


def test_items_are_no_set() -> None:
    pairs = State().bits.items()
    with pytest.raises(ModelError, match="are compared"):
        assert pairs == pairs
    with pytest.raises(ModelError, match="are compared"):
        pairs | pairs
    with pytest.raises(TypeError):
        hash(pairs)
