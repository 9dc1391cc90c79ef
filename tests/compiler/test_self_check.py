"""What the comparison of a circuit with plain Python finds, and what it says."""

import inspect
import re
from random import Random
from typing import Any

import pytest

from tests.compiler.faults import CLAIMS, Patch, compared, refusal
from tests.compiler.machines import (
    DEEP,
    MACHINE,
    Digit,
    Machine,
    Row,
    dive,
    stumble,
    toggle,
)
from tests.compiler.test_symbolic_faults import an_assertion_is_lost
from verifier.compiler import cases, outcomes
from verifier.compiler.compile import compile_compared
from verifier.compiler.coverpoints import Coverpoints
from verifier.compiler.self_check import compare
from verifier.compiler.step_exploration import Start
from verifier.compiler.translation import translated
from verifier.language import ModelError, System, always, assume, sometimes, step
from verifier.language.concrete_execution import LoggedStore
from verifier.language.functions import about
from verifier.language.path_condition import Facts
from verifier.language.paths import Outcome
from verifier.language.symbolic_execution import SymbolicRun
from verifier.language.symbolic_values import Bit


def test_a_sound_circuit_says_in_how_many_cases_it_was_compared() -> None:
    assert compared(MACHINE).compared > 20


def lost_where_all_digits_are_set(patch: Patch) -> None:
    explore = SymbolicRun.explore

    def losing(self: SymbolicRun, function: Any, given: Any, named: Any) -> Outcome:
        outcome = explore(self, function, given, named)
        if function.name == "lowest" and isinstance(outcome.result, Bit):
            literals = [self.store.values[place] for place in range(len(Digit))]
            elsewhere = self.graph.all(literals) ^ 1
            outcome.result = self.bit(self.graph.both(outcome.result._literal, elsewhere))
        return outcome

    patch.setattr(SymbolicRun, "explore", losing)


def test_a_field_that_differs_in_one_state_of_2_to_the_40_is_found(monkeypatch: Patch) -> None:
    lost_where_all_digits_are_set(monkeypatch)
    error = refusal(DEEP)
    assert "circuit and Python differ" in error.message
    assert "the field `low` is False in the circuit and True in Python" in error.message
    assert all(f"digits[{digit.name}]=True" in error.message for digit in Digit)
    assert error.place is not None
    assert error.place.line == line_of(dive, "deep.low =")


def test_a_fact_that_is_wrong_in_a_few_states_of_2_to_the_41_is_found(monkeypatch: Patch) -> None:
    known = Facts.known

    def rash(self: Facts, literal: int, depth: int = 3) -> bool | None:
        found = known(self, literal, depth)
        bits = [fact for fact in self._known if fact > 1 and not self._graph.is_gate(fact)]
        return False if found is None and len(bits) == 2 * len(Digit) else found

    monkeypatch.setattr(Facts, "known", rash)
    error = refusal(DEEP)
    assert "circuit and Python differ" in error.message
    monkeypatch.setattr(cases.Cases, "_search", lambda _cases: None)
    assert compared(DEEP).compared > 0


def test_only_the_solver_finds_what_random_walks_miss(monkeypatch: Patch) -> None:
    lost_where_all_digits_are_set(monkeypatch)
    monkeypatch.setattr(cases.Cases, "_search", lambda _cases: None)
    assert compared(DEEP).compared > 0


def test_a_case_is_shown_with_the_fields_that_matter_only(monkeypatch: Patch) -> None:
    an_assertion_is_lost(monkeypatch)
    message = refusal(MACHINE).message
    assert message.endswith("from b=True, c=True, row=C and else the initial values")


