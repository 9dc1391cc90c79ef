"""The items of a family can be looped over again, as those of a mapping of Python can."""

from enum import Enum

import pytest

from verifier.compiler.compile import compile_compared
from verifier.language import Family, ModelError, System, ghost, record, step


class Key(Enum):
    A = 0
    B = 1


@record
class State:
    bits: Family[Key, bool] = Family({Key.B: True})


@ghost
class Seen:
    bits: Family[Key, bool] = Family()


@record
class Watched:
    on: bool = False
    seen: Seen = Seen()


@step
def looks_at_keys(watched: Watched) -> None:
    watched.on = Key.A in watched.seen.bits and [*watched.seen.bits] == [Key.A, Key.B]


@step
def looks_up_a_choice(state: State, k: Key) -> None:
    state.bits[Key.A] = Family({Key.A: True, Key.B: False})[k]


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


def test_keys_are_read_without_what_they_stand_for() -> None:
    system = System("keys", Watched(), (looks_at_keys,))
    assert compile_compared(system, ()).latch_names[0], "the field changes"


def test_a_family_made_in_a_step_is_not_indexed_by_a_choice() -> None:
    system = System("local", State(), (looks_up_a_choice,))
    with pytest.raises(ModelError, match="a family that is made here is indexed by `k"):
        compile_compared(system, ())


def test_a_family_that_leaves_out_a_member_is_not_indexed_by_it() -> None:
    with pytest.raises(ModelError, match=r"leaves out `Key\.A` is indexed by it"):
        Family({Key.B: True})[Key.A]
