"""No circuit is used before it did what plain Python does: faults of the symbolic layer are found.

Each fault is put into the layer while a system is compiled; plain Python is left as it is.
"""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from tests.compiler.machines import (
    DEEP,
    MACHINE,
    Deep,
    Digit,
    Machine,
    Row,
    dive,
    lowest,
    settle,
    something_moves,
    toggle,
    what_moved_is_not_on,
)
from verifier.circuit.graph import FALSE, TRUE
from verifier.compiler import cases, outcomes
from verifier.compiler.compile import compile_compared
from verifier.compiler.goals import Goals
from verifier.compiler.self_check import compare
from verifier.language import ModelError, System, assume, step
from verifier.language.compiled import Compiled
from verifier.language.compiling import Steps, translated
from verifier.language.concrete import LoggedStore
from verifier.language.exploration import Exploration
from verifier.language.explorer import SymbolicRun
from verifier.language.facts import Facts
from verifier.language.functions import about
from verifier.language.paths import Outcome
from verifier.language.symbolic import Bit
from verifier.language.varying import Start

CLAIMS = [known for known in map(about, (what_moved_is_not_on, something_moves)) if known]
Patch = pytest.MonkeyPatch
Fault = Callable[[Patch], None]

FAULTS: list[Fault] = []


def fault(put: Fault) -> Fault:
    FAULTS.append(put)
    return put


def compared(system: System) -> Compiled:
    return compile_compared(system, CLAIMS)


def refusal(system: System) -> ModelError:
    with pytest.raises(ModelError) as raised:
        compared(system)
    return raised.value


@fault
def where_paths_meet_the_first_one_s_value_is_taken(patch: Patch) -> None:
    patch.setattr(SymbolicRun, "choose", lambda _run, _condition, then, _otherwise: then)


@fault
def all_paths_but_the_first_are_dropped(patch: Patch) -> None:
    def first(self: Exploration) -> Outcome:
        outcome, _ = self._path(())
        return outcome

    patch.setattr(Exploration, "paths", first)


@fault
def a_write_of_a_called_function_is_lost(patch: Patch) -> None:
    explore = SymbolicRun.explore

    def losing(self: SymbolicRun, function: Any, given: Any, named: Any) -> Outcome:
        outcome = explore(self, function, given, named)
        if function.name == "turned":
            outcome.writes.popitem()
        return outcome

    patch.setattr(SymbolicRun, "explore", losing)


@fault
def a_conjunction_is_known_once_one_side_is(patch: Patch) -> None:
    known = Facts.known

    def hasty(self: Facts, literal: int, depth: int = 3) -> bool | None:
        found = known(self, literal, depth)
        gate = literal > 1 and self._graph.is_gate(literal)
        if found is None and gate and known(self, self._graph.left[literal >> 1], 1) is not None:
            return not literal & 1
        return found

    patch.setattr(Facts, "known", hasty)


@fault
def what_a_path_has_learned_is_not_forgotten(patch: Patch) -> None:
    patch.setattr(Facts, "undo", lambda _facts, _mark: None)


@fault
def claims_are_about_the_state_before_the_step(patch: Patch) -> None:
    patch.setattr(Start, "after", lambda self, _outcome: list(self.blank))


@fault
def an_assertion_is_lost(patch: Patch) -> None:
    patch.setattr(Steps, "failed", lambda _steps: {})


@fault
def an_assertion_has_another_s_name(patch: Patch) -> None:
    explore = Start.explore

    def renaming(self: Start, known: Any) -> Any:
        explored = explore(self, known)
        failures = explored.outcome.failures
        explored.outcome.failures = {f"not {name}": bad for name, bad in failures.items()}
        return explored

    patch.setattr(Start, "explore", renaming)


@fault
def every_step_is_enabled(patch: Patch) -> None:
    patch.setattr(SymbolicRun, "assume", lambda _run, _literal, **_how: None)


@fault
def a_field_that_changes_is_taken_for_a_constant(patch: Patch) -> None:
    changed = Start.changed
    patch.setattr(
        Start,
        "changed",
        lambda self, outcome: {
            place for place in changed(self, outcome) if self.leaves[place].path != "c"
        },
    )


@fault
def a_step_touches_less_than_it_reads(patch: Patch) -> None:
    explore = Start.explore

    def forgetful(self: Start, known: Any) -> Any:
        explored = explore(self, known)
        explored.touched.clear()
        return explored

    patch.setattr(Start, "explore", forgetful)


@fault
def events_are_not_blank_when_a_step_begins(patch: Patch) -> None:
    init = Start.__init__

    def noisy(self: Start, system: System) -> None:
        init(self, system)
        place = [leaf.path for leaf in self.leaves].index("seen.moved")
        self.blank[place] = 1

    patch.setattr(Start, "__init__", noisy)


@fault
def what_an_event_records_is_lost(patch: Patch) -> None:
    explore = Start.explore

    def blind(self: Start, known: Any) -> Any:
        explored = explore(self, known)
        writes = explored.outcome.writes
        for place in [p for p in writes if self.leaves[p].path == "seen.row"]:
            del writes[place]
        return explored

    patch.setattr(Start, "explore", blind)


@pytest.mark.parametrize("put", FAULTS, ids=lambda put: put.__name__)
def test_a_fault_in_the_symbolic_layer_is_found(put: Fault, monkeypatch: Patch) -> None:
    put(monkeypatch)
    error = refusal(MACHINE)
    assert "circuit and Python differ" in error.message
    assert "`tried/machine`" in error.message
    assert error.place is not None
    assert error.place.file.endswith("machines.py")


