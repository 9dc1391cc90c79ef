"""Records that extend records."""

from enum import Enum
from pathlib import Path

import pytest

from verifier.language import Family, ModelError, ghost, record, snapshot
from verifier.language.errors import place_of
from verifier.language.layout import layout_of


class Task(Enum):
    A = "A"
    B = "B"


@record
class Bits:
    low: bool = False
    high: bool = True


@record
class Host:
    """A constant without a default would be refused where it is missing, so all have one."""

    current: Task
    bits: Bits = Bits(low=True)
    loaded: Family[Task, bool] = Family({Task.B: True})

    @property
    def mine(self) -> bool:
        return self.loaded[self.current]

    def load(self) -> None:
        self.loaded[self.current] = True


@record
class Busy(Bits):
    busy: bool = False


@record
class Guest(Host):
    bits: Busy = Busy(high=False, busy=True)
    waiting: bool = True

    def load(self) -> None:
        self.waiting = False


@ghost
class Unseen(Host):
    """The same fields, none of which a model reads."""


def test_a_subclass_has_the_fields_of_its_base_with_their_defaults() -> None:
    guest = Guest(current=Task.B)
    assert guest.mine
    assert not guest.loaded[Task.A]
    assert guest.waiting


def test_a_field_declared_again_keeps_its_place_and_gets_a_new_type_and_default() -> None:
    guest = Guest(current=Task.A)
    assert not guest.bits.low
    assert not guest.bits.high
    assert guest.bits.busy
    assert list(layout_of(Guest).fields) == ["current", "bits", "loaded", "waiting"]
    assert [leaf.path for leaf in layout_of(Guest).leaves][:4] == [
        "current",
        "bits.low",
        "bits.high",
        "bits.busy",
    ]


def test_a_method_of_a_subclass_replaces_that_of_its_base() -> None:
    host, guest = Host(current=Task.A), Guest(current=Task.A)
    host.load()
    guest.load()
    assert host.mine
    assert not guest.mine
    assert not guest.waiting


def test_copies_of_a_subclass_stand_alone() -> None:
    guest = Guest(current=Task.A)
    copy = snapshot(guest)
    guest.bits.busy = False
    guest.loaded[Task.A] = True
    assert copy.bits.busy
    assert not copy.mine


def test_a_ghost_that_extends_a_record_is_all_ghost() -> None:
    assert all(leaf.ghost for leaf in layout_of(Unseen).leaves)
    assert not any(leaf.ghost for leaf in layout_of(Host).leaves)


def test_a_base_that_is_no_record_is_refused() -> None:
    class Plain:
        bit: bool = False

    with pytest.raises(ModelError, match="`Plain` is not a record") as caught:

        @record
        class Wrong(Plain):
            other: bool = False

    assert caught.value.place is not None
    assert Path(caught.value.place.file) == Path(__file__)


def test_a_record_that_lacks_its_decorator_is_refused_where_it_is_written() -> None:
    class Undecorated(Host):
        pass

    with pytest.raises(ModelError, match="`Undecorated` is not a record") as refused:
        Undecorated(current=Task.B)
    assert refused.value.place == place_of(Undecorated)
    assert refused.value.help == "decorate it with @record, also where it extends a record"
