"""What is found by searching from a state of an execution."""

from tests.evidence.lazy_project import compiled, execution
from verifier.evidence.verdicts import Limits
from verifier.execution.conversions import execution_of_run
from verifier.execution.execution import Execution
from verifier.explain.point_of_no_return import unavoidable_after, violation_ahead

LIMITS = Limits(depth=20, seconds=20)


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


def test_the_step_that_settles_the_violation_is_found() -> None:
    assert unavoidable_after(compiled("lazy/broken"), execution(), "isolation", LIMITS) == 3


def test_nothing_is_claimed_without_time() -> None:
    none = Limits(depth=0, seconds=0.0)
    assert unavoidable_after(compiled("lazy/broken"), execution(), "isolation", none) == 0
