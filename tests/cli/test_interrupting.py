"""Ctrl-C at any moment: exit code 130, one message, nothing left running."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.processes.watching import children, eventually, is_gone, workers
from tests.signals import listens
from verifier.__main__ import main
from verifier.cli import check_command, nestproof
from verifier.cli.progress import Reporter
from verifier.engines.contract import ENGINES
from verifier.evidence.verdicts import Progress
from verifier.processes import signals

ROOT = Path(__file__).parent.parent.parent
CHECK = [sys.executable, "-m", "verifier", "check"]
ENDS = 120.0
"""Seconds, on a machine however busy, in which an interrupted command ends."""


def has_begun(supervisor: int) -> bool:
    return listens(supervisor) and bool(children(supervisor))


@pytest.mark.parametrize("engine", ["auto", "pdr"])
@pytest.mark.parametrize("moment", [has_begun, workers])
def test_an_interrupted_check_ends_with_130_and_leaves_no_process(
    engine: str, moment: Callable[[int], object]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "verifier", "check", "kvm-nvmx", "--engine", engine, "--jobs", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    eventually(lambda: moment(process.pid), "a check")
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=ENDS)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "interrupted" in err
    eventually(lambda: is_gone(process.pid), "no process left")


def test_an_interruption_while_the_tool_is_loading_is_one_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: Callable[[], None], before: set[signal.Signals]) -> None:
        signals.unblock(before)
        raise KeyboardInterrupt

    monkeypatch.setattr("verifier.processes.supervision.supervised", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err.startswith("interrupted: ")


def test_an_exception_that_nobody_expects_is_a_failure_of_the_tool(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def wrong(_: Callable[[], None], before: set[signal.Signals]) -> None:
        signals.unblock(before)
        raise AttributeError("nothing has it")

    monkeypatch.setattr("verifier.processes.supervision.supervised", wrong)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capfd.readouterr().err.endswith("tool failure: AttributeError; please report it\n")


def test_a_killed_check_leaves_no_process() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "verifier", "check", "kvm-nvmx", "--jobs", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    eventually(lambda: workers(process.pid), "a worker")
    process.kill()
    process.communicate(timeout=ENDS)  # the others hold the pipes open


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_evidence_of_what_was_decided_before_an_interruption_is_saved(
    project: Path, jobs: int
) -> None:
    """Also what was decided after the system that takes too long had begun; the rest is unknown."""
    (project / "models" / "slow.py").write_text(
        "from models.lazy import Machine, System, use_fpu\n"
        "from verifier.language import step\n\n\n"
        "@step\ndef stay(machine: Machine) -> None:\n"
        "    for _ in range(10**12):\n        pass\n\n\n"
        f'endless = System("lazy/{"ccc" if jobs == 2 else "zzz"}", Machine(), (use_fpu, stay))\n'
    )
    process = subprocess.Popen(
        [*CHECK, "--json", "--evidence", "out", "--jobs", str(jobs)],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wanted = [
        f"lazy.{system}.{group}.json"
        for system in ("broken", "fixed")
        for group in ("deadlock", "integrity", "isolation")
    ]
    out = project / "out"
    eventually(lambda: sorted(file.name for file in out.glob("*.json")) == wanted, "the evidence")
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    printed, err = process.communicate(timeout=ENDS)
    assert process.returncode == 130
    assert "interrupted: 3 of 9 pairs were not decided" in err
    assert sorted(file.name for file in out.iterdir()) == wanted
    rows = json.loads(printed)["results"]
    assert Counter(row["reason"] for row in rows if row["verdict"] == "unknown") == {
        "interrupted before it was decided": 3
    }
    assert sorted(row["evidence"] for row in rows if row["evidence"]) == [
        f"out/{file}" for file in wanted
    ]


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("engine", ENGINES)
def test_an_interrupted_check_shows_the_violations_of_systems_that_are_not_decided(
    engine: str,
    jobs: str,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The signal comes where a violation was stored; its system is searched for more."""
    save = check_command._save

    def interrupted(*given: Any) -> None:
        save(*given)
        if given[1].verdict == "violated":
            raise KeyboardInterrupt

    monkeypatch.chdir(project)
    monkeypatch.setattr(check_command, "_save", interrupted)
    arguments = ["check", "lazy/broken", "--engine", engine, "--jobs", jobs, "--evidence", "out"]
    with nestproof.make_context("nestproof", arguments) as context:
        assert nestproof.invoke(context) == 130
    shown = capsys.readouterr()
    [file] = Path("out").iterdir()
    name = file.stem.removeprefix("lazy.broken.")
    assert f"violated   lazy/broken/{name}" in shown.out
    assert shown.out.count("violated ") == 1
    assert "interrupted: 2 of 3 pairs were not decided" in shown.err


@pytest.mark.parametrize("patterns", [["lazy/fixed"], []])
def test_the_document_of_an_interrupted_check_has_the_depth_of_each_search(
    patterns: list[str],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    watch = Reporter.watch

    def interrupted(reporter: Reporter, progress: Progress) -> None:
        watch(reporter, progress)
        so_far = reporter.searched("lazy/fixed", "isolation")
        if so_far is not None and so_far.depth > 3:
            raise KeyboardInterrupt

    monkeypatch.chdir(project)
    monkeypatch.setattr(Reporter, "watch", interrupted)
    arguments = ["check", *patterns, "--engine", "bmc", "--jobs", "2", "--json"]
    with nestproof.make_context("nestproof", arguments) as context:
        assert nestproof.invoke(context) == 130
    shown = capsys.readouterr()
    [found] = [
        row
        for row in json.loads(shown.out)["results"]
        if (row["system"], row["property"]) == ("lazy/fixed", "isolation")
    ]
    assert (found["verdict"], found["engine"]) == ("unknown", "bmc")
    assert found["depth"] > 3
    assert f"isolation, good for {found['depth']} steps" in shown.err


def test_a_gate_that_is_interrupted_before_it_begins_writes_its_reports(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else a CI system would show those of an earlier run."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(project)
    monkeypatch.setattr("verifier.cli.gate_command._gate", interrupted)
    files = [f"report.{kind}" for kind in ("json", "junit", "sarif", "markdown")]
    arguments = [f"--{file.removeprefix('report.')}={file}" for file in files]
    with nestproof.make_context("nestproof", ["gate", *arguments]) as context:
        assert nestproof.invoke(context) == 130
    document = json.loads(Path("report.json").read_text())
    assert (document["stopped"], document["results"]) == (True, [])
    assert all(Path(file).stat().st_size for file in files)
    assert "✅" not in Path("report.markdown").read_text()
    assert "interrupted: nothing was decided; wrote" in capsys.readouterr().err
