"""What a property under another name claims, case by case, found on the circuits."""

from collections.abc import Callable

import pytest

from tests.diff.names import AROUND_THE_THRESHOLD, called
from verifier.compiler.behaviour import Behaviour
from verifier.gate.weakened.claims import claims_of
from verifier.gate.weakened.comparing import renamed_goals
from verifier.gate.weakened.implied import Implied
from verifier.language import System, always, record, sometimes, step
from verifier.language.functions import about


@record
class Lamp:
    on: bool = False
    hot: bool = False


@step
def switch(lamp: Lamp, on: bool) -> None:
    lamp.hot = lamp.on
    lamp.on = on


@always("before")
def it_is_not_hot_at_once(lamp: Lamp) -> bool:
    return not lamp.hot or lamp.on


@sometimes("before")
def it_shines(lamp: Lamp) -> bool:
    return lamp.on


@sometimes("before")
def it_is_hot(lamp: Lamp) -> bool:
    return lamp.hot


@sometimes("other")
def it_is_cold(lamp: Lamp) -> bool:
    return not lamp.hot


@always("after")
def only_what_shines_is_hot(lamp: Lamp) -> bool:
    return lamp.on or not lamp.hot


@sometimes("after")
def it_has_warmed_up(lamp: Lamp) -> bool:
    return lamp.hot


@sometimes("after")
def it_is_bright(lamp: Lamp) -> bool:
    return lamp.on


@sometimes("after")
def it_is_bright_and_hot(lamp: Lamp) -> bool:
    return lamp.on and lamp.hot


def claims(*functions: Callable[..., bool]) -> Behaviour:
    known = [each for each in map(about, (*functions, it_is_cold)) if each is not None]
    return claims_of(System("tried/lamp", Lamp(), (switch,)), known)


BEFORE = claims(it_is_not_hot_at_once, it_shines, it_is_hot)


def test_cases_of_a_property_under_another_name_are_those_that_demand_as_much() -> None:
    after = claims(only_what_shines_is_hot, it_has_warmed_up, it_is_bright)
    assert Implied(BEFORE, after, {}).renamed(["before"]) == {
        "before": "after",
        "sometimes:it_shines": "sometimes:it_is_bright",
        "sometimes:it_is_hot": "sometimes:it_has_warmed_up",
    }


def test_a_case_that_demands_more_stands_for_one_as_well() -> None:
    after = claims(only_what_shines_is_hot, it_is_bright_and_hot)
    assert Implied(BEFORE, after, {}).renamed(["before"]) == {
        "before": "after",
        "sometimes:it_shines": "sometimes:it_is_bright_and_hot",
        "sometimes:it_is_hot": "sometimes:it_is_bright_and_hot",
    }


def test_a_property_with_a_case_less_is_no_heir() -> None:
    after = claims(only_what_shines_is_hot, it_is_bright)
    assert Implied(BEFORE, after, {}).renamed(["before"]) == {}


@pytest.mark.parametrize(("was", "now", "is_similar"), AROUND_THE_THRESHOLD)
def test_a_property_about_an_event_of_another_name_is_an_heir_where_that_is_similar(
    was: str, now: str, is_similar: bool
) -> None:
    before = called(BEFORE, {"hot": was})
    after = called(claims(only_what_shines_is_hot, it_has_warmed_up, it_is_bright), {"hot": now})
    assert (renamed_goals(before, after).get("before") == "after") == is_similar
