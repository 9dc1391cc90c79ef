"""A gate for some pairs only: nothing is said of the others, and nothing of theirs is written."""

import json

from tests.gate.conftest import Project

FORGETS = ("        previous.uses_fpu = False\n", "")
LOSES = ("        previous.image = machine.registers\n", "")


def pairs(project: Project, *arguments: str) -> tuple[list[str], int]:
    file = project.folder / "report.json"
    ran = project.gate("--json", str(file), *arguments)
    return [row["pair"] for row in json.loads(file.read_text())["results"]], ran.code


def test_patterns_name_pairs_systems_and_families_as_in_check(project: Project) -> None:
    assert pairs(project, "lazy/fixed/isolation") == (["lazy/fixed/isolation"], 0)
    assert pairs(project, "lazy/fixed")[0] == [
        "lazy/fixed/deadlock",
        "lazy/fixed/integrity",
        "lazy/fixed/isolation",
    ]
    assert len(pairs(project, "lazy")[0]) == 6
    assert pairs(project, "*/isolation", "lazy/fixed")[0] == [
        "lazy/broken/isolation",
        "lazy/fixed/deadlock",
        "lazy/fixed/integrity",
        "lazy/fixed/isolation",
    ]


def test_an_unknown_name_is_answered_with_the_nearest(project: Project) -> None:
    ran = project.gate("lazy/fixd")
    assert ran.code == 2
    assert "nothing is called `lazy/fixd` here" in ran.err
    assert "did you mean `lazy/fixed" in ran.err


def test_what_is_wrong_elsewhere_is_not_at_the_gate_and_the_report_says_so(
    project: Project,
) -> None:
    project.edit(*LOSES)
    assert project.gate().code == 1
    ran = project.gate("lazy/fixed/isolation", "--why", "--markdown", "report.md")
    assert ran.code == 0
    assert "1 of 1 pair touched; only lazy/fixed/isolation" in ran.out
    assert "integrity" not in ran.out
    assert "lazy/broken" not in ran.out
    assert "only lazy/fixed/isolation." in (project.folder / "report.md").read_text()
    assert project.gate("lazy/fixed/integrity").code == 1


def test_warnings_about_the_rest_of_the_project_are_left_out(project: Project) -> None:
    (project.certificates / "lazy.gone.json").write_text("{}")
    table = project.verdicts.read_text().partition('["lazy/broken"]')[2]
    project.edit(f'["lazy/broken"]{table}', "", "properties/verdicts.toml")
    assert project.gate().out.count("warning") == 2
    assert "warning" not in project.gate("lazy/fixed").out


def test_accepting_writes_what_is_selected_and_leaves_the_rest_as_it_is(project: Project) -> None:
    before = (project.certificates / "lazy.broken.json").read_bytes()
    kept = json.loads((project.certificates / "lazy.fixed.json").read_text())
    project.edit(*FORGETS)
    assert project.gate("lazy/fixed/integrity", "--accept").code == 0
    assert project.verdicts.read_text() == (
        "# What `nestproof check` must find.\n"
        '["lazy/fixed"]\nisolation = "proved"\nintegrity = "violated"\ndeadlock = "proved"\n\n'
        '["lazy/broken"]\nisolation = "violated"\nintegrity = "violated"\ndeadlock = "proved"\n'
    )
    assert (project.certificates / "lazy.broken.json").read_bytes() == before
    after = json.loads((project.certificates / "lazy.fixed.json").read_text())
    assert list(after["runs"]) == ["integrity"]
    assert lemmas(after, "isolation") == lemmas(kept, "isolation")
    assert "integrity" not in after["proofs"]


def lemmas(kept: dict[str, object], goal: str) -> list[str]:
    """The lemmas of a proof in a file of kept evidence."""
    return sorted(
        json.dumps(kept["lemmas"][number])  # type: ignore[index]
        for number in kept["proofs"][goal]["lemmas"]  # type: ignore[index]
    )


def test_accepting_some_of_an_unchanged_project_changes_nothing(project: Project) -> None:
    assert project.gate("lazy/fixed/isolation", "--accept").code == 0
    assert project.git("status", "--short") == ""
