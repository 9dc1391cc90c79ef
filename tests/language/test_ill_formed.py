"""Systems, steps, records and properties that are refused, with the whole message."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, Flag
from functools import cached_property
from typing import Any, Optional

import pytest

from verifier.language import (
    Family,
    ModelError,
    System,
    abstracts,
    always,
    record,
    sometimes,
    step,
)
from verifier.language import varying as compiling
from verifier.language.compiling import compile_system
from verifier.language.functions import ModelFunction, about
from verifier.language.system import bindings


class Mode(Enum):
    IDLE = 0
    BUSY = 1


class Colours(Flag):
    RED = 1
    BLUE = 2


MANY = Enum("MANY", [f"M{i}" for i in range(65)])  # type: ignore[misc]


@record
class State:
    flag: bool = False
    other: bool = False
    mode: Mode = Mode.IDLE


@record
class Elsewhere:
    flag: bool = False


VARYING = ("flag", "other", "mode")


def refusal(build: Callable[[], object]) -> str:
    """The message and mend, the place as line of this file."""
    with pytest.raises(ModelError) as caught:
        build()
    error = caught.value
    if error.place is None:
        return str(error)
    assert error.place.file == __file__
    with open(__file__, encoding="utf-8") as file:
        line = file.read().splitlines()[error.place.line - 1]
    return str(error).replace(str(error.place), line.strip())


def of_system(*steps: Any, arbitrary: tuple[str, ...] = VARYING) -> str:
    system = System("ill/formed", State(), steps, arbitrary=arbitrary)
    return refusal(lambda: compile_system(system, []))


def of_property(function: object) -> str:
    known = about(function)
    assert isinstance(known, ModelFunction)
    system = System("ill/formed", State(), (idle,), arbitrary=VARYING)
    return refusal(lambda: compile_system(system, [known]))


def message(text: str, *, place: str = "", mend: str = "") -> str:
    lines = [text, *([f"  --> {place}"] if place else []), *([f"  help: {mend}"] if mend else [])]
    return "\n".join(lines)


@step
def idle(s: State) -> None:
    s.flag = s.other


# steps


def undecorated(s: State) -> None:
    s.flag = True


@step
def chosen_by_number(s: State, number: int) -> None:
    s.flag = number == 1


@step
def untyped(s: State, bit) -> None:  # type: ignore[no-untyped-def]
    s.flag = bit


@step
def of_another_state(s: Elsewhere) -> None:
    s.flag = True


@step
def one_of_many(s: State, many: MANY) -> None:  # type: ignore[valid-type]
    s.flag = many == MANY.M1


def test_a_step_that_is_no_step() -> None:
    assert of_system(undecorated) == message(
        "`undecorated` is listed as a step of `ill/formed` but is not decorated with `@step`",
        place="def undecorated(s: State) -> None:",
        mend="decorate it with @step",
    )


def test_a_choice_that_is_no_bool_or_enum() -> None:
    assert of_system(chosen_by_number) == message(
        "the choice `number` of step `chosen_by_number` is a `int`",
        place="@step",
        mend="choices are bool or an Enum",
    )


def test_a_choice_without_a_type() -> None:
    assert of_system(untyped) == message(
        "the parameter `bit` of `untyped` has no type",
        place="@step",
        mend="annotate every parameter",
    )


def test_a_choice_of_a_large_enum() -> None:
    assert "`MANY` has 65 members\n" in of_system(one_of_many)


def test_a_step_of_another_state() -> None:
    assert of_system(of_another_state) == message(
        "the first parameter of step `of_another_state` is not the state of `ill/formed`",
        place="@step",
        mend="it is a `State`",
    )


def test_two_steps_of_one_name() -> None:
    assert of_system(idle, idle) == message(
        "`ill/formed` has 2 steps called `idle`",
        place="@step",
        mend="give each step a name of its own",
    )


def test_an_arbitrary_field_that_does_not_exist() -> None:
    assert of_system(idle, arbitrary=("falg",)) == message(
        "`ill/formed` has no field `falg` to be arbitrary",
        place='system = System("ill/formed", State(), steps, arbitrary=arbitrary)',
        mend="did you mean `flag`?",
    )


def test_a_lambda_is_no_model_function() -> None:
    assert refusal(lambda: step(lambda _: None)) == message(
        "a lambda is made a model function",
        place="assert refusal(lambda: step(lambda _: None)) == message(",
        mend="write it with def and a name",
    )


# what steps do


@step
def never_ends(s: State) -> None:
    for _ in iter(bool, True):
        s.flag = True


@step
def calls_itself(s: State) -> None:
    again(s)


@abstracts("calls itself")
def again(s: State) -> None:
    again(s)


@step
def recurses_plainly(s: State) -> None:
    plainly(s)


def plainly(s: State) -> None:
    plainly(s)


@step
def raises(s: State) -> None:
    if s.flag:
        {Mode.IDLE: 1}[Mode.BUSY]


@step
def two_types(s: State) -> None:
    bit_or_mode(s)


@abstracts("a bit or a mode")
def bit_or_mode(s: State) -> object:
    return s.mode if s.flag else s.flag


@step
def perhaps(s: State) -> None:
    mode_or_none(s)


@abstracts("a mode or None")
def mode_or_none(s: State) -> Mode | None:
    if s.flag:
        return s.mode
    return None


@step
def two_enums(s: State) -> None:
    mode_or_other(s)


class Other(Enum):
    X = 0


@abstracts("members of two enums")
def mode_or_other(s: State) -> Enum:
    return s.mode if s.flag else Other.X


@step
def listed(s: State) -> None:
    both(s)


@abstracts("a list")
def both(s: State) -> list[bool]:
    return [s.flag, s.other]


@step
def unsteady(s: State) -> None:
    if changes() and s.flag:
        s.other = True
    elif s.mode == Mode.BUSY:
        s.other = False


class Tally:
    seen = False


def changes() -> bool:
    """Assigns to a class, which only models from a project are guarded against."""
    tally = Tally
    tally.seen = not tally.seen
    return tally.seen


def test_a_step_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "SECONDS", 0.2)
    assert of_system(never_ends).startswith(
        "step `never_ends` of `ill/formed` does not end: stopped after 0.2 seconds\n  --> "
    )


@pytest.mark.parametrize(
    ("body", "line"), [(calls_itself, "again(s)"), (recurses_plainly, "plainly(s)")]
)
def test_recursion_without_end(body: Any, line: str) -> None:
    assert of_system(body) == message(
        f"step `{body.__name__}` of `ill/formed` nests its calls without end, or too deeply",
        place=line,
        mend="let it end soon: what it calls must not depend on symbolic values alone",
    )


def test_a_step_that_raises() -> None:
    assert of_system(raises) == message(
        "step `raises` of `ill/formed` raises KeyError: <Mode.BUSY: 1>",
        place="{Mode.IDLE: 1}[Mode.BUSY]",
        mend="a model runs on every state that its fields can have",
    )


@pytest.mark.parametrize(
    ("body", "what", "place"),
    [
        (
            two_types,
            "`bit_or_mode` returns `<symbolic Mode mode>` on one path and `False` on another",
            '@abstracts("a bit or a mode")',
        ),
        (
            perhaps,
            "`mode_or_none` returns `<symbolic Mode mode>` on one path and `None` on another",
            '@abstracts("a mode or None")',
        ),
    ],
)
def test_a_function_that_returns_values_of_two_types(body: Any, what: str, place: str) -> None:
    mend = "return values of one type: bools, members of one enum, records or tuples of them"
    assert of_system(body) == message(what, place=place, mend=mend)


def test_a_function_that_returns_members_of_two_enums() -> None:
    assert of_system(two_enums) == message(
        "`mode_or_other` returns members of two enums",
        place='@abstracts("members of two enums")',
        mend="return members of one enum",
    )


def test_a_function_that_returns_a_list() -> None:
    assert of_system(listed) == message(
        "`both` returns a `list`",
        place='@abstracts("a list")',
        mend="return bools, members of an enum, records or tuples of them",
    )


def test_a_function_that_does_something_else_when_it_is_run_again() -> None:
    assert "a model function does something else when it is run again\n" in of_system(unsteady)


def test_models_compile_off_the_main_thread_too() -> None:
    found: list[object] = []
    system = System("ill/formed", State(), (idle,), arbitrary=VARYING)
    thread = threading.Thread(target=lambda: found.append(compile_system(system, [])))
    thread.start()
    thread.join()
    assert found


# records

FIELDS = "fields are bool, an Enum, a record, a Family or a frozen dataclass of constants"


@dataclass
class Mutable:
    era: str = ""


@pytest.mark.parametrize(
    ("kind", "default", "expected"),
    [
        (int, 0, ("`R.field` is a `int`", FIELDS)),
        (Mutable, Mutable(), ("`R.field` is a `Mutable`", FIELDS)),
        (list[bool], None, ("`R.field` is a `list[bool]`", FIELDS)),
        (Optional[Mode], None, ("`R.field` is a `typing.Optional[", FIELDS)),  # noqa: UP045
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
    state.flag  # noqa: B018


@sometimes("p")
def asserts(state: State) -> bool:
    assert state.flag
    return True


def test_a_property_of_no_record() -> None:
    assert of_property(about_a_bit) == message(
        "the parameter `flag` of property `about_a_bit` is a `bool`",
        place='@always("p")',
        mend="a property speaks about records",
    )


def test_a_property_of_nothing() -> None:
    assert of_property(about_nothing) == message(
        "the property `about_nothing` speaks about nothing",
        place='@always("p")',
        mend="give it records as parameters",
    )


def test_a_property_that_does_not_answer() -> None:
    assert of_property(answers_nothing).startswith(
        "the property `answers_nothing` does not return a bool on every path\n"
    )


def test_a_property_that_asserts() -> None:
    assert of_property(asserts) == message(
        "`asserts` asserts something for an observer or property",
        place="assert state.flag",
        mend="assert it in the step",
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
