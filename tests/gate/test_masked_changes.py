"""Properties that hold only because a step is possible less, found on the circuits."""

from collections.abc import Callable
from functools import partial

import pytest

from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.translation import compile_system
from verifier.diff.compare import difference
from verifier.engines.portfolio import auto
from verifier.evidence.verdicts import Limits
from verifier.gate.masked_changes import masked
from verifier.language import System, always, assume, record, step
from verifier.language.functions import about


@record
class Oven:
    ready: bool = False
    cold: bool = False
    on: bool = False
    wrong: bool = False


@always("safety")
def nothing_is_wrong(oven: Oven) -> bool:
    return not oven.wrong


@step
def prepare(oven: Oven) -> None:
    assume(not oven.cold)
    oven.ready = True


@step
def cool(oven: Oven) -> None:
    assume(not oven.ready)
    oven.cold = True


def whenever() -> System:
    @step
    def heat(oven: Oven) -> None:
        oven.on = not oven.on
        oven.wrong = oven.ready

    return System("tried/oven", Oven(), (prepare, cool, heat))


def never_when_ready() -> System:
    @step
    def heat(oven: Oven) -> None:
        assume(not oven.ready)
        oven.on = not oven.on
        oven.wrong = oven.ready

    return System("tried/oven", Oven(), (prepare, cool, heat))


def repaired_and_never_when_cold() -> System:
    @step
    def heat(oven: Oven) -> None:
        assume(not oven.cold)
        oven.on = not oven.on

    return System("tried/oven", Oven(), (prepare, cool, heat))


def behaviour(made: Callable[[], System]) -> Behaviour:
    claim = about(nothing_is_wrong)
    assert claim is not None
    return behaviour_of(compile_system(made(), (claim,)))


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (
            never_when_ready,
            [
                "tried/oven/safety holds only because `heat` does less where it did something: "
                "else it is violated after 2 steps"
            ],
        ),
        (repaired_and_never_when_cold, []),
    ],
)
def test_a_step_hides_what_it_would_violate_where_it_is_not_possible_any_more(
    new: Callable[[], System], words: list[str]
) -> None:
    """What the change repairs elsewhere in the step is not hidden."""
    was, now = behaviour(whenever), behaviour(new)
    query = partial(auto, limits=Limits(), jobs=1)
    assert list(masked(was, now, difference(was, now), ["safety"], (), query)) == words
