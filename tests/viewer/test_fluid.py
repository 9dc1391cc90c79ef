"""Long traces of many fields stay fluid: calls per key, the same on any machine."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from verifier.evidence.calls import Changed, Entered
from verifier.evidence.explanation import Failure
from verifier.evidence.traces import Stride, Trace
from verifier.language.plain_values import Value
from verifier.viewer.screen.view_model import VIEWS, Scene
from verifier.viewer.watch_expressions import watch

FIELDS, STEPS = 300, 1_000
CALLS = {"state": 20_000, "watches": 6_000, "why": 3_000}
"""What a key may take in the views that show much; 20,000 calls are a few milliseconds."""
FEW = 200
"""What it may take in the others."""


def long_trace() -> Trace:
    """Every step changes a few of the fields."""
    names = [f"host.tasks[T{i % 10}].part{i}.bit" for i in range(FIELDS)]
    values: dict[str, bool | str] = dict.fromkeys(names, False)
    start, steps = dict(values), []
    for number in range(STEPS):
        changes: dict[str, tuple[Value, Value]] = {}
        for name in (names[number % FIELDS], names[number * 7 % FIELDS]):
            changes[name] = (values[name], not values[name])
            values[name] = not values[name]
        entries = tuple(Changed(name, old, new, 1) for name, (old, new) in changes.items())
        call = Entered("go", "a/kernel.c: go", "models/m.py", 1, "", entries)
        because: dict[str, tuple[str, ...]] = dict.fromkeys(changes, (names[number * 3 % FIELDS],))
        steps.append(Stride("go", "", {}, (), changes, call, because=because))
    seen = {names[0]: values[names[0]]}
    return Trace("s/x", "p", "c", True, start, tuple(steps), failure=Failure(seen=seen))


def calls_of(task: Callable[[], object]) -> int:
    """How many functions it calls, those of Python's own included."""
    events: list[str] = []

    def note(_: FrameType, event: str, __: object) -> None:
        events.append(event)

    sys.setprofile(note)
    try:
        task()
    finally:
        sys.setprofile(None)
    return events.count("call") + events.count("c_call")


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_of_a_long_trace_takes_few_calls(view: str) -> None:
    scene = Scene(long_trace(), None, 5)
    scene.watches.append(watch("host.tasks[T1].part1.bit"))
    scene.unfolded = True
    scene.view = view
    for number in (0, 500, STEPS):
        scene.number = number
        scene.rows()
        assert calls_of(scene.rows) < CALLS.get(view, FEW)


def test_only_the_steps_that_are_looked_at_are_drawn() -> None:
    scene = Scene(long_trace(), None, 5)

    def draw() -> None:
        for place in range(400, 460):
            assert scene.steps[place].text

    assert calls_of(draw) < 10_000
    assert len(scene.steps) == STEPS + 1
