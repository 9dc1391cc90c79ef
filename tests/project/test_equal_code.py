"""Functions of equal text in two files, or of one function that makes them, are not one another."""

from pathlib import Path

import pytest

from verifier.mutation.branch_coverage import BranchCoverage, coverage
from verifier.project.loading import load

HEAD = """from verifier.language import System, assume, record, step


@record
class Timer:
    armed: bool = False
    late: bool = False
    held: bool = False


"""
STEPS = """@step
def arm(timer: Timer) -> None:
    timer.armed = not timer.armed


@step
def expire(timer: Timer) -> None:
    if timer.armed:
        timer.late = LATE
    watch(timer)


def watch(timer: Timer) -> None:
    check(timer)


def check(timer: Timer) -> None:
    {check}


"""
MADE = """def made(late: bool):
    @step
    def expire(timer: Timer) -> None:
        if timer.armed:
            timer.late = late

    return expire


@step
def arm(timer: Timer) -> None:
    timer.armed = True


first, second = made(True), made(False)
ONE = System("timer/one", Timer(), (arm, first))
TWO = System("timer/two", Timer(), (arm, second))
"""
ATTEMPTS = """@step
def hold(timer: Timer, held: bool) -> None:
    timer.held = held


@step
def enter(timer: Timer) -> None:
    if timer.held:
        timer.late = True
        assume(not timer.held)
    timer.armed = True


ONE = System("timer/one", Timer(), (hold, enter))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.nestproof]\n")
    for part in ("models", "properties"):
        (tmp_path / part).mkdir()
    return tmp_path


def version(root: Path, name: str, late: bool, check: str) -> None:
    system = f'SYSTEM = System("timer/{name}", Timer(), (arm, expire))\n'
    text = STEPS.replace("LATE", str(late)).format(check=check)
    (root / "models" / f"{name}.py").write_text(f"{HEAD}{text}{system}")


def covered(root: Path, system: str) -> list[BranchCoverage]:
    return list(coverage(load(root).systems[system], 1))


def test_code_of_equal_text_in_two_files_is_not_equal(root: Path) -> None:
    version(root, "one", True, "timer.held = False")
    version(root, "two", True, "timer.held = False")
    one, two = (load(root).systems[f"timer/{name}"].steps[1] for name in ("one", "two"))
    assert one.__wrapped__.__code__ != two.__wrapped__.__code__  # type: ignore[attr-defined]


def test_branches_are_covered_in_the_file_that_the_system_runs(root: Path) -> None:
    version(root, "one", True, "timer.held = False")
    version(root, "two", True, "timer.held = False")
    for name in ("one", "two"):
        found = covered(root, f"timer/{name}")
        assert [each.status for each in found] == ["taken", "taken"]
        assert {Path(each.branch.file).stem for each in found} == {name}


def test_branches_are_covered_in_whatever_a_function_has_made(root: Path) -> None:
    (root / "models" / "timers.py").write_text(HEAD + MADE)
    for name in ("one", "two"):
        assert [each.status for each in covered(root, f"timer/{name}")] == ["taken", "taken"]


def test_an_attempt_takes_no_branch(root: Path) -> None:
    (root / "models" / "timers.py").write_text(HEAD + ATTEMPTS)
    found = {each.branch.holds: each.status for each in covered(root, "timer/one")}
    assert found == {True: "unreachable", False: "taken"}


def test_an_assertion_is_found_in_either_of_two_files(root: Path) -> None:
    version(root, "one", True, "timer.held = False")
    version(root, "two", True, "assert not timer.late")
    (root / "models" / "three.py").write_text(
        "from models.one import Timer, watch as first\n"
        "from models.two import watch as second\n"
        "from verifier.language import System, step\n\n\n"
        "@step\ndef run(timer: Timer) -> None:\n    first(timer)\n    second(timer)\n\n\n"
        'SYSTEM = System("timer/three", Timer(), (run,))\n'
    )
    catalogue = load(root)
    for name in ("timer/two", "timer/three"):
        assert catalogue.contains_assertion(catalogue.systems[name])


KINDS = """class Table:
    @staticmethod
    def first(timer: Timer) -> None:
        if timer.armed and not timer.armed:
            timer.late = True

    @classmethod
    def second(cls, timer: Timer) -> None:
        if timer.armed:
            timer.late = True


def twice(function):
    @wraps(function)
    def call(*given):
        function(*given)
        function(*given)

    return call


@twice
def third(timer: Timer) -> None:
    if timer.held:
        timer.late = True


@step
def arm(timer: Timer) -> None:
    Table.first(timer)
    Table.second(timer)
    third(timer)
    timer.armed = True


ONE = System("timer/one", Timer(), (arm,))
"""


def test_branches_are_found_in_methods_and_below_decorators(root: Path) -> None:
    text = f"from functools import wraps\n{HEAD}{KINDS}"
    (root / "models" / "timers.py").write_text(text)
    found = {(each.branch.function, each.branch.holds): each for each in covered(root, "timer/one")}
    assert {name: each.status for name, each in found.items()} == {
        ("first", True): "unreachable",
        ("first", False): "taken",
        ("second", True): "taken",
        ("second", False): "taken",
        ("third", True): "unreachable",
        ("third", False): "taken",
    }
