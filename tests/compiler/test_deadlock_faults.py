"""The output `deadlock` is compared with plain Python: faults of it are found."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.compiler.faults import Fault, Patch, compared, refusal
from tests.compiler.machines import (
    Deep,
    Digit,
    Machine,
    Row,
    lowest,
    settle,
)
from verifier.circuit.aig import FALSE, TRUE
from verifier.compiler import outcomes
from verifier.compiler.translation import Steps
from verifier.language import System, assume, step

DEADLOCKS: list[Fault] = []


def of_deadlock(put: Fault) -> Fault:
    DEADLOCKS.append(put)
    return put


def with_deadlock(patch: Patch, changed: Callable[[Steps, int], int]) -> None:
    """Make the output `deadlock` another one when circuits are made."""
    stuck = Steps.stuck

    def other(self: Steps, latches: Any) -> dict[str, int]:
        found = stuck(self, latches)
        return {name: changed(self, literal) for name, literal in found.items()}

    patch.setattr(Steps, "stuck", other)


@of_deadlock
def the_system_is_taken_to_go_on_for_ever(patch: Patch) -> None:
    with_deadlock(patch, lambda _steps, _literal: FALSE)


@of_deadlock
def the_system_is_taken_to_stand_still_at_once(patch: Patch) -> None:
    with_deadlock(patch, lambda _steps, _literal: TRUE)


@of_deadlock
def the_system_is_taken_to_stand_still_once_it_has(patch: Patch) -> None:
    with_deadlock(patch, lambda self, _literal: self.graph.any(self.able) ^ 1)


@of_deadlock
def a_step_is_taken_to_be_enabled_if_each_choice_enables_it(patch: Patch) -> None:
    for_some = Steps._for_some_choices

    def for_each(self: Steps, step: Any, begun: int) -> int:
        return for_some(self, step, begun ^ 1) ^ 1

    patch.setattr(Steps, "_for_some_choices", for_each)


@of_deadlock
def a_step_is_taken_to_be_enabled_whatever_the_state(patch: Patch) -> None:
    patch.setattr(Steps, "_for_some_choices", lambda _steps, _step, _begun: TRUE)


@step
def press(machine: Machine, row: Row, really: bool) -> None:
    """Goes on if a choice agrees."""
    assume(machine.a and (really or row == Row.C))
    machine.a = False


STANDING = System("tried/standing", Machine(a=True), (press, settle))


@pytest.mark.parametrize("put", DEADLOCKS, ids=lambda put: put.__name__)
def test_a_fault_in_the_output_deadlock_is_found(put: Fault, monkeypatch: Patch) -> None:
    assert compared(STANDING).compared > 0
    put(monkeypatch)
    message = refusal(STANDING).message
    assert "circuit and Python differ" in message
    assert "the violation of `deadlock` is" in message


@step
def sink(deep: Deep, digit: Digit, right: bool) -> None:
    """Enabled unless all digits are set."""
    assume(lowest(deep))
    deep.right = right
    deep.digits[digit] = True


@step
def rise(deep: Deep) -> None:
    """Enabled in one state only."""
    assume(deep.digits[Digit["D0"]] and not lowest(deep) and deep.right)
    deep.digits[Digit["D0"]] = False


@pytest.mark.parametrize("steps", [(sink,), (sink, rise)])
def test_the_one_state_of_2_to_the_40_without_an_enabled_step_is_found(
    steps: tuple[Callable[..., None], ...], monkeypatch: Patch
) -> None:
    the_system_is_taken_to_go_on_for_ever(monkeypatch)
    message = refusal(System("tried/sinking", Deep(), steps)).message
    assert "the violation of `deadlock` is False in the circuit and True in Python" in message


def test_a_step_that_is_lost_from_deadlock_is_found_in_the_one_state_where_it_alone_is_enabled(
    monkeypatch: Patch,
) -> None:
    able = Steps._for_some_choices

    def losing(self: Steps, step: Any, begun: int) -> int:
        return FALSE if step.name == "rise" else able(self, step, begun)

    monkeypatch.setattr(Steps, "_for_some_choices", losing)
    message = refusal(System("tried/rising", Deep(), (sink, rise))).message
    assert "the violation of `deadlock` is True in the circuit and False in Python" in message


def test_a_system_whose_deadlock_takes_too_many_attempts_to_compare_is_refused(
    monkeypatch: Patch,
) -> None:
    monkeypatch.setattr(outcomes, "ATTEMPTS", 3)
    message = refusal(STANDING).message
    assert "is enabled takes too many attempts with other choices" in message


def test_a_system_that_may_end_is_compared_without_deadlock(monkeypatch: Patch) -> None:
    the_system_is_taken_to_stand_still_at_once(monkeypatch)
    assert compared(System("tried/ends", Machine(), (settle,), may_end=True)).compared > 0


def test_a_system_that_may_end_takes_no_attempts_to_find_out_whether_it_does(
    monkeypatch: Patch,
) -> None:
    monkeypatch.setattr(outcomes, "ATTEMPTS", 3)
    ends = System("tried/ends", Machine(a=True), (press, settle), may_end=True)
    assert compared(ends).compared > 0
