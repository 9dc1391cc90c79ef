"""A circuit that is not what plain Python does: that system has no verdict, the others have theirs.

The symbolic layer loses a write of one system; the commands run in this process, so that it does.
"""

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import verifier
from verifier.cli import main
from verifier.compiler import compile as module
from verifier.compiler.self_check import compare
from verifier.compiler.step_exploration import Start
from verifier.compiler.transition_system import TransitionSystem

TEMPLATE = Path(verifier.__file__).parent / "template"

EXPLORE = Start.explore
Command = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command in a project whose system `lazy/fixed` loses a write; its exit code."""
    shutil.copytree(TEMPLATE, tmp_path / "lazy", ignore=shutil.ignore_patterns("__pycache__"))
    for variable in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.chdir(tmp_path / "lazy")

    def losing(self: Start, known: Any) -> Any:
        explored = EXPLORE(self, known)
        if self.system.name == "lazy/fixed" and known.name == "switch_to":
            places = [leaf.path for leaf in self.leaves]
            explored.outcome.writes.pop(places.index("ts"), None)
        return explored

    monkeypatch.setattr(Start, "explore", losing)

    def command(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["nestproof", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        assert isinstance(end.value.code, int)
        return end.value.code

    return command


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_other_systems_are_decided_by_check(
    run: Command, capsys: pytest.CaptureFixture[str], jobs: str
) -> None:
    assert run("check", "--jobs", jobs) == 2
    out, err = capsys.readouterr()
    assert re.search(r"^unknown    lazy/fixed +ill-formed, 3 pairs$", out, re.MULTILINE)
    assert "violated   lazy/broken/isolation" in out
    assert (
        err.count("error: circuit and Python differ in step `switch_to` of `lazy/fixed` with") == 1
    )
    assert "the field `ts` is False in the circuit and True in Python" in err
    assert "models/lazy.py:" in err
    assert "of ill-formed systems" in err


def test_the_json_document_says_why(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--json") == 2
    results = json.loads(capsys.readouterr().out)["results"]
    reasons = {each["pair"]: each["reason"] for each in results}
    assert "circuit and Python differ" in reasons["lazy/fixed/isolation"]
    assert not reasons["lazy/broken/isolation"]


def test_the_other_systems_are_decided_at_the_gate(
    run: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = [f"--{kind}={tmp_path / kind}" for kind in ("json", "junit", "sarif", "markdown")]
    assert run("gate", "--jobs", "1", *files) == 2
    err = capsys.readouterr().err
    assert err.count("error: circuit and Python differ") == 1
    results = json.loads((tmp_path / "json").read_text())["results"]
    verdicts = {each["pair"]: each["verdict"] for each in results}
    assert verdicts["lazy/fixed/isolation"] == "unknown"
    assert verdicts["lazy/broken/isolation"] == "violated"
    for kind in ("junit", "sarif", "markdown"):
        assert "circuit and Python differ" in (tmp_path / kind).read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "lazy/fixed/isolation", "--plain"),
        ("export", "lazy/fixed/isolation", "--format=smt2"),
        ("explain", "lazy/fixed", "--cost"),
        ("explain", "lazy/fixed", "--fields"),
        ("graph", "lazy/fixed", "--over=ts"),
        ("diff", "lazy/fixed", "lazy/broken"),
        ("diff", "lazy/broken", "lazy/fixed"),
        ("cover", "lazy/fixed"),
        ("mutate", "lazy/fixed"),
    ],
    ids=lambda arguments: f"{arguments[0]}",
)
def test_no_command_uses_the_circuit(
    run: Command, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run(*arguments) == 2
    assert "circuit and Python differ" in capsys.readouterr().err


def test_a_stored_proof_is_not_audited_against_the_circuit(
    run: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as sound:
        sound.setattr(Start, "explore", EXPLORE)
        assert run("check", "lazy/fixed/isolation", "--no-cache", "--evidence", "found") == 0
    assert run("audit", "found/lazy.fixed.isolation.json") == 2
    assert "circuit and Python differ" in capsys.readouterr().err


def test_a_circuit_that_was_compared_is_not_compared_again(
    run: Command,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    names = tmp_path / "compared"

    def noted(translation: Any) -> int:
        compiled: TransitionSystem = translation.compiled
        with names.open("a") as file:  # from a worker
            file.write(f"{compiled.system.name}\n")
        return compare(translation)

    monkeypatch.setattr(module, "compare", noted)
    for _ in range(2):
        assert run("check", "lazy/broken", "--jobs", "1") == 0
    assert names.read_text().split() == ["lazy/broken"]
    for _ in range(2):
        assert run("check", "lazy/fixed", "--jobs", "1") == 2
    assert names.read_text().split() == ["lazy/broken", "lazy/fixed", "lazy/fixed"]
    capsys.readouterr()
