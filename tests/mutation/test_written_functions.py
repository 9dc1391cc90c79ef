"""`cover` and `mutate`: functions without a definition in a file, fields that are constants."""

from pathlib import Path

import pytest

from tests.check.uncached import without_cache
from verifier.evidence.verdicts import Limits
from verifier.mutation.branch_coverage import BranchCoverage, coverage
from verifier.mutation.campaign import trials
from verifier.mutation.run import guarded_system
from verifier.project.loading import load

MODEL = """from dataclasses import dataclass
from enum import Enum

from verifier.language import Family, System, record, step


class Key(Enum):
    A = 0
    B = 1
    C = 2


@dataclass(frozen=True)
class Answer:
    right: bool
    wrong: bool = False


@record
class State:
    on: bool = False
    bad: bool = False
    fixed: Family[Key, bool] = Family({Key.C: True})


negated = lambda value: not value
TABLE = (lambda value: value,)


@step
def ask(state: State, value: bool, key: Key) -> None:
    answer = Answer(value)
    if answer.right and state.fixed[key]:
        state.on = TABLE[0](negated(state.on))
    state.bad = state.fixed[key] and key == Key.B


system = System("one/system", State(), (ask,))
"""
MADE = """from verifier.language import System, assume, record, step


@record
class State:
    on: bool = False
    bad: bool = False
    seen: bool = False


def unless_bad(body):
    def inner(state: State, value: bool) -> None:
        if state.bad:
            return
        body(state, value)

    return inner


def made(wrong: bool):
    @step
    def turn(state: State, value: bool) -> None:
        assume(condition=value or not state.on)

        def put(value: bool) -> None:
            state.on = value
            # far
            # from
            # the
            # first
            # line
            if wrong and state.on:
                state.bad = True

        put(value)
        noted(state, value)

    return turn


@unless_bad
def noted(state: State, value: bool) -> None:
    state.seen = value


turn = made(True)
system = System("one/system", State(), (made(False),))
"""
CLAIM = """from models.state import State
from verifier.language import always


@always("safe")
def it_is_not_bad(state: State) -> bool:
    return not state.bad
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "properties").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.nestproof]\n")
    (tmp_path / "models" / "state.py").write_text(MODEL)
    (tmp_path / "properties" / "safe.py").write_text(CLAIM)
    return tmp_path


def test_branches_are_those_of_functions_that_are_written_in_a_file(project: Path) -> None:
    found = list(coverage(load(project).systems["one/system"], jobs=1))
    assert [(each.branch.function, each.status) for each in found] == [
        ("ask", "taken"),
        ("ask", "taken"),
    ]
    assert all(isinstance(each, BranchCoverage) for each in found)


def test_mutants_are_made_of_functions_that_are_written_in_a_file(project: Path) -> None:
    context = without_cache(load(project), Limits(seconds=60.0))
    guards = guarded_system(context, "one/system")
    assert guards.claims == ("it_is_not_bad",)
    tried = list(trials(guards, 1))
    assert {trial.mutant.function for trial in tried} == {"ask"}
    assert "survived" in {trial.status for trial in tried}


@pytest.fixture
def made(project: Path) -> Path:
    (project / "models" / "state.py").write_text(MADE)
    return project


def test_branches_are_those_of_the_functions_that_the_system_holds(made: Path) -> None:
    """And not of others with the same text: one of `turn` is held by the module."""
    found = list(coverage(load(made).systems["one/system"], jobs=1))
    assert {(each.branch.function, each.branch.holds): each.status for each in found} == {
        ("inner", True): "unreachable",
        ("inner", False): "taken",
        ("turn", True): "unreachable",
        ("turn", False): "taken",
    }


def test_mutants_are_made_of_what_is_decorated_nested_or_held_by_the_system_alone(
    made: Path,
) -> None:
    guards = guarded_system(without_cache(load(made), Limits(seconds=60.0)), "one/system")
    fates = {
        f"{each.mutant.function}: {each.mutant.what} {each.mutant.was}": each.status
        for each in trials(guards, 1)
    }
    assert fates["inner: drop body(state, value)"] == "survived"
    assert fates["turn: weaken value` of `assume(condition=value or not state.on)"] == "survived"
    assert fates["turn: weaken wrong` of `wrong and state.on"] == "killed"
    assert "undecided" not in fates.values()


FAILING = """from verifier.language import System, record, step


