"""Steps that do what no model does: each refused with its place and what helps."""

import threading
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest

from tests.language.ill_formed import VARYING, Mode, State, idle, message, of_system
from verifier.compiler import step_exploration as compiling
from verifier.compiler.translation import compile_system
from verifier.language import (
    System,
    abstracts,
    step,
)


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
def misspells_a_member(s: State) -> None:
    s.mode = Mode.busy  # type: ignore[attr-defined]


@step
def two_types(s: State) -> None:
    bit_or_mode(s)


@abstracts("a bit or a mode")
def bit_or_mode(s: State) -> object:
    return s.mode if s.flag else s.flag


@dataclass(frozen=True)
class Built:
    """How a kernel is built."""

    eager: bool
    version: int


@step
def two_numbers(s: State) -> None:
    built(s)


@abstracts("one of two kernels, in a tuple")
def built(s: State) -> tuple[bool, Built]:
    return s.flag, Built(True, 1) if s.flag else Built(False, 2)


@step
def perhaps(s: State) -> None:
    bit_or_none(s)


@abstracts("a bit or None")
def bit_or_none(s: State) -> bool | None:
    if s.flag:
        return s.flag ^ True
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
        "step `never_ends` of `ill/formed` timed out after 0.2 seconds\n  --> "
    )


@pytest.mark.parametrize(
    ("body", "line"), [(calls_itself, "again(s)"), (recurses_plainly, "plainly(s)")]
)
def test_recursion_without_end(body: Any, line: str) -> None:
    assert of_system(body) == message(
        f"step `{body.__name__}` of `ill/formed` nests its calls without end, or too deeply",
        place=line,
        help="bound it by something that is not symbolic, such as a counter or a constant",
    )


def test_a_step_that_raises() -> None:
    assert of_system(raises) == message(
        "step `raises` of `ill/formed` raises KeyError: <Mode.BUSY: 1>",
        place="{Mode.IDLE: 1}[Mode.BUSY]",
        help="a model runs on every state that its fields can have",
    )


def test_a_step_that_asks_for_a_member_that_is_not_there() -> None:
    assert of_system(misspells_a_member) == message(
        "step `misspells_a_member` of `ill/formed` raises AttributeError: busy",
        place="s.mode = Mode.busy  # type: ignore[attr-defined]",
        help="did you mean `BUSY`?",
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
            two_numbers,
            "`built` returns `1` as `[1].version` on one path and `2` on another",
            '@abstracts("one of two kernels, in a tuple")',
        ),
        (
            perhaps,
            "`bit_or_none` returns `False` on one path and `None` on another",
            '@abstracts("a bit or None")',
        ),
    ],
)
def test_a_function_that_returns_values_of_two_types(body: Any, what: str, place: str) -> None:
    help = "return values of one type: bools, members of one enum, records or tuples of them"
    assert of_system(body) == message(what, place=place, help=help)


def test_a_function_that_returns_members_of_two_enums() -> None:
    assert of_system(two_enums) == message(
        "`mode_or_other` returns members of two enums",
        place='@abstracts("members of two enums")',
        help="return members of one enum",
    )


def test_a_function_that_returns_a_list() -> None:
    assert of_system(listed) == message(
        "`both` returns a `list`",
        place='@abstracts("a list")',
        help="return bools, members of an enum, records or tuples of them",
    )


def test_a_function_that_does_something_else_when_it_is_run_again() -> None:
    assert "a model function is not deterministic\n" in of_system(unsteady)


def test_models_compile_off_the_main_thread_too() -> None:
    found: list[object] = []
    system = System("ill/formed", State(), (idle,), arbitrary=VARYING)
    thread = threading.Thread(target=lambda: found.append(compile_system(system, [])))
    thread.start()
    thread.join()
    assert found
