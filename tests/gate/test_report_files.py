"""Report files: written whatever happens, and over nothing else."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.gate.conftest import Project, environment_in
from tests.gate.test_reports import REPORTS, broken
from verifier.reports.sarif import _location

__all__ = ["broken"]


def test_what_leaves_nothing_to_report_is_in_every_report(project: Project) -> None:
    project.model.write_text(project.model.read_text() + "\nX = nobody_has_defined_this\n")
    files = {kind: project.folder / f"report.{kind}" for kind in REPORTS}
    ran = project.gate(*(f"--{kind}={file}" for kind, file in files.items()))
    assert ran.code == 2
    said = "name 'nobody_has_defined_this' is not defined"
    line = len(project.model.read_text().splitlines())
    found = json.loads(files["json"].read_text())
    assert said in found["error"]["message"]
    assert (found["error"]["file"], found["error"]["line"]) == ("models/lazy.py", line)
    assert found["results"] == []
    root = ElementTree.fromstring(files["junit"].read_bytes())
    assert (root.get("errors"), root.get("failures")) == ("1", "0")
    assert said in str(root.find(".//error").get("message"))  # type: ignore[union-attr]
    [run] = json.loads(files["sarif"].read_text())["runs"]
    [invocation] = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    [notice] = invocation["toolExecutionNotifications"]
    assert said in notice["message"]["text"]
    assert notice["locations"][0]["physicalLocation"]["region"]["startLine"] == line
    assert files["markdown"].read_text().startswith("## ❌ nestproof gate: ")
    assert said in files["markdown"].read_text()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", REPORTS)
def test_a_file_is_replaced_only_by_a_report_of_its_kind(broken: Path, kind: str) -> None:
    project = Project(broken, environment_in(broken.parent))
    own = broken / f"report.{kind}"
    assert own.stat().st_size
    assert project.gate(f"--{kind}={own}").code == 1
    thesis = broken / "thesis.txt"
    thesis.write_text("years of work")
    ran = project.gate(f"--{kind}={thesis}")
    assert ran.code == 2
    assert f"is not a {kind} report of nestproof and would be replaced" in ran.err
    assert thesis.read_text() == "years of work"


def test_names_of_files_are_uris_in_sarif(broken: Path) -> None:
    found = _location("models/a b%.py", 3)["physicalLocation"]["artifactLocation"]["uri"]
    assert found == "models/a%20b%25.py"
    [run] = json.loads((broken / "report.sarif").read_text())["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["name"] != rule["id"]
        assert rule["name"].isalnum()
    assert run["tool"]["driver"]["informationUri"].startswith("https://")
