"""No circuit is used before it did what plain Python does: faults of the symbolic layer are found.

Plain Python is left as it is.
"""

from typing import Any

import pytest

from tests.compiler.faults import FAULTS, Fault, Patch, fault, refusal
from tests.compiler.machines import (
    MACHINE,
)
from verifier.compiler.step_exploration import Start
from verifier.compiler.translation import Steps
from verifier.language import System
from verifier.language.exploration import PathExploration
from verifier.language.path_condition import Facts
from verifier.language.paths import Outcome
from verifier.language.symbolic_execution import SymbolicRun


@fault
def where_paths_meet_the_first_one_s_value_is_taken(patch: Patch) -> None:
    patch.setattr(SymbolicRun, "choose", lambda _run, _condition, then, _otherwise: then)


@fault
def all_paths_but_the_first_are_dropped(patch: Patch) -> None:
    def first(self: PathExploration) -> Outcome:
        outcome, _ = self._path(())
        return outcome

    patch.setattr(PathExploration, "paths", first)


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
