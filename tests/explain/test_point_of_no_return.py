"""What is found by searching from a state of an execution."""

from tests.evidence.lazy_project import compiled, project, trace
from verifier.audit.trace_replay import moves_of, start_of
from verifier.evidence.verdicts import Limits
from verifier.execution.machine import Machine, Move, Stopped
from verifier.explain.point_of_no_return import doomed_after, violation_ahead

LIMITS = Limits(depth=20, seconds=20)


def followed() -> tuple[list[object], list[Move]]:
    system = project().systems["lazy/broken"]
    start, moves = start_of(system, trace()), moves_of(system, trace())
    assert not isinstance(start, str)
    assert not isinstance(moves, Stopped)
    return start, moves


def test_the_shortest_violation_from_a_state_is_found_and_can_be_taken() -> None:
    start, moves = followed()
    machine = Machine(project().systems["lazy/broken"], start)
    machine.move(moves[0])
    ahead = violation_ahead(compiled("lazy/broken"), machine.values, "isolation", LIMITS)
    assert ahead.moves is not None
    assert [step.name for step, _ in ahead.moves] == ["switch_to", "use_fpu"]
    assert all(machine.move(move) is not None for move in ahead.moves)


def test_where_nothing_is_violated_the_depth_is_told() -> None:
    system = compiled("lazy/fixed")
    values = system.system.initial_values
    ahead = violation_ahead(system, values, "isolation", Limits(depth=5, seconds=20))
    assert ahead.moves is None
    assert "within 5 steps" in ahead.says


def test_the_step_that_settles_the_violation_is_found() -> None:
    start, moves = followed()
    assert doomed_after(compiled("lazy/broken"), trace(), start, moves, LIMITS) == 3


def test_nothing_is_claimed_without_time() -> None:
    start, moves = followed()
    none = Limits(depth=0, seconds=0.0)
    assert doomed_after(compiled("lazy/broken"), trace(), start, moves, none) in (0, 3)
