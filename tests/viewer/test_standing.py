"""A claim that fails once nothing happens: the step before it is not blamed for a violation."""

from dataclasses import replace

import pytest

from tests.evidence.kettle import kettle, pour, smash
from verifier.evidence.traces import Trace
from verifier.execution.execution import Execution
from verifier.explain.counterexample import story_of
from verifier.viewer.markup import rendered
from verifier.viewer.text import trace_lines

AFTER = "once nothing happens and events are blank"


@pytest.fixture(scope="module")
def shown() -> list[str]:
    compiled = kettle(full=True, on=True, steps=(pour,))
    start = Execution.at_start(compiled.system, compiled.properties)
    pouring = replace(start, moves=[(compiled.system.actions[0], {})])
    trace = story_of(compiled, pouring, "busy", shortest=True, explain=True)
    assert isinstance(trace, Trace)
    return [*rendered(trace_lines(trace))]


def test_the_last_step_is_not_shown_to_violate_what_holds_after_it(shown: list[str]) -> None:
    assert not any("fails here" in each or "here it fails" in each for each in shown)
    assert f"   1✗ pour  ✗ busy fails {AFTER}  also ✗ safety" in shown
    assert f"  1  pour  <-- it fails {AFTER}" in shown
    assert f"it is full or pours, {AFTER}:" in shown


def test_its_events_are_blank_where_the_claim_looks_at_them(shown: list[str]) -> None:
    [seen] = [each for each in shown if each.startswith("  seen")]
    assert "poured.hot=0 (blank)" in seen
    assert "full=0 (step 1)" in seen


def test_a_claim_that_fails_after_a_step_fails_there() -> None:
    compiled = kettle(full=True, on=True, steps=(pour, smash))
    start = Execution.at_start(compiled.system, compiled.properties)
    pouring = replace(start, moves=[(compiled.system.actions[0], {})])
    trace = story_of(compiled, pouring, "safety", shortest=True, explain=True)
    assert isinstance(trace, Trace)
    assert any("✗ safety fails here" in each for each in rendered(trace_lines(trace)))