DEADLOCKS: list[Fault] = []


def of_deadlock(put: Fault) -> Fault:
    DEADLOCKS.append(put)
    return put


def with_deadlock(patch: Patch, changed: Callable[[Steps, int], int]) -> None:
    """Make the output `deadlock` another one when circuits are made."""
    stuck = Steps.stuck

    def other(self: Steps, latches: Any) -> dict[str, int]:
        found = stuck(self, latches)
        return {name: changed(self, literal) for name, literal in found.items()}

    patch.setattr(Steps, "stuck", other)


@of_deadlock
def the_system_is_taken_to_go_on_for_ever(patch: Patch) -> None:
    with_deadlock(patch, lambda _steps, _literal: FALSE)


@of_deadlock
def the_system_is_taken_to_stand_still_at_once(patch: Patch) -> None:
    with_deadlock(patch, lambda _steps, _literal: TRUE)


@of_deadlock
def the_system_is_taken_to_stand_still_once_it_has(patch: Patch) -> None:
    with_deadlock(patch, lambda self, _literal: self.graph.any(self.able) ^ 1)


@of_deadlock
def a_step_is_taken_to_be_enabled_if_each_choice_enables_it(patch: Patch) -> None:
    for_some = Steps._for_some_choices

    def for_each(self: Steps, step: Any, begun: int) -> int:
        return for_some(self, step, begun ^ 1) ^ 1

    patch.setattr(Steps, "_for_some_choices", for_each)


@of_deadlock
def a_step_is_taken_to_be_enabled_whatever_the_state(patch: Patch) -> None:
    patch.setattr(Steps, "_for_some_choices", lambda _steps, _step, _begun: TRUE)


@step
def press(machine: Machine, row: Row, really: bool) -> None:
    """Goes on if a choice agrees."""
    assume(machine.a and (really or row == Row.C))
    machine.a = False


STANDING = System("tried/standing", Machine(a=True), (press, settle))


@pytest.mark.parametrize("put", DEADLOCKS, ids=lambda put: put.__name__)
def test_a_fault_in_the_output_deadlock_is_found(put: Fault, monkeypatch: Patch) -> None:
    assert compared(STANDING).compared > 0
    put(monkeypatch)
    message = refusal(STANDING).message
    assert "circuit and Python differ" in message
    assert "the violation of `deadlock` is" in message


@step
def sink(deep: Deep, digit: Digit, right: bool) -> None:
    """Enabled unless all digits are set."""
    assume(lowest(deep))
    deep.right = right
    deep.digits[digit] = True


@step
def rise(deep: Deep) -> None:
    """Enabled in one state only."""
    assume(deep.digits[Digit["D0"]] and not lowest(deep) and deep.right)
    deep.digits[Digit["D0"]] = False


@pytest.mark.parametrize("steps", [(sink,), (sink, rise)])
def test_the_one_state_of_2_to_the_40_without_an_enabled_step_is_found(
    steps: tuple[Callable[..., None], ...], monkeypatch: Patch
) -> None:
    the_system_is_taken_to_go_on_for_ever(monkeypatch)
    message = refusal(System("tried/sinking", Deep(), steps)).message
    assert "the violation of `deadlock` is False in the circuit and True in Python" in message


def test_a_step_that_is_lost_from_deadlock_is_found_in_the_one_state_where_it_alone_is_enabled(
    monkeypatch: Patch,
) -> None:
    able = Steps._for_some_choices

    def losing(self: Steps, step: Any, begun: int) -> int:
        return FALSE if step.name == "rise" else able(self, step, begun)

    monkeypatch.setattr(Steps, "_for_some_choices", losing)
    message = refusal(System("tried/rising", Deep(), (sink, rise))).message
    assert "the violation of `deadlock` is True in the circuit and False in Python" in message


def test_a_system_whose_deadlock_takes_too_many_attempts_to_compare_is_refused(
    monkeypatch: Patch,
) -> None:
    monkeypatch.setattr(outcomes, "ATTEMPTS", 3)
    message = refusal(STANDING).message
    assert "is enabled takes too many attempts with other choices" in message


def test_a_system_that_may_end_is_compared_without_deadlock(monkeypatch: Patch) -> None:
    the_system_is_taken_to_stand_still_at_once(monkeypatch)
    assert compared(System("tried/ends", Machine(), (settle,), may_end=True)).compared > 0


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
    assert "does not end" in error.message


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
    search = cases.Cases(Goals(translation), translation.compiled.circuit)
    search.found()
    what = [goal.what for goal in search.unreachable]
    assert "step `idle` is taken" in what
    assert any("decision" in each for each in what)
    assert compare(translation) > 0


def test_what_the_solver_leaves_open_is_no_agreement(monkeypatch: Patch) -> None:
    monkeypatch.setattr(cases, "CONFLICTS", 0)
    message = refusal(DEEP).message
    assert "whether circuit and Python differ is undecided for `tried/deep`" in message


def test_a_case_of_the_solver_that_does_not_do_what_it_was_asked_for_is_no_agreement(
    monkeypatch: Patch,
) -> None:
    zeros = (0,) * len(Goals(translated(DEEP, CLAIMS)).variables)
    monkeypatch.setattr(cases._Solver, "case", lambda _solver, _goal: zeros)
    assert "undecided" in refusal(DEEP).message


def line_of(function: Any, text: str) -> int:
    known = about(function)
    assert known is not None
    lines, first = inspect.getsourcelines(known.body)
    return next(first + n for n, line in enumerate(lines) if text in line)
