"""What ends a path of a run ends it, whatever the model or Python makes of the exception."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.language import swallowing
from tests.language.swallowing import (
    OF_PYTHON,
    WAYS,
    Era,
    State,
    act,
    choosing,
    claims_a,
    counts,
    fails,
    looks,
    needs_a,
)
from verifier.circuit.aig import FALSE
from verifier.compiler.transition_system import ASSERTIONS
from verifier.compiler.translation import compile_system
from verifier.language import ModelError, System
from verifier.language.concrete_execution import ConcreteRun
from verifier.language.enabled import obstacles
from verifier.language.errors import Overdue, blaming

ACT: Any = act.__dict__["__model__"]


def system(era: Era) -> System:
    return System("a/system", State(era=era), (act,), arbitrary=("a", "late"))


def taken(era: Era, *, a: bool) -> Any:
    made = system(era)
    run = ConcreteRun(made.layout.leaves, list(made.initial_values))
    state: Any = made.state(run.store)
    state.a = a
    with blaming("a step", 5.0):
        done = run.take(ACT, state, {})
        return done and (done.failed, state.late)


@pytest.mark.parametrize("way", WAYS)
def test_a_refusal_ends_the_symbolic_run(way: type[Era]) -> None:
    with pytest.raises(ModelError, match="is symbolic and is calculated with"):
        compile_system(system(way(counts)), [])


@pytest.mark.parametrize("way", WAYS)
def test_what_a_model_function_raises_ends_both_runs(way: type[Era]) -> None:
    with pytest.raises(ModelError, match="`fails` raises ValueError: no"):
        compile_system(system(way(fails)), [])
    with pytest.raises(ModelError, match="`fails` raises ValueError: no"):
        taken(way(fails), a=True)


@pytest.mark.parametrize("way", [way for way in WAYS if way not in OF_PYTHON])
def test_an_assumption_that_fails_disables_the_step_in_both_runs(way: type[Era]) -> None:
    circuit = compile_system(system(way(needs_a)), []).circuit
    [a] = [latch for latch in circuit.latches if latch.name == "a"]
    assert circuit.bad["fires:act"] != FALSE
    fires = circuit.bad["fires:act"]
    given = [*(latch.literal for latch in circuit.latches), *(x.literal for x in circuit.inputs)]
    assert circuit.graph.evaluate([fires], dict.fromkeys(given, 1) | {a.literal: 0}, 1) == [0]
    assert taken(way(needs_a), a=False) is None
    assert taken(way(needs_a), a=True) is not None


@pytest.mark.parametrize("way", [way for way in WAYS if way not in OF_PYTHON])
def test_an_assertion_that_fails_stops_the_machine_in_both_runs(way: type[Era]) -> None:
    circuit = compile_system(system(way(claims_a)), []).circuit
    assert circuit.bad[ASSERTIONS] != FALSE
    assert taken(way(claims_a), a=False) == ("claims_a", False)
    assert taken(way(claims_a), a=True) is not None


@pytest.mark.parametrize("way", OF_PYTHON)
@pytest.mark.parametrize("action", [needs_a, claims_a])
def test_what_python_itself_ignores_is_refused(
    way: type[Era], action: Callable[[Any], object]
) -> None:
    with pytest.raises(ModelError, match="where Python ignores it") as refused:
        taken(way(action), a=False)
    assert refused.value.place is not None
    assert refused.value.place.file == swallowing.__file__
    assert "__del__" in refused.value.help


@pytest.mark.parametrize("way", [way for way in WAYS if way not in OF_PYTHON])
def test_that_a_step_looks_at_a_choice_is_seen_although_it_goes_on(way: type[Era]) -> None:
    made = System("a/system", State(era=way(looks)), (choosing,))
    run = ConcreteRun(made.layout.leaves, list(made.initial_values))
    assert obstacles(made, run) is not None


def test_the_time_limit_holds_although_python_ignores_what_it_raises() -> None:
    class Thing:
        def __del__(self) -> None:
            while True:
                pass

    with pytest.raises(Overdue), blaming("a step", 0.05):
        Thing()


def test_what_other_code_ignores_is_left_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", seen.append)
    with blaming("a step", 5.0):
        exec("class Thing:\n def __del__(self): 1 / 0\nThing()", {})
    assert len(seen) == 1
