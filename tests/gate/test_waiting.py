"""States in which nothing could happen and something can now, found on the circuits."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from verifier.circuit.circuit import Circuit
from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.transition_system import DEADLOCK
from verifier.compiler.translation import compile_system
from verifier.diff.compare import difference
from verifier.engines.contract import Query
from verifier.engines.portfolio import auto
from verifier.evidence.verdicts import Answer, Limits, Unknown
from verifier.gate.weakened.waiting import Waits, waits
from verifier.language import System, assume, record, step


@record
class Lamp:
    on: bool = False
    bright: bool = False


@step
def switch_on(lamp: Lamp) -> None:
    assume(not lamp.on)
    lamp.on = True


@step
def brighten(lamp: Lamp) -> None:
    assume(lamp.on)
    lamp.bright = not lamp.bright


def ending() -> System:
    return System("tried/lamp", Lamp(), (switch_on,))


def going_on() -> System:
    return System("tried/lamp", Lamp(), (switch_on, brighten))


def behaviour(made: Callable[[], System]) -> Behaviour:
    return behaviour_of(compile_system(made(), ()))


SEARCH = partial(auto, limits=Limits(), jobs=1)


def found(
    old: Callable[[], System],
    new: Callable[[], System],
    goals: Sequence[str] = (DEADLOCK,),
    query: Query = SEARCH,
) -> list[Waits | str]:
    was, now = behaviour(old), behaviour(new)
    return list(waits(was, now, difference(was, now), goals, query))


def test_a_state_in_which_nothing_could_happen_is_reached() -> None:
    [one] = found(ending, going_on)
    assert isinstance(one, Waits)
    assert (one.depth, one.example["on"]) == (1, True)


def test_where_there_was_no_such_state_or_nobody_asks_none_is_found() -> None:
    assert found(going_on, going_on) == []
    assert found(ending, going_on, ()) == []


def test_what_a_search_leaves_open_is_reported() -> None:
    def tired(_: Circuit, goals: Sequence[str]) -> Mapping[str, Answer]:
        return {goal: Unknown("bmc", "out of time", 3, 0.0) for goal in goals}

    assert found(ending, going_on, query=tired) == [
        "not known whether tried/lamp reaches a state in which nothing could happen: out of time"
    ]
