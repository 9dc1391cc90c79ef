"""Whether the sources of a system contain an assertion, wherever its steps come to it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import pytest

from verifier.circuit.aig import FALSE
from verifier.compiler.assertions import asserts
from verifier.compiler.transition_system import ASSERTIONS
from verifier.compiler.translation import compile_system
from verifier.language import System, abstracts, record, step
from verifier.language.packages import bundled_root
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load


@dataclass(frozen=True)
class Era:
    """Functions of a version."""

    strict: Callable[..., None]
    plain: Callable[..., None]


@record
class Part:
    on: bool = False

    def check(self) -> None:
        assert self.on, "the part is on"

    def look(self) -> bool:
        return self.on

    @property
    def checked(self) -> bool:
        assert self.on, "the part is on"
        return self.on


@abstracts("asserts")
def strictly(part: Part) -> None:
    assert part.on


@abstracts("does nothing")
def plainly(part: Part) -> None:
    part.on = not part.on


def helper(part: Part) -> None:
    if part.on:
        raise AssertionError("the part is on")


@record
class State:
    era: Era
    part: Part = Part()


@step
def directly(s: State) -> None:
    assert s.part.on


@step
def by_a_call(s: State) -> None:
    strictly(s.part)


@step
def by_a_plain_function(s: State) -> None:
    helper(s.part)


@step
def by_a_method(s: State) -> None:
    s.part.check()


@step
def by_a_property(s: State) -> None:
    s.part.on = s.part.checked


@step
def by_the_era(s: State) -> None:
    s.era.strict(s.part)


FAILED = AssertionError


@step
def by_another_name(s: State) -> None:
    if s.part.on:
        raise FAILED("the part is on")


@dataclass(frozen=True)
class Guard:
    on: bool

    def __post_init__(self) -> None:
        assert self.on

    def __or__(self, other: bool) -> bool:
        return other


class Tools:
    checks = (strictly,)


class How(Enum):
    HARD = 0
    SOFT = 1

    def check(self, on: bool) -> None:
        assert self is How.SOFT or on


@step
def by_making_an_object(s: State) -> None:
    s.part.on = Guard(s.part.on) | True


@step
def by_a_choice(s: State, how: How) -> None:
    s.part.on = how == How.HARD


def applied(part: Part, check: Callable[..., None] = strictly) -> None:
    check(part)


@step
def by_a_default(s: State) -> None:
    applied(s.part)


@step
def by_a_class(s: State) -> None:
    Tools.checks[0](s.part)


TABLE = {"a": (plainly, strictly)}


@step
def by_a_table(s: State) -> None:
    TABLE["a"][1](s.part)


@step
def never(s: State) -> None:
    s.era.plain(s.part)
    s.part.on = s.part.look() & bool(os.sep)


@record
class Bare:
    on: bool = False


@step
def quietly(bare: Bare) -> None:
    bare.on = not bare.on


ERA = Era(strict=strictly, plain=plainly)
STATE = State(era=ERA)


@pytest.mark.parametrize(
    "function",
    [
        *(directly, by_a_call, by_a_plain_function, by_a_method),
        *(by_a_property, by_the_era, by_a_table, by_another_name),
        *(by_making_an_object, by_a_choice, by_a_default, by_a_class),
    ],
)
def test_an_assertion_is_found_wherever_a_step_comes_to_it(function: Callable[..., None]) -> None:
    assert asserts(System("asserting/some", STATE, (never, function)))


def test_what_no_step_names_does_not_count() -> None:
    assert not asserts(System("asserting/none", Bare(), (quietly,)))


def test_an_assertion_that_cannot_fail_is_a_property_all_the_same() -> None:
    @step
    def safely(s: State) -> None:
        assert s.part.on or not s.part.on

    bad = compile_system(System("asserting/safe", STATE, (safely,)), ()).circuit.bad
    assert bad[ASSERTIONS] == FALSE


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(bundled_root())


def test_every_system_that_can_fail_an_assertion_is_known_to_have_one(
    catalogue: Catalogue,
) -> None:
    for name in ("native/lazy-v3.4", "kvm-vmx/v4.20", "stack/kvm-linux"):
        compiled = compile_system(catalogue.systems[name], ())
        assert ASSERTIONS in compiled.circuit.bad
        assert catalogue.contains_assertion(catalogue.systems[name])
