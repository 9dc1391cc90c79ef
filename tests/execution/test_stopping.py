"""Where a machine stops, and where it stands: replay and circuit agree about every path."""

from collections.abc import Iterator
from itertools import product

import msgspec
import pytest

from tests.evidence.kettle import kettle, pour
from verifier.audit.audit import rejection, run_rejection
from verifier.audit.proof_checking import path_violates, reached
from verifier.audit.trace_replay import replayed
from verifier.check.check import decide
from verifier.check.reuse import leading
from verifier.check.witness import occurrence
from verifier.compiler.transition_system import ASSERTIONS, TransitionSystem
from verifier.engines.bmc import bmc
from verifier.engines.pdr import pdr
from verifier.evidence.bundle import Run
from verifier.evidence.saved_execution import saved_trace
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Path, Violated
from verifier.execution.conversions import execution_along, path_of, run_of
from verifier.execution.execution import Stopped


def paths(compiled: TransitionSystem, longest: int) -> Iterator[Path]:
    """Every sequence of inputs, those included that mean nothing or are not enabled."""
    names = [bit.name for bit in compiled.circuit.inputs]
    frames = [
        dict(zip(names, bits, strict=True)) for bits in product((False, True), repeat=len(names))
    ]
    start = {latch.name: bool(latch.reset) for latch in compiled.circuit.latches}
    for length in range(1, longest + 1):
        for inputs in product(frames, repeat=length):
            yield Path(start, inputs)


@pytest.mark.parametrize("full", [False, True])
def test_what_a_path_reaches_in_the_circuit_its_moves_reach_on_plain_values(full: bool) -> None:
    """And the other way round: at once, or once the machine stands still."""
    compiled = kettle(full)
    circuit = compiled.circuit
    seen = set()
    for path in paths(compiled, 2):
        execution = execution_along(compiled, path)
        assert execution.stopped() is None
        assert not any(taken.failed for taken in execution.taken[:-1])
        run = run_of(execution)
        still = Path(path.start, (*path.inputs, dict.fromkeys(path.inputs[0], False)))
        for goal in circuit.bad:
            by_circuit = path_violates(circuit, goal, path) is None
            by_replay = run_rejection(compiled, goal, run) is None
            assert by_replay or not by_circuit, (goal, path)
            if by_replay and goal != ASSERTIONS:
                again = path_of(compiled, run)
                assert again is not None
                assert (
                    path_violates(circuit, goal, again) is None
                    or path_violates(circuit, goal, still) is None
                ), (goal, path)
            seen.add((goal, by_circuit, by_replay))
    reached_by_both = {goal for goal, by_circuit, by_replay in seen if by_circuit and by_replay}
    too_far = set() if full else {"sometimes:there_is_tea", "safety"}
    assert circuit.bad.keys() - reached_by_both == {"fires:smash", "deadlock"} | too_far


@pytest.mark.parametrize("goal", ["fires:pour", "sometimes:it_is_empty", "sometimes:it_boils"])
def test_a_case_whose_step_fails_its_assertion_is_not_reached(goal: str) -> None:
    compiled = kettle()
    failing = Run({}, (("pour", {}),))
    path = path_of(compiled, failing)
    assert path is not None
    assert path_violates(compiled.circuit, ASSERTIONS, path) is None
    assert path_violates(compiled.circuit, goal, path) is not None
    assert run_rejection(compiled, goal, failing) == (
        "step 1: the assertion `nothing to pour` fails"
    )


def test_a_saved_case_whose_step_fails_its_assertion_is_rejected() -> None:
    compiled = kettle()
    found = occurrence(compiled, "pour", Limits(seconds=20.0))
    assert isinstance(found, Trace)
    assert [stride.step for stride in found.steps] == ["fill", "pour"]
    saved = saved_trace(found)
    assert rejection(compiled, saved) is None
    cut = msgspec.structs.replace(saved, steps=saved.steps[1:])
    assert rejection(compiled, cut) == "step 1: the assertion `nothing to pour` fails"
    longer = msgspec.structs.replace(saved, steps=(saved.steps[1], *saved.steps))
    assert rejection(compiled, longer) == ("step 1: the assertion `nothing to pour` fails")


def test_only_the_last_step_of_an_execution_that_claims_nothing_may_fail_its_assertion() -> None:
    compiled = kettle()
    trace = occurrence(compiled, "pour", Limits(seconds=20.0))
    assert isinstance(trace, Trace)
    fill, pour = saved_trace(trace).steps
    nothing = msgspec.structs.replace(saved_trace(trace), property="", case="")
    for steps, reason in (
        ((fill, pour, pour), None),
        ((pour,), None),
        ((pour, fill), "step 1: the assertion `nothing to pour` fails before the last step"),
        ((fill, fill), "step 2: `fill` is not enabled"),
    ):
        saved = msgspec.structs.replace(nothing, steps=steps)
        found = replayed(compiled.system, compiled.properties, saved)
        assert (str(found) if isinstance(found, Stopped) else None) == reason


def test_a_step_that_always_fails_its_assertion_never_fires() -> None:
    compiled = kettle()
    result = occurrence(compiled, "smash", Limits(seconds=20.0))
    assert not isinstance(result, Trace)
    assert result.verdict == "vacuous"


def test_stored_executions_lose_the_steps_that_cannot_be_taken_any_more() -> None:
    """So that what the gate stores again is what the audit confirms."""
    compiled = kettle()
    run = Run({}, (("pour", {}), ("fill", {}), ("fill", {}), ("pour", {})))
    path = path_of(compiled, run)
    assert path is not None
    assert reached(compiled.circuit, {"fires:pour": path}) == {"fires:pour": (1, 3)}
    [shorter] = leading(compiled, {"fires:pour": run}).values()
    assert shorter == Run({}, (("fill", {}), ("pour", {})))
    assert run_rejection(compiled, "fires:pour", run) is not None
    assert run_rejection(compiled, "fires:pour", shorter) is None


def test_a_violation_by_standing_still_is_shown_by_the_steps_before_it() -> None:
    """It was a failure of the tool: the counterexample did not replay."""
    compiled = kettle(full=True, on=True, steps=(pour,))
    for engine in (bmc, pdr):
        verdict = engine(compiled.circuit, ["busy"], Limits())["busy"]
        assert isinstance(verdict, Violated)
        [result] = decide(compiled, ["busy"], engine, Limits(), minimal=True)
        assert isinstance(result.evidence, Trace)
        assert [stride.step for stride in result.evidence.steps] == ["pour"]
        assert "it_is_full_or_pours" in result.evidence.steps[-1].fails
        assert result.evidence.failure.seen == {"full": False, "poured.hot": False}
        assert rejection(compiled, result.evidence) is None


def test_an_execution_stops_where_an_assertion_fails() -> None:
    compiled = kettle()
    run = Run({}, (("pour", {}), ("fill", {})))
    for goal in (ASSERTIONS, "safety", "busy"):
        rejected = run_rejection(compiled, goal, run)
        assert rejected is not None
        assert "fails before the last step" in rejected
