"""How people are shown executions is no part of what is claimed: no pair depends on it."""

import json
from collections import Counter

from tests.gate.conftest import Project

UNTOUCHED = (0, 1, Counter({(False, "earlier evidence, audited"): 6}))


def judged(project: Project) -> tuple[int, int, Counter[tuple[bool, str]]]:
    """The gate's exit code, how many files have changed, and how often pairs are touched, or not.

    With where their evidence comes from.
    """
    code = project.gate("--json", "report.json").code
    report = json.loads((project.folder / "report.json").read_text())
    pairs = Counter((row["moved"], row["how"]) for row in report["results"])
    return code, len(report["changed_files"]), pairs


def test_a_presentation_that_comes_changes_or_goes_touches_no_pair(project: Project) -> None:
    before = project.model.read_text()
    project.edit("    presentation=SHOWN,\n", "")
    assert judged(project) == UNTOUCHED
    project.commit()
    project.git("branch", "--force", "main")
    project.model.write_text(before)
    assert judged(project) == UNTOUCHED
    project.edit("now.ran(device_not_available)", "now.before.ts")
    project.edit("'s registers", "'s data")
    assert judged(project) == UNTOUCHED
    project.edit("return Act(", "return 1 / 0 or Act(")
    assert judged(project) == UNTOUCHED


def test_evidence_and_verdicts_are_the_same_without_a_presentation(project: Project) -> None:
    files = sorted(project.certificates.iterdir())
    stored = [file.read_bytes() for file in files]
    project.edit("    presentation=SHOWN,\n", "")
    accepted = project.gate("--accept")
    assert accepted.code == 0, accepted.err
    assert [file.read_bytes() for file in files] == stored
    shown = project.run("show", "lazy/broken/isolation", "--plain")
    assert "  violated: a task finds only its own registers." in shown.out
