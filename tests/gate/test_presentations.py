"""How people are shown executions is no part of what is claimed: no pair depends on it."""

from tests.gate.conftest import Project
from tests.gate.presenting import present


def judged(project: Project) -> None:
    """The gate finds nothing touched, nothing weaker and nothing to search."""
    ran = project.gate()
    assert ran.code == 0, ran.out + ran.err
    assert "0 of 6 pairs touched" in ran.out
    assert "0 searched" in ran.out
    assert "weak" not in ran.out + ran.err


def test_a_presentation_that_comes_changes_or_goes_touches_no_pair(project: Project) -> None:
    before = project.model.read_text()
    present(project)
    judged(project)
    project.commit()
    project.git("branch", "--force", "main")
    project.edit("now.ran(device_not_available)", "now.before.ts")
    project.edit("'s registers", "'s data")
    judged(project)
    project.edit("return Act(", "return 1 / 0 or Act(")
    judged(project)
    project.model.write_text(before)
    judged(project)


def test_evidence_and_verdicts_are_the_same_with_a_presentation(project: Project) -> None:
    files = sorted(project.certificates.iterdir())
    stored = [file.read_bytes() for file in files]
    present(project)
    accepted = project.gate("--accept")
    assert accepted.code == 0, accepted.err
    assert [file.read_bytes() for file in files] == stored
    shown = project.run("show", "lazy/broken/isolation", "--plain")
    assert "✗ B's FPU access finds A's registers" in shown.out
