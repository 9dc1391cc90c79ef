"""What a counterexample says about its causes."""

import msgspec

from tests.evidence.lazy_project import project, properties, trace
from verifier.evidence.explaining import explained
from verifier.evidence.following import misfit, moves_of, start_of
from verifier.evidence.replay import Stopped
from verifier.evidence.traces import Branched, Entered, Trace


def told() -> Trace:
    system = project().systems["lazy/broken"]
    start, moves = start_of(system, trace()), moves_of(system, trace())
    assert not isinstance(start, str)
    assert not isinstance(moves, Stopped)
    return explained(system, properties("lazy/broken"), trace(), start, moves)


def test_the_decisive_fields_are_those_that_alone_would_save_the_claim() -> None:
    assert set(told().decisive) == {"access.executed", "access.found.owner", "access.by"}


def test_a_value_hangs_on_the_fields_without_which_it_would_be_another() -> None:
    because = told().steps[2].because
    assert because["access.by"] == ("current",)
    assert "ts" in because["access.found.owner"]
    assert "registers.owner" in because["access.found.owner"]


def test_a_step_needs_the_choices_and_fields_without_which_it_cannot_be_taken() -> None:
    assert told().steps[1].needs == ("choice next_task", "current")


def test_the_nearest_execution_without_the_violation_is_found_and_says_what_differs() -> None:
    otherwise = told().otherwise
    assert otherwise is not None
    assert (otherwise.number, otherwise.choice) == (2, "")
    assert otherwise.differs[-1]["access.by"] == ("B", "A")


def test_an_explained_trace_is_still_a_counterexample() -> None:
    system = project().systems["lazy/broken"]
    assert misfit(system, properties("lazy/broken"), told()) is None
    assert msgspec.json.decode(msgspec.json.encode(told()), type=Trace) == told()


def test_branches_are_logged_with_the_fields_that_they_name() -> None:
    call = told().steps[0].call
    tests = [entry for entry in call.entries if isinstance(entry, Branched)]
    assert [(each.test, each.taken, each.reads) for each in tests] == [
        ("machine.ts", True, {"ts": True})
    ]
    handler = next(entry for entry in call.entries if isinstance(entry, Entered))
    assert handler.defined > 0


def test_every_claim_that_fails_after_a_step_is_recorded() -> None:
    assert [stride.fails for stride in told().steps] == [
        (),
        (),
        ("a_task_finds_only_its_own_registers",),
    ]
    assert told().claims == {"a_task_finds_only_its_own_registers": "isolation"}
