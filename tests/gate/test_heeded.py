"""Choices that a step takes and does not heed any more, found on the circuits."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pytest

from verifier.circuit.circuit import Circuit
from verifier.compiler.behaviour import Behaviour, behaviour_of
from verifier.compiler.translation import compile_system
from verifier.diff.compare import difference
from verifier.engines.contract import Query
from verifier.engines.portfolio import auto
from verifier.evidence.verdicts import Answer, Limits, Unknown
from verifier.gate.weakened import heeded
from verifier.gate.weakened.heeded import Unheeded, unheeded
from verifier.language import System, assume, ghost, record, step


@ghost
class Note:
    last: bool = False


@record
class Machine:
    on: bool = False
    off: bool = False
    note: Note = Note()


def switching() -> System:
    @step
    def switch(machine: Machine, value: bool) -> None:
        machine.on = value
        machine.note.last = value

    return System("tried/switch", Machine(), (switch,))


def noting() -> System:
    @step
    def switch(machine: Machine, value: bool) -> None:
        machine.on = True
        machine.note.last = value

    return System("tried/switch", Machine(), (switch,))


def twice() -> System:
    @step
    def switch(machine: Machine, value: bool) -> None:
        machine.off = value
        machine.on = value
        machine.note.last = value

    return System("tried/switch", Machine(), (switch,))


def narrower() -> System:
    @step
    def switch(machine: Machine, value: bool) -> None:
        assume(not machine.on)
        machine.on = True
        machine.note.last = value

    return System("tried/switch", Machine(), (switch,))


def behaviour(made: Callable[[], System]) -> Behaviour:
    return behaviour_of(compile_system(made(), ()))


SEARCH = partial(auto, limits=Limits(), jobs=1)


def found(
    old: Callable[[], System],
    new: Callable[[], System],
    query: Query = SEARCH,
) -> list[Unheeded | str]:
    was, now = behaviour(old), behaviour(new)
    return list(unheeded(was, now, difference(was, now), query))


@pytest.mark.parametrize("new", [noting, narrower])
def test_a_choice_that_only_a_ghost_still_heeds_is_not_heeded(new: Callable[[], System]) -> None:
    [one] = found(switching, new)
    assert isinstance(one, Unheeded)
    assert (one.step, one.choice, set(one.values)) == ("switch", "value", {False, True})


@pytest.mark.parametrize("new", [switching, twice])
def test_a_choice_that_leads_elsewhere_for_each_value_is_heeded(new: Callable[[], System]) -> None:
    assert found(switching, new) == []


def test_what_a_search_leaves_open_is_reported_value_by_value() -> None:
    def tired(_: Circuit, goals: Sequence[str]) -> Mapping[str, Answer]:
        return {goal: Unknown("bmc", "out of time", 3, 0.0) for goal in goals}

    assert found(switching, noting, tired) == [
        f"not known whether `value` {value} of `switch` matters in tried/switch: out of time"
        for value in (False, True)
    ]


def test_a_choice_of_very_many_values_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heeded, "MANY", 1)
    assert found(switching, noting) == [
        "not checked whether `value` of `switch` in tried/switch still matters: "
        "it has more than 1 values"
    ]