@record
class State:
    a: bool = False
    b: bool = False
    c: bool = False


@step
def count(state: State, up: bool) -> None:
    if state.a and state.b and state.c:
        raise AssertionError("too far")
    if up:
        state.c = state.c != (state.a and state.b)
        state.b = state.b != state.a
        state.a = not state.a


system = System("one/system", State(), (count,))
"""


def test_a_branch_that_only_leads_to_a_failing_assertion_is_taken(project: Path) -> None:
    (project / "models" / "state.py").write_text(FAILING)
    found = list(coverage(load(project).systems["one/system"], jobs=1))
    assert {each.status for each in found} == {"taken"}


BESIDE = '''"""A step that may fail."""

from verifier.language import System, record, step


@record
class State:
    """Two bits."""

    a: bool = False
    b: bool = False


@step
def go(state: State, v: bool) -> None:
    """Fail, or look at what is never so."""
    if state.b:
        state.a = True
    assert not v
    if v:
        state.a = False


system = System("one/system", State(), (go,))
'''


def test_a_branch_beside_or_behind_a_failing_assertion_is_unreachable(project: Path) -> None:
    (project / "models" / "state.py").write_text(BESIDE)
    found = list(coverage(load(project).systems["one/system"], jobs=1))
    assert [(each.branch.test, each.branch.holds, each.status) for each in found] == [
        ("state.b", True, "unreachable"),
        ("state.b", False, "taken"),
        ("v", True, "unreachable"),
        ("v", False, "taken"),
    ]


MATCHED = """from enum import Enum

from verifier.language import System, record, step


class Mode(Enum):
    ON = 0
    OFF = 1
    NEVER = 2


@record
class State:
    mode: Mode = Mode.ON
    locked: bool = False
    bad: bool = False


@step
def turn(state: State, lock: bool) -> None:
    state.locked = lock
    match state.mode:
        case Mode.ON if not state.locked:
            state.mode = Mode.OFF
        case Mode.NEVER:
            state.bad = True
        case _:
            state.mode = Mode.ON
    state.bad = state.bad or any(mode == state.mode for mode in Mode if mode == Mode.NEVER)


system = System("one/system", State(), (turn,))
"""


def test_cases_of_a_match_are_branches_and_their_guards_are_conditions(project: Path) -> None:
    (project / "models" / "state.py").write_text(MATCHED)
    found = coverage(load(project).systems["one/system"], jobs=1)
    assert [(each.branch.test, each.status) for each in found] == [
        ("case Mode.ON if not state.locked", "taken"),
        ("case Mode.NEVER", "unreachable"),
        ("case _", "taken"),
    ]
    guards = guarded_system(without_cache(load(project), Limits(seconds=60.0)), "one/system")
    made = {(trial.mutant.what, trial.mutant.was) for trial in trials(guards, 1)}
    for condition in ("not state.locked", "mode == Mode.NEVER"):
        assert {("negate", condition), ("take always", condition)} <= made


SEVERAL = """from enum import Enum
from verifier.language import System, record, step


class Key(Enum):
    A = 0
    B = 1


@record
class State:
    on: bool = False
    bad: bool = False
    key: Key = Key.A
    last: Key = Key.A


def other(state: State) -> tuple[Key, bool]:
    return (Key.A if state.key == Key.B else Key.B), state.on


@step
def turn(state: State, value: bool) -> None:
    state.key, state.last, state.on = Key.B, state.key, value


@step
def turn_back(state: State) -> None:
    state.key, state.on = other(state)


@step
def reset(state: State) -> None:
    state.key = state.last = Key.A


SYSTEM = System("one/system", State(), (turn, turn_back, reset))
"""


def test_each_place_of_an_assignment_to_several_is_left_out_by_itself(project: Path) -> None:
    (project / "models" / "state.py").write_text(SEVERAL)
    guards = guarded_system(without_cache(load(project), Limits(seconds=60.0)), "one/system")
    made = [trial.mutant for trial in trials(guards, 1)]
    assert {(each.was.split("`")[0], each.line) for each in made if each.what == "drop"} == {
        *((f"state.{name}", 24) for name in ("key", "last", "on")),
        *((f"state.{name}", 29) for name in ("key", "on")),
        *((f"state.{name}", 34) for name in ("key", "last")),
    }
    swapped = "state.key, state.last, state.on = (Key.B, state.key, value)"
    assert {each.was for each in made if each.what == "swap"} == {swapped}
