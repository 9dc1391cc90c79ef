"""The search for mistakes that no test notices, on a package with two functions."""

from __future__ import annotations

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.verifier_mutants.__main__ import trials
from tests.verifier_mutants.mutants import Mutant, files_in, mutants_of, sample
from tests.verifier_mutants.operators import located, replacements, signatures
from tests.verifier_mutants.record import Recorded, recorded
from tests.verifier_mutants.survivors import Reason, complaints, summary
from tests.verifier_mutants.trial import Outcome, chosen

PART = "verifier/circuit"
CODE = '''"""Two functions."""
import os

def larger(a: int, b: int) -> int:
    """The larger of two."""
    if a < b:
        return b
    return a

def in_another_process(a: int) -> int:
    child = os.fork()
    if not child:
        os._exit(a + 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def never(a: bool) -> bool:
    return not a
'''
TESTS = """
from verifier.circuit.two import in_another_process, larger

def test_the_larger():
    assert larger(1, 2) == larger(2, 1) == 2

def test_a_fork():
    assert in_another_process(3) == 4

def test_that_fails():
    assert larger(1, 1) == 2
"""


def edited(text: str) -> list[str]:
    """What one-place mistakes make of the expression or statement in a function."""
    tree = ast.parse(text)
    found = []
    for node, place, around in list(located(tree)):
        for new in replacements(node, around, signatures([tree])):
            place.put(new)
            found.append(ast.unparse(ast.fix_missing_locations(tree)).splitlines()[-1].strip())
            place.put(node)
    return found


@pytest.mark.parametrize(
    ("line", "mistakes"),
    [
        ("return a < b", {"return a <= b", "return a >= b"}),
        ("return a and b", {"return a or b", "return a", "return b"}),
        ("return not a", {"return a"}),
        ("return a[-1]", {"return a[1]", "return a[-2]", "return a[-0]"}),
        ("return True", {"return False"}),
        ("return a & b", {"return a | b"}),
        ("return a if b else c", {"return a", "return c"}),
        ("return [a for a in b if a]", {"return [a for a in b]"}),
        ("f(a)", {"pass"}),
        ("a.b = c", {"pass"}),
        ("raise Error(1 + 2)", {"pass"}),
        ("return f(a, b)", {"return f(b, a)"}),
        ("return g(a, b)", set()),
        ("x: Sequence[1] = a", set()),
        ("return zip(a, b, strict=True)", set()),
    ],
)
def test_each_operator_makes_its_mistakes(line: str, mistakes: set[str]) -> None:
    known = "def f(one: int, other: int): ...\ndef g(one: int, other: str): ...\n"
    assert set(edited(f"{known}def h(a, b, c):\n    {line}")) == mistakes


@pytest.mark.parametrize(
    ("returns", "constants"),
    [("bool", {"return True", "return False"}), ("str | None", {"return None"}), ("str", set())],
)
def test_a_function_returns_a_constant_of_its_type(returns: str, constants: set[str]) -> None:
    assert set(edited(f"def h(a) -> {returns}:\n    return a")) == constants


def test_a_sample_depends_on_the_seed_and_is_the_same_while_other_code_changes() -> None:
    mutants = [Mutant(f"{PART}/a.py", "f", f"line {n}", "pass") for n in range(100)]
    first = sample(mutants, 10, seed=1)
    assert first == sample(mutants[::-1], 10, seed=1)
    assert first != sample(mutants, 10, seed=2)
    assert {*first} <= {*sample(mutants, 20, seed=1)}
    assert first == sample([*{*first, *mutants[50:]}], 10, seed=1)


def test_tests_of_the_package_come_first_then_the_fastest_while_there_is_time() -> None:
    mutant = Mutant(f"{PART}/a.py", "f", "a", "pass", block=3)
    here, elsewhere = frozenset({(mutant.file, 3)}), frozenset({(mutant.file, 9)})
    tests = [
        Recorded("tests/cli/test_b.py::slow", 5.0, here),
        Recorded("tests/cli/test_b.py::fast", 1.0, here),
        Recorded("tests/circuit/test_c.py::own", 2.0, here),
        Recorded("tests/circuit/test_c.py::beside", 1.0, elsewhere),
        Recorded("tests/circuit/test_d.py::other", 1.0, elsewhere),
    ]
    assert [test.name.split(":")[-1] for test in chosen(mutant, tests, 9.5)] == [
        "own",
        "fast",
        "slow",
        "beside",
    ]
    assert [test.name.split(":")[-1] for test in chosen(mutant, tests, 3.5)] == ["own", "fast"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with two functions and their tests, in a repository of its own."""
    root = tmp_path_factory.mktemp("project")
    (root / PART).mkdir(parents=True)
    (root / "verifier" / "__init__.py").touch()
    (root / PART / "two.py").write_text(CODE)
    here = root / "tests" / "verifier_mutants"
    here.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("plugin.py"), here)
    (root / "tests" / "test_two.py").write_text(TESTS)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


@pytest.fixture(scope="module")
def suite(project: Path) -> list[Recorded]:
    file = project / "build" / "record.json"
    return recorded(project, files_in(project, [PART]), ["tests/test_two.py"], file)


def test_what_each_passing_test_runs_is_recorded_in_all_processes(
    suite: list[Recorded],
) -> None:
    lines = {test.name.split("::")[-1]: {line for _, line in test.blocks} for test in suite}
    assert lines == {"test_the_larger": {5, 7}, "test_a_fork": {11, 13}}


def test_mutants_are_tried_in_copies_by_the_tests_that_run_them(
    project: Path, suite: list[Recorded]
) -> None:
    wanted = ["if a <= b:", "os._exit(a - 1)", "return a"]
    mutants = [mutant for mutant in mutants_of(project, [PART]) if mutant.after in wanted]
    outcomes = list(trials(project, mutants, suite, 10.0, 1))
    assert [(each.result, each.tests, each.by) for each in outcomes] == [
        ("survived", 2, ""),
        ("killed", 2, "tests/test_two.py::test_a_fork"),
        ("survived", 0, ""),
    ]
    assert (project / PART / "two.py").read_text() == CODE


def test_every_survivor_needs_a_reason_and_only_survivors_have_one() -> None:
    mutants = [Mutant("a.py", "f", f"line {n}", "pass") for n in range(10)]
    outcomes = [Outcome(mutant, "killed", 1) for mutant in mutants[1:]]
    outcomes.append(Outcome(mutants[0], "survived", 1))
    equivalent = {mutants[0].key: Reason(True, "nothing reads it")}
    assert not list(complaints(outcomes, equivalent, mutants))
    assert summary(outcomes, equivalent) == (
        "10 mutants, 1 equivalent; 9 of the other 9 killed (100%)"
    )
    assert list(complaints(outcomes, {}, mutants)) == [
        "survives without a reason: a.py f: `line 0` -> `pass`"
    ]
    assert list(complaints(outcomes[:1], {mutants[1].key: Reason(False, "?")}, mutants)) == [
        "has a reason to survive, and is killed: a.py f: `line 1` -> `pass`"
    ]
    assert list(complaints(outcomes[-2:], equivalent, mutants[1:])) == [
        "no such mutant any more: a.py f: `line 0` -> `pass`"
    ]
    assert "fewer than 90% are killed" in complaints(outcomes[-2:], {}, mutants)
