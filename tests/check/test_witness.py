"""Executions in which a case occurs or a step fires: as short as there is one, and audited."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.evidence.lazy_project import compiled, properties
from verifier.audit.audit import rejection
from verifier.check.result import Result
from verifier.check.vacuity import cases
from verifier.check.witness import goal_of, occurrence
from verifier.compiler.translation import compile_system
from verifier.engines.bmc import bmc
from verifier.evidence.files import decoded, encoded
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import Limits, Violated
from verifier.execution.conversions import execution_of_trace
from verifier.execution.execution import Execution
from verifier.explain.session import Exploration
from verifier.language import System, assume, record, sometimes, step
from verifier.language.functions import about
from verifier.viewer.markup import rendered
from verifier.viewer.mermaid import sequence
from verifier.viewer.screen.view_model import Scene
from verifier.viewer.text import overview_lines

LIMITS = Limits(seconds=60.0)


def occurring(name: str, case: str) -> Trace:
    found = occurrence(compiled(name), case, LIMITS)
    assert isinstance(found, Trace)
    return found


@pytest.mark.parametrize("name", ["lazy/fixed", "lazy/broken"])
def test_every_case_and_step_is_shown_in_as_few_steps_as_bmc_needs(name: str) -> None:
    known = compiled(name)
    wanted = [*cases(known.system, known.properties), *(s.name for s in known.system.actions)]
    assert len(wanted) == 4
    for case in wanted:
        trace = occurring(name, case)
        goal = goal_of(known.circuit, case)
        shortest = bmc(known.circuit, [goal], LIMITS)[goal]
        assert isinstance(shortest, Violated)
        assert len(trace.steps) == shortest.depth
        assert (trace.case, trace.conjunct) == (case, "")
        assert rejection(known, trace) is None
        assert rejection(known, decoded(encoded(trace), SavedTrace)) is None


def test_only_choices_that_the_case_needs_are_shown() -> None:
    trace = occurring("lazy/fixed", "both_tasks_use_the_fpu")
    told = {name for stride in trace.steps for name in stride.matters}
    assert told == {"next_task"}
    found = occurring("lazy/fixed", "a_task_finds_a_value_of_its_own")
    assert {name for stride in found.steps for name in stride.matters} == {"value"}


@record
class Light:
    on: bool = False
    stuck: bool = False


@step
def press(light: Light) -> None:
    assume(not light.stuck)
    light.on = not light.on


@step
def repair(light: Light) -> None:
    assume(light.stuck)
    light.stuck = False


@sometimes("light")
def it_is_lit(light: Light) -> bool:
    """It can be lit."""
    return light.on


@sometimes("light")
def it_is_stuck(light: Light) -> bool:
    """It can be stuck."""
    return light.stuck


@pytest.mark.parametrize("case", ["it_is_stuck", "repair"])
def test_what_never_occurs_is_reported_as_such(case: str) -> None:
    system = System("light", Light(), (press, repair))
    claims = [f for f in map(about, (it_is_lit, it_is_stuck)) if f is not None]
    found = occurrence(compile_system(system, claims), case, LIMITS)
    assert isinstance(found, Result)
    assert (found.verdict, found.reason) == ("vacuous", f"`{case}` never occurs")


def test_what_is_not_found_within_the_limits_is_not_called_unreachable() -> None:
    found = occurrence(
        compiled("lazy/fixed"),
        "both_tasks_use_the_fpu",
        Limits(seconds=1e-6),
    )
    assert isinstance(found, Result)
    assert found.verdict == "unknown"
    assert "not known whether `both_tasks_use_the_fpu` occurs" in found.reason


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda t: replace(t, case="a_task_finds_a_value_of_its_own"), "does not occur"),
        (lambda t: replace(t, case="switch_to"), "does not occur"),
        (lambda t: replace(t, case="nothing"), "`nothing` does not occur"),
        (lambda t: replace(t, steps=t.steps[:-1]), "does not occur"),
        (lambda t: replace(t, steps=()), "does not occur"),
        (lambda t: replace(t, steps=t.steps[1:]), ""),
        (lambda t: replace(t, conjunct="a_task_finds_only_its_own_registers"), "does not occur"),
    ],
)
def test_a_trace_in_which_its_case_does_not_occur_is_rejected(
    spoil: Callable[[Trace], Trace], says: str
) -> None:
    known = compiled("lazy/fixed")
    whole = occurring("lazy/fixed", "both_tasks_use_the_fpu")
    assert rejection(known, whole) is None
    rejected = rejection(known, spoil(whole))
    assert rejected is not None
    assert says in rejected


def test_what_occurs_is_shown_in_every_view() -> None:
    trace = occurring("lazy/fixed", "both_tasks_use_the_fpu")
    says = "both tasks use the FPU"
    assert next(iter(rendered(overview_lines(trace)))).endswith(f"2 steps, and then: {says}")
    assert list(sequence(trace))[-1].endswith(f": {says}")
    scene = Scene(trace, None, 0)
    [headline] = rendered([scene.headline()])
    assert headline.endswith(f"2 steps, and then: {says}")
    assert scene.remark() == (f"here it occurs: {says}", "good")
    scene.number = 1
    assert scene.remark()[0] == ""


def test_a_branch_from_it_does_not_claim_what_occurred() -> None:
    trace = occurring("lazy/fixed", "both_tasks_use_the_fpu")
    system = compiled("lazy/fixed").system
    execution = execution_of_trace(system, properties("lazy/fixed"), trace)
    assert isinstance(execution, Execution)
    session = Exploration(execution, trace)
    assert session.now.trace.case
    assert session.take(1, next(filter(None, session.enabled(1))))
    assert session.now.trace.case == ""
