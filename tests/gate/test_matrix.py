"""Each bypass in each way in which somebody could hide it, and without a base."""

import json
import shutil
from pathlib import Path

import pytest

from tests.gate import tiny
from tests.gate.bypasses import nothing
from tests.gate.conftest import Project, copied, environment_in
from tests.gate.hiding import Cell
from tests.gate.matrix import MATRIX, WAYS, claims_elsewhere
from tests.gate.matrix_of_steps import asks_elsewhere, observes_elsewhere

CELLS = {f"{row}, {way}": cell for row, ways in MATRIX.items() for way, cell in ways.items()}
IN_ONE = {name: cell for name, cell in CELLS.items() if len(cell.commits) == 1}
SPLIT = {name: cell for name, cell in CELLS.items() if len(cell.commits) > 1}
ALONE = {row: ways[WAYS[0]] for row, ways in MATRIX.items()}


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project, whose main branch has its evidence, on another branch."""
    folder = tmp_path_factory.mktemp("tiny")
    project = Project(folder / "lazy", environment_in(folder))
    tiny.write(project.folder)
    project.git("init", "--quiet", "--initial-branch=main")
    assert project.gate("--accept").code == 0
    shutil.rmtree(project.cache)
    project.commit("base")
    project.git("checkout", "--quiet", "-b", "topic")
    return folder


def based(tiny_base: Path, folder: Path, cell: Cell) -> Project:
    """A project of its own, whose main branch has what a bypass starts from."""
    project = copied(tiny_base, folder)
    if cell.base is not nothing:
        cell.base(project)
        project.git("branch", "--force", "main", project.commit("base"))
    return project


def assert_is_found(project: Project, what: str, base: str = "main") -> None:
    """The gate fails, names what is weaker, and says so before all else."""
    weaker, heading, code = judged(project, base)
    assert what in weaker
    assert heading.startswith("## ⚠ nestproof gate: ")
    assert code == 1


def judged(project: Project, base: str = "main") -> tuple[set[str], str, int]:
    """What the gate says is weaker and nobody has accepted, its headline and its exit code."""
    reports = {kind: project.folder.parent / kind for kind in ("json", "markdown")}
    files = (f"--{kind}={file}" for kind, file in reports.items())
    ran = project.gate("--jobs=1", f"--base={base}", *files)
    found = json.loads(reports["json"].read_text())["weakened"]
    weaker = {f"{one['kind']}:{one['name']}" for one in found if not one["accepted"]}
    return weaker, reports["markdown"].read_text().splitlines()[0], ran.code


def test_every_bypass_is_tried_in_every_way() -> None:
    assert {row: [way for way in WAYS if way not in ways] for row, ways in MATRIX.items()} == {
        row: [] for row in MATRIX
    }


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", IN_ONE)
def test_the_gate_finds(tiny_base: Path, tmp_path: Path, name: str) -> None:
    project, cell = based(tiny_base, tmp_path, IN_ONE[name]), IN_ONE[name]
    cell.commits[0](project)
    assert_is_found(project, cell.weaker)


def test_what_only_stands_elsewhere_and_is_imported_is_not_weaker(
    tiny_base: Path, tmp_path: Path
) -> None:
    project = copied(tiny_base, tmp_path)
    for edit in (claims_elsewhere, observes_elsewhere, asks_elsewhere):
        edit(project)
    weaker, heading, code = judged(project)
    assert (weaker, code) == (set(), 0)
    assert heading.startswith("## ✅ nestproof gate: ")


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", SPLIT)
def test_the_gate_finds_by_the_first_commit_that_loses_something_and_by_both(
    tiny_base: Path, tmp_path: Path, name: str
) -> None:
    """Each commit is judged against the one before it, as one that is merged by itself."""
    project, cell = based(tiny_base, tmp_path, SPLIT[name]), SPLIT[name]
    for number, edit in enumerate(cell.commits, 1):
        edit(project)
        project.commit(str(number))
        if number < cell.loses:
            weaker, _, code = judged(project, "HEAD~1")
            assert (weaker, code) == (set(), 0)
        elif number == cell.loses:
            assert_is_found(project, cell.weaker, "HEAD~1")
    assert_is_found(project, cell.weaker_in_all or cell.weaker)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", ALONE)
def test_before_the_first_commit_there_is_nothing_to_be_weaker_than(
    tiny_base: Path, tmp_path: Path, name: str
) -> None:
    """All that is left is checked, and every report says that nothing was compared."""
    project, cell = based(tiny_base, tmp_path, ALONE[name]), ALONE[name]
    cell.commits[0](project)
    shutil.rmtree(project.folder / ".git")
    project.git("init", "--quiet", "--initial-branch=main")
    ran = project.gate("--jobs=1", "--markdown", "../report.md")
    said = "there is no revision to compare with"
    assert (ran.code, said in ran.out.splitlines()[0]) == (0, True)
    assert said in (project.folder.parent / "report.md").read_text()


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", ALONE)
def test_a_shallow_clone_without_a_base_is_refused(
    tiny_base: Path, tmp_path: Path, name: str
) -> None:
    """Whether it has no main branch, or one of which it is not known where HEAD left it."""
    project, cell = based(tiny_base, tmp_path / "whole", ALONE[name]), ALONE[name]
    cell.commits[0](project)
    project.commit()
    project.git("checkout", "--quiet", "main")
    clone = ("clone", "--quiet", "--depth=1", "--branch=topic", f"file://{project.folder}")
    for number, which in enumerate(("--single-branch", "--no-single-branch")):
        shallow = Project(tmp_path / str(number), project.environment)
        project.git(*clone, which, str(shallow.folder))
        ran = shallow.gate("--markdown", "../report.md")
        assert (ran.code, "the clone is shallow" in ran.err) == (2, True)
        report = (tmp_path / "report.md").read_text()
        assert report.startswith("## ❌ nestproof gate: ")
