"""What is found by searching from a state of an execution."""

import pytest

from tests.evidence.lazy_project import compiled, execution
from tests.explain.fuse import FUSE, along, can_escape, violating
from verifier.engines.pdr import pdr
from verifier.evidence.verdicts import Limits
from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Execution
from verifier.explain.point_of_no_return import unavoidable_after, violation_ahead

LIMITS = Limits(depth=20, seconds=20)
NONE = Limits(depth=0, seconds=0.0)


def test_the_shortest_violation_from_a_state_is_found_and_can_be_taken() -> None:
    machine = execution().until(1).machine()
    run, _ = violation_ahead(compiled("lazy/broken"), machine.values, "isolation", LIMITS)
    assert run is not None
    assert [step for step, _ in run.moves] == ["switch_to", "use_fpu"]
    ahead = execution_of_run(machine.system, (), run)
    assert isinstance(ahead, Execution)
    assert all(machine.move(move) is not None for move in ahead.moves)


def test_where_nothing_is_violated_the_depth_is_reported() -> None:
    system = compiled("lazy/fixed")
    values = system.system.initial_values
    run, says = violation_ahead(system, values, "isolation", Limits(depth=5, seconds=20))
    assert run is None
    assert "within 5 steps" in says


def test_a_property_that_the_system_does_not_have_is_reported() -> None:
    ahead = violation_ahead(FUSE, FUSE.system.initial_values, "safty", LIMITS)
    assert ahead == (None, "`explain/fuse` has no property `safty` to violate")


def test_the_last_step_is_the_point_of_no_return_where_another_could_be_taken() -> None:
    assert unavoidable_after(compiled("lazy/broken"), execution(), "isolation", LIMITS) == 3


def test_nothing_is_claimed_without_time() -> None:
    assert unavoidable_after(compiled("lazy/broken"), execution(), "isolation", NONE) == 0


def test_a_violation_can_be_unavoidable_long_before_the_last_step() -> None:
    harm = along("turn", "light", "cover", "turn", "turn", "blow")
    assert harm.violation("safety") == "nobody_is_hurt"
    assert unavoidable_after(FUSE, harm, "safety", LIMITS) == 3


def test_the_point_of_no_return_is_where_an_explicit_search_finds_it() -> None:
    found = set()
    for violated in violating(walks=60, longest=10):
        last = len(violated.moves)
        open_after = [
            number
            for number, values in enumerate(violated.states[:last])
            if can_escape(values, violated.moves[-1][0].name)
        ]
        expected = max(open_after, default=0) + 1
        assert unavoidable_after(FUSE, violated, "safety", LIMITS) == expected
        found.add((last, expected))
    assert {(1, 1), (3, 1), (4, 3), (5, 3)} <= found, "first steps, and ones in the middle"


def test_what_was_found_before_the_time_is_over_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searches = iter([LIMITS, NONE])
    monkeypatch.setattr(
        "verifier.engines.pdr.pdr", lambda circuit, goals, *_: pdr(circuit, goals, next(searches))
    )
    harm = along("turn", "light", "cover", "turn", "turn", "blow")
    assert unavoidable_after(FUSE, harm, "safety", LIMITS) == 5
