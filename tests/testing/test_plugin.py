"""pytest in a project: what it collects, and how each pair passes, fails or is an error."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ran

ROOT = Path(__file__).parent.parent.parent
PAIRS = [
    f"lazy/{system}/{name}"
    for system in ("broken", "fixed")
    for name in ("deadlock", "integrity", "isolation")
]
BOUNDED = """import nestproof.pytest_plugin as plugin

plain = plugin._nestproof


def bounded(folder, command, *arguments):
    more = ("--engine", "bmc", "--depth", "3") if command == "check" else ()
    return plain(folder, command, *more, *arguments)


plugin._nestproof = bounded
"""


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of all runs: circuits are compiled once."""
    state = tmp_path_factory.mktemp("state")
    own = {f"XDG_{kind}_HOME": str(state / kind) for kind in ("CACHE", "STATE")}
    return {**os.environ, **own, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}


@pytest.fixture
def project(environment: dict[str, str], tmp_path: Path) -> Path:
    """What `nestproof new` writes, with a test of its user's own."""
    folder = tmp_path / "lazy"
    ran(["new", str(folder)], tmp_path, environment)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_own.py").write_text("def test_own() -> None:\n    pass\n")
    return folder


@pytest.fixture
def run(environment: dict[str, str], project: Path) -> "Run":
    return Run(project, environment)


class Run:
    """Runs pytest in the project as a person does."""

    def __init__(self, project: Path, environment: dict[str, str]) -> None:
        self.project, self.environment = project, environment

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """The exit code and what is printed."""
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        done = subprocess.run(
            command, cwd=self.project, env=self.environment, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr


def names(output: str) -> list[str]:
    """The tests that are listed, without the files that they are from."""
    return [line.rpartition("::")[2] for line in output.splitlines() if "::" in line]


def test_each_pair_is_a_test_beside_the_users_own(run: Run) -> None:
    code, output = run("--collect-only", "-q")
    assert (code, names(output)) == (0, [*PAIRS, "test_own"])


def test_pairs_that_are_as_expected_pass(run: Run) -> None:
    code, output = run("-v")
    assert code == 0, output
    assert output.count("PASSED") == 7


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        (("-k", "isolation"), ["lazy/broken/isolation", "lazy/fixed/isolation"]),
        (("-k", "fixed/deadlock"), ["lazy/fixed/deadlock"]),
        (("pyproject.toml::lazy/fixed/isolation",), ["lazy/fixed/isolation"]),
        (("tests",), ["test_own"]),
        (("-p", "no:nestproof"), ["test_own"]),
    ],
)
def test_pairs_are_chosen_as_all_tests_are(
    run: Run, arguments: tuple[str, ...], chosen: list[str]
) -> None:
    code, output = run("--collect-only", "-q", *arguments)
    assert (code, names(output)) == (0, chosen)


def test_they_are_there_where_the_project_names_the_folder_of_its_tests(
    run: Run, project: Path
) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write('\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    assert sorted(names(run("--collect-only", "-q")[1])) == [*PAIRS, "test_own"]


def test_other_folders_have_no_such_tests(run: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "lazy"\n')
    assert names(run("--collect-only", "-q")[1]) == ["test_own"]


def test_a_pair_that_is_not_as_expected_fails_with_its_counterexample(
    run: Run, project: Path
) -> None:
    verdicts = project / "properties" / "verdicts.toml"
    text = verdicts.read_text().replace('isolation = "violated"', 'isolation = "proved"')
    verdicts.write_text(text)
    code, output = run("-k", "isolation")
    assert code == 1
    assert "lazy/broken/isolation is violated, expected proved" in output
    assert "switch_to" in output
    assert "1 failed, 1 passed" in output
    assert "Traceback" not in output


def test_what_is_not_known_is_an_error(run: Run, project: Path) -> None:
    (project / "conftest.py").write_text(BOUNDED)
    code, output = run("-k", "isolation", "-rA")
    assert code == 1
    assert "ERROR pyproject.toml::lazy/fixed/isolation" in output
    assert "lazy/fixed/isolation is unknown" in output
    assert "1 passed" in output
    assert "skipped" not in output


def test_a_system_that_is_refused_is_an_error_with_its_place(run: Run, project: Path) -> None:
    model = project / "models" / "lazy.py"
    model.write_text(model.read_text().replace("machine.ts = machine.sets_ts", "print(machine)"))
    code, output = run("-k", "fixed/isolation")
    assert code == 1
    assert "1 error" in output
    assert "--> models/lazy.py:" in output


def test_a_project_that_cannot_be_loaded_is_an_error_of_collecting(run: Run, project: Path) -> None:
    (project / "models" / "lazy.py").write_text("from nowhere import nothing\n")
    code, output = run()
    assert code == 2
    assert "models/lazy.py:1" in output
    assert "Traceback" not in output


def test_a_package_of_the_tools_name_is_no_obstacle(run: Run, project: Path) -> None:
    (project / "verifier").mkdir()
    (project / "verifier" / "__init__.py").write_text("")
    (project / "verifier" / "__main__.py").write_text("raise SystemExit(9)\n")
    code, output = run("-k", "fixed/isolation")
    assert code == 0, output


def test_xdist_runs_them_side_by_side(run: Run) -> None:
    code, output = run("-n", "2")
    assert code == 0, output
    assert "7 passed" in output
