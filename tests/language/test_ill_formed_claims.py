"""Records and properties that are none: each refused with its place and what helps."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Optional

import pytest

from tests.language.ill_formed import (
    MANY,
    Colours,
    Elsewhere,
    Mode,
    State,
    message,
    of_property,
    refusal,
)
from verifier.language import (
    Family,
    ModelError,
    System,
    always,
    record,
    sometimes,
)
from verifier.language.functions import about
from verifier.language.system import bindings

HERE = Mode.__module__
FIELDS = (
    "fields are bool, an Enum, `E | None`, a record, a Family or a frozen dataclass of constants"
)


@dataclass
class Mutable:
    era: str = ""


@pytest.mark.parametrize(
    ("kind", "default", "expected"),
    [
        (int, 0, ("`R.field` has the type `int`", FIELDS)),
        (Mutable, Mutable(), ("`R.field` has the type `Mutable`", FIELDS)),
        (list[bool], None, ("`R.field` has the type `list[bool]`", FIELDS)),
        (bool | None, None, ("`R.field` has the type `bool | None`", FIELDS)),
        (Optional[bool], None, ("`R.field` has the type `typing.Optional[bool]`", FIELDS)),  # noqa: UP045
        (Mode | bool, None, (f"`R.field` has the type `{HERE}.Mode | bool`", FIELDS)),
        (
            Mode | MANY | None,
            None,
            (f"`R.field` has the type `{HERE}.Mode | {MANY.__module__}.MANY | None`", FIELDS),
        ),
        (State | None, None, (f"`R.field` has the type `{HERE}.State | None`", FIELDS)),
        (Mode | None, False, ("`R.field` has the default `False`", "give a `Mode | None`")),
        (MANY | None, None, ("`MANY` has 65 members", "an enum has 1 to 64 members")),
        (
            Optional[Enum("Names", ["None"])],  # noqa: UP045
            None,
            ("`Names` has a member called `None`", "give it another name"),
        ),
        (
            Family[Mode | None, bool],  # type: ignore[type-var]
            None,
            (f"`R.field` is a family over `{HERE}.Mode | None`", "index it by an Enum"),
        ),
        (Colours, Colours.RED, ("`Colours` is a Flag", "use a record with a bit for each flag")),
        (MANY, MANY.M0, ("`MANY` has 65 members", "an enum has 1 to 64 members")),
        (bool, 1, ("`R.field` has the default `1`", "give a `bool`")),
        (Mode, False, ("`R.field` has the default `False`", "give a `Mode`")),
        (State, Elsewhere(), ("`R.field` has the default `Elsewhere()`", "give a `State`")),
        (
            Family[Mode, bool],
            Family({Mode.IDLE: 1}),
            ("`R.field` has the default `1` in a row", "give a `bool`"),
        ),
        (
            Family[Mode, bool],
            Family({True: True}),  # type: ignore[type-var]
            ("`R.field` has a default for `True`", "give a `Mode`"),
        ),
        (
            Family[bool, bool],  # type: ignore[type-var]
            None,
            ("`R.field` is a family over `<class 'bool'>`", "index it by an Enum"),
        ),
        (
            Family[Mode, Family[Mode, bool]],
            None,
            ("`R.field` is a family of families", "make the inner family a record's"),
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_field_of_a_wrong_type_or_default(
    kind: Any, default: Any, expected: tuple[str, str]
) -> None:
    body = {"__annotations__": {"field": kind}, "__module__": __name__}
    made = type("R", (), body if default is None else {**body, "field": default})
    shown = refusal(lambda: record(made))
    assert shown.startswith(expected[0])
    assert shown.endswith(f"  help: {expected[1]}")


def test_methods_that_records_have_themselves() -> None:
    def build() -> object:
        @record
        class Wrong:
            flag: bool = False

            def __eq__(self, other: object) -> bool:
                return True

        return Wrong

    assert "`Wrong` defines `__eq__`" in refusal(build)


def test_a_property_that_is_remembered() -> None:
    def build() -> object:
        @record
        class Wrong:
            flag: bool = False

            @cached_property
            def both(self) -> bool:
                return self.flag

        return Wrong

    assert "`Wrong.both` is remembered" in refusal(build)


# properties


@always("p")
def about_a_bit(flag: bool) -> bool:
    return flag


@always("p")
def about_nothing() -> bool:
    return True


@always("p")
def answers_nothing(state: State) -> None:
    _ = state.flag


@sometimes("p")
def asserts(state: State) -> bool:
    assert state.flag
    return True


def test_a_property_of_no_record() -> None:
    assert of_property(about_a_bit) == message(
        "the parameter `flag` of property `about_a_bit` has the type `bool`",
        place='@always("p")',
        help="the parameters of a property are records",
    )


def test_a_property_of_nothing() -> None:
    assert of_property(about_nothing) == message(
        "the property `about_nothing` takes no records",
        place='@always("p")',
        help="give it records as parameters",
    )


def test_a_property_that_does_not_answer() -> None:
    assert of_property(answers_nothing).startswith(
        "the property `answers_nothing` does not return a bool on every path\n"
    )


def test_a_property_that_asserts() -> None:
    assert of_property(asserts) == message(
        "`asserts` asserts something for an observer or property",
        place="assert state.flag",
        help="assert it in the step",
    )


@record
class Special(State):
    more: bool = False


@record
class Both:
    plain: State = State()
    special: Special = Special(flag=True)


@always("p")
def every_state_is_idle(state: State) -> bool:
    return state.mode == Mode.IDLE


def test_a_property_of_a_record_speaks_about_records_that_extend_it() -> None:
    known = about(every_state_is_idle)
    assert known is not None
    system = System("ill/formed", Both(), ())
    assert [b.places for b in bindings(system, known)] == [((State, 0),), ((Special, 3),)]


class Reset:
    """What is no record and has a value for a field of one."""

    flag = True


def test_a_field_whose_default_is_in_a_base_that_is_no_record() -> None:
    def define() -> None:
        @record
        class Cpu(Reset):
            flag: bool

    assert refusal(define) == message(
        "`Cpu.flag` is annotated without a default, and `Reset` has one",
        place="@record",
        help="give it one: in Python it has that of `Reset`",
    )


def test_a_field_of_a_base_with_a_new_default_and_no_annotation() -> None:
    """In a dataclass it would start as before."""

    def define() -> None:
        @record
        class Other(State):
            flag = True

    assert refusal(define) == message(
        "`Other.flag` has a new default and no annotation",
        place="@record",
        help="annotate it: in a dataclass it would start as the base's field does",
    )


@pytest.mark.parametrize("kind", [bool, Mode, State, Family[Mode, bool]])
def test_a_field_with_the_default_none(kind: Any) -> None:
    made = type("R", (), {"__annotations__": {"field": kind}, "field": None})
    with pytest.raises(ModelError, match=r"`R\.field` has the default `None`"):
        record(made)


def test_a_row_with_the_default_none() -> None:
    row: Any = Family({Mode.IDLE: None})
    made = type("R", (), {"__annotations__": {"field": Family[Mode, bool]}, "field": row})
    with pytest.raises(ModelError, match=r"`R\.field` has the default `None` in a row"):
        record(made)
