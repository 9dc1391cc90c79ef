"""What takes from the judges is reported first, and fails the gate."""

import json
import shutil
from collections.abc import Callable

import pytest

from tests.gate.conftest import Project
from tests.gate.weakening import (
    AS_STRONG,
    ISOLATION,
    MOVING,
    WEAKER,
    claim_says_less,
    property_deleted,
    report,
    step_assumes_more,
    system_deleted,
)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("weaken", WEAKER, ids=lambda weaken: weaken.__name__)
def test_what_is_claimed_or_possible_less_fails_the_gate(
    project: Project, weaken: Callable[[Project], None]
) -> None:
    weaken(project)
    found, code = report(project)
    assert WEAKER[weaken] in {f"{one['kind']}:{one['name']}" for one in found["weakened"]}
    assert not any(one["accepted"] for one in found["weakened"])
    assert code == 1
    for one in found["weakened"]:
        assert {"kind", "name", "file", "line", "before", "after", "example"} <= one.keys()
        assert one["before"] or one["after"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("edit", AS_STRONG, ids=lambda edit: edit.__name__)
def test_what_says_as_much_is_not_weaker(project: Project, edit: Callable[[Project], None]) -> None:
    edit(project)
    found, code = report(project)
    assert [one for one in found["weakened"] if not one["accepted"]] == []
    assert code == (1 if edit in MOVING else 0)


def test_a_violation_that_is_recorded_in_the_same_change_heads_the_report(project: Project) -> None:
    project.edit("machine.ts = machine.sets_ts", "pass")
    text = project.verdicts.read_text()
    project.verdicts.write_text(text.replace('isolation = "proved"', 'isolation = "violated"', 1))
    text = project.verdicts.read_text()
    project.verdicts.write_text(text.replace('integrity = "proved"', 'integrity = "violated"', 1))
    files = [f"--{kind}={project.folder / kind}" for kind in ("markdown", "sarif", "junit")]
    found, code = report(project, *files)
    assert code == 0
    assert [(one["kind"], one["name"], one["accepted"]) for one in found["weakened"]] == [
        ("verdict", "lazy/fixed/integrity", True),
        ("verdict", "lazy/fixed/isolation", True),
    ]
    assert (project.folder / "markdown").read_text().startswith("## ⚠ nestproof gate: ")
    results = json.loads((project.folder / "sarif").read_text())["runs"][0]["results"]
    assert [(r["ruleId"], r["level"]) for r in results] == [("weakened/verdict", "warning")] * 2
    assert 'failures="0"' in (project.folder / "junit").read_text()


def test_a_step_that_is_not_possible_any_more_is_reported_to_hide_the_line_that_broke(
    project: Project,
) -> None:
    """The handler loads nothing, and nobody switches any more from who has used the FPU."""
    project.edit("    machine.registers = machine.saved[machine.current].image\n", "")
    project.edit(
        "assume(next_task != machine.current)",
        "assume(next_task != machine.current and not machine.saved[machine.current].uses_fpu)",
    )
    found, code = report(project)
    assert code == 1
    assert WEAKER[step_assumes_more] in {f"{o['kind']}:{o['name']}" for o in found["weakened"]}
    [said] = [each for each in found["warnings"] if "lazy/fixed/integrity holds only" in each]
    assert said.startswith(
        "lazy/fixed/integrity holds only because `switch_to` does less where it did something"
    )
    assert "else it is violated after" in said
    assert "models/lazy.py" in said


def test_a_step_that_is_narrowed_and_hides_nothing_is_only_weaker(project: Project) -> None:
    step_assumes_more(project)
    found, _ = report(project)
    assert not [each for each in found["warnings"] if "holds only because" in each]


def helper_imported_by_its_package(project: Project) -> None:
    """The base has a helper that a property imports from its own package."""
    owning = project.folder / "properties" / "owning.py"
    owner = "access.found.owner == access.by"
    head = '"""Who owns registers."""\n\nfrom models.lazy import Access\n\n\n'
    owning.write_text(f"{head}def owns(access: Access) -> bool:\n    return {owner}\n")
    project.edit(owner, "owns(access)", ISOLATION)
    imports = "from models.lazy import"
    project.edit(imports, f"from .owning import owns\n{imports}", ISOLATION)
    project.commit("helper")
    owning.write_text(owning.read_text().replace(owner, f"{owner} or access.by == Task.B"))
    owning.write_text(owning.read_text().replace("import Access", "import Access, Task"))


def test_a_helper_that_is_imported_from_its_own_package_is_looked_at(project: Project) -> None:
    helper_imported_by_its_package(project)
    found, code = report(project, "--base", "HEAD")
    assert [one["name"] for one in found["weakened"]] == [WEAKER[claim_says_less].split(":")[1]]
    assert code == 1


def test_what_is_gone_is_at_a_gate_for_some_pairs_too(project: Project) -> None:
    system_deleted(project)
    found, code = report(project, "lazy/fixed")
    assert ([one["kind"] for one in found["weakened"]], code) == (["system"], 1)


def test_a_tag_is_no_main_branch(project: Project) -> None:
    property_deleted(project)
    project.commit("less")
    project.git("tag", "main")
    assert [one["kind"] for one in report(project)[0]["weakened"]] == ["property"]


def test_a_project_that_was_in_another_folder_is_not_a_new_one(project: Project) -> None:
    property_deleted(project)
    moved = project.folder / "fpu"
    moved.mkdir()
    for part in ("models", "properties", "pyproject.toml"):
        shutil.move(project.folder / part, moved / part)
    found, code = report(Project(moved, project.environment))
    assert ([one["kind"] for one in found["weakened"]], code) == (["base"], 3)


def test_accepting_verdicts_accepts_nothing_that_is_weaker(project: Project) -> None:
    claim_says_less(project)
    assert project.gate("--accept").code == 1