def test_a_difference_is_shown_as_it_is_in_the_case_that_is_shown(monkeypatch: Patch) -> None:
    """What is written to `row` is lost, which shows wherever it is another one in the part."""
    explore = Start.explore

    def losing(self: Start, known: Any) -> Any:
        explored = explore(self, known)
        writes = explored.outcome.writes
        for place in [p for p in writes if self.leaves[p].path == "row"]:
            del writes[place]
        return explored

    monkeypatch.setattr(Start, "explore", losing)
    anywhere = System("tried/machine", Machine(), MACHINE.steps, arbitrary=("row",))
    for seed in range(4):
        monkeypatch.setattr(cases, "Random", lambda _, seed=seed: Random(seed))
        found = re.fullmatch(
            r"circuit and Python differ in step `settle` of `tried/machine`: the field `row` is A "
            r"in the circuit and (\w) in Python, from b=True, parts\[A\]\.row=(\w) and else the "
            r"initial values",
            refusal(anywhere).message,
        )
        assert found is not None
        assert found[1] == found[2]


def test_what_plain_python_raises_is_a_difference(monkeypatch: Patch) -> None:
    monkeypatch.setattr(LoggedStore, "read", {}.__getitem__)
    with pytest.raises(ModelError) as raised:
        compile_compared(System("tried/toggle", Machine(), (toggle,)), ())
    error = raised.value
    assert "circuit and Python differ" in error.message
    assert "`toggle` of `tried/toggle` raises KeyError: 0 in Python" in error.message
    assert error.place is not None
    assert error.place.line == line_of(toggle, "machine.a =")


def test_a_step_that_does_not_end_in_plain_python_is_a_difference(monkeypatch: Patch) -> None:
    def endless(_store: LoggedStore, _base: Any) -> Any:
        for _ in iter(bool, True):
            pass

    monkeypatch.setattr(LoggedStore, "read", endless)
    monkeypatch.setattr(outcomes, "SECONDS", 0.05)
    error = refusal(MACHINE)
    assert "circuit and Python differ" in error.message
    assert "timed out" in error.message


@step
def idle(machine: Machine) -> None:
    """Never taken, which takes more than one look to see."""
    assume(machine.a | machine.b)
    assume(machine.a | (machine.b ^ True))
    assume(machine.a ^ True)
    machine.c = True


@step
def partly(machine: Machine) -> None:
    """A decision that only ever goes one way."""
    both = (machine.a | machine.b) & (machine.a | (machine.b ^ True))
    if both:
        machine.c = not machine.c
        if not machine.a:
            machine.row = Row.B


def test_a_step_that_is_never_enabled_and_a_decision_that_is_never_made_are_no_fault() -> None:
    system = System("tried/never", Machine(), (toggle, idle, partly))
    translation = translated(system, CLAIMS)
    search = cases.Cases(Coverpoints(translation), translation.compiled.circuit)
    search.found()
    what = [goal.what for goal in search.unreachable]
    assert "step `idle` is taken" in what
    assert any("decision" in each for each in what)
    assert compare(translation) > 0


@sometimes("apart")
def a_is_set(machine: Machine) -> bool:
    return machine.a


@always("apart")
def one_is_not_set(machine: Machine) -> bool:
    return not (machine.a and machine.b)


def test_where_an_assertion_fails_claims_are_violated_and_no_case_occurs_in_both() -> None:
    claims = [known for known in map(about, (a_is_set, one_is_not_set)) if known]
    system = System("tried/stumbling", Machine(), (toggle, stumble))
    assert compile_compared(system, claims).compared > 0


def test_what_the_solver_leaves_open_is_no_agreement(monkeypatch: Patch) -> None:
    monkeypatch.setattr(cases, "CONFLICTS", 0)
    message = refusal(DEEP).message
    assert "whether circuit and Python differ is undecided for `tried/deep`" in message


def test_a_case_of_the_solver_that_does_not_do_what_it_was_asked_for_is_no_agreement(
    monkeypatch: Patch,
) -> None:
    zeros = (0,) * len(Coverpoints(translated(DEEP, CLAIMS)).variables)
    monkeypatch.setattr(cases._Solver, "case", lambda _solver, _goal: zeros)
    assert "undecided" in refusal(DEEP).message


def line_of(function: Any, text: str) -> int:
    known = about(function)
    assert known is not None
    lines, first = inspect.getsourcelines(known.body)
    return next(first + n for n, line in enumerate(lines) if text in line)
