"""A claim that an initial state violates: an execution without steps, told everywhere."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.gate.conftest import Project
from verifier.compiler.compile import compile_compared
from verifier.evidence.files import read
from verifier.evidence.saved_execution import SavedTrace
from verifier.evidence.traces import Trace
from verifier.explain.counterexample import recomputed
from verifier.project.loading import load
from verifier.viewer.screen.view_model import VIEWS, Scene

CLAIM = '''

@always("isolation")
def task_b_goes_first(machine: Machine) -> bool:
    """It does not."""
    return machine.current == Task.B or not machine.current == Task.A
'''
SAYS = "task b goes first"
KINDS = ("json", "junit", "sarif", "markdown")


@pytest.fixture
def wrong(project: Project) -> Project:
    file = project.folder / "properties" / "isolation.py"
    file.write_text(file.read_text() + CLAIM)
    return project


def test_it_is_checked_shown_and_audited(wrong: Project, tmp_path: Path) -> None:
    ran = wrong.run("check", "lazy/fixed", "--evidence", str(tmp_path))
    assert ran.code == 1
    assert "violated   lazy/fixed/isolation" in ran.out
    file = tmp_path / "lazy.fixed.isolation.json"
    assert wrong.run("audit", str(file)).code == 0
    for what in ("lazy/fixed/isolation", str(file)):
        shown = wrong.run("show", what)
        assert shown.code == 0, shown.err
        assert "is violated at the start\n" in shown.out
        assert f"violated at the start: {SAYS}" in shown.out
        assert f"✗ isolation: {SAYS}  at the start" in shown.out
        assert "✓ isolation: a task finds only its own registers" in shown.out
    for form in ("svg", "html", "mermaid"):
        drawn = wrong.run("show", "lazy/fixed/isolation", "--format", form)
        assert drawn.code == 0, drawn.err
        assert SAYS in drawn.out


def test_the_screen_has_it_in_every_view(wrong: Project, tmp_path: Path) -> None:
    wrong.run("check", "lazy/fixed", "--evidence", str(tmp_path))
    saved = read(tmp_path / "lazy.fixed.isolation.json")
    assert isinstance(saved, SavedTrace)
    catalogue = load(wrong.folder)
    properties = catalogue.properties_of(catalogue.systems["lazy/fixed"])
    compiled = compile_compared(catalogue.systems["lazy/fixed"], properties)
    trace = recomputed(compiled, saved)
    assert isinstance(trace, Trace)
    assert trace.steps == ()
    scene = Scene(trace, None, 80)
    assert [view for view in VIEWS if not scene.rows(view)] == [], "views without rows"
    assert scene.remark() == (f"here it fails: {SAYS}", "wrong")


def test_every_report_of_the_gate_has_it(wrong: Project) -> None:
    ran = wrong.gate(*(part for kind in KINDS for part in (f"--{kind}", f"r.{kind}")))
    assert ran.code == 1, ran.err
    assert f"{SAYS}: fails at the start; searched" in ran.out
    texts = {kind: (wrong.folder / f"r.{kind}").read_text() for kind in KINDS}
    assert "Task b goes first: fails at the start." in texts["markdown"]
    assert ElementTree.fromstring(texts["junit"]).get("failures") == "1"
    rows = {row["pair"]: row for row in json.loads(texts["json"])["results"]}
    assert rows["lazy/fixed/isolation"]["depth"] == 0
    [run] = json.loads(texts["sarif"])["runs"]
    [result] = run["results"]
    [place] = [each["physicalLocation"] for each in result["locations"]]
    assert place["artifactLocation"]["uri"] == "properties/verdicts.toml"
    lines = (wrong.folder / "properties" / "verdicts.toml").read_text().splitlines()
    number = place["region"]["startLine"]
    assert lines[number - 1].startswith("isolation = ")
    assert '["lazy/fixed"]' in lines[:number]
