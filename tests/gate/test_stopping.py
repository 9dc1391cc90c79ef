"""A gate that a signal ends: the reports have what was decided by then, and it is never green."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.command import HOME
from tests.gate.conftest import Project
from tests.processes.watching import eventually, is_gone, used, workers

REPORTS = ("json", "junit", "sarif", "markdown")
SLOW = '''
from models.lazy import Machine, System, use_fpu
from verifier.language import step


@step
def stay(machine: Machine) -> None:
    """Nothing happens, and to find that out takes very long."""
    for _ in range(10**12):
        pass


endless = System("lazy/endless", Machine(), (use_fpu, stay))
'''


LONG = 1.0
"""Seconds of computing that no worker takes but that of the slow system."""


def wait_for_the_slow_one(process: int) -> None:
    """Wait until a gate's last worker is that of the slow system, which comes last."""

    def is_alone() -> bool:
        beside = workers(process)
        return len(beside) == 1 and used(beside[0]) > LONG

    eventually(is_alone, "the slow system alone")


def stopped(
    project: Project, number: signal.Signals, group: bool
) -> tuple[subprocess.Popen[str], str]:
    """A gate with all reports that gets a signal while one of its systems takes very long."""
    (project.folder / "models" / "slow.py").write_text(SLOW)
    command = [sys.executable, "-m", "verifier", "gate", "--no-cache", "--jobs", "2"]
    process = subprocess.Popen(
        command + [part for kind in REPORTS for part in (f"--{kind}", f"report.{kind}")],
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(HOME)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for_the_slow_one(process.pid)
    assert process.poll() is None, process.communicate()
    os.killpg(process.pid, number) if group else process.send_signal(number)
    _, err = process.communicate(timeout=120)
    return process, err


@pytest.mark.sampled(2)
@pytest.mark.parametrize("group", [False, True])
@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_the_reports_have_what_was_decided_before_the_signal(
    project: Project, number: signal.Signals, code: int, said: str, group: bool
) -> None:
    process, err = stopped(project, number, group)
    assert process.returncode == code, err
    assert f"{said}: 3 of 9 pairs were not decided; wrote report.json" in err
    assert "Traceback" not in err
    document = json.loads((project.folder / "report.json").read_text())
    assert document["stopped"] is True
    found = Counter((row["verdict"], row["reason"]) for row in document["results"])
    assert found == {
        ("proved", ""): 4,
        ("violated", ""): 2,
        ("unknown", "interrupted before it was decided"): 3,
    }
    suites = ElementTree.fromstring((project.folder / "report.junit").read_bytes())
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("9", "0", "3")
    [run] = json.loads((project.folder / "report.sarif").read_text())["runs"]
    assert run["invocations"] == [{"executionSuccessful": False, "exitCode": code}]
    report = (project.folder / "report.markdown").read_text()
    assert "✅" not in report
    assert (
        "interrupted; 9 pairs: 6 from earlier evidence, 0 searched, 3 not decided; "
        "all others as expected" in report
    )
    assert "0 of the 6 pairs decided by then touched" in report
    assert "<details><summary>3 pairs not decided</summary>" in report
    assert "| `slow" not in report
    eventually(lambda: is_gone(process.pid), "no process left")


def test_a_gate_that_is_stopped_accepts_nothing(project: Project) -> None:
    before = {file: file.read_bytes() for file in kept(project.folder)}
    project.edit("        previous.uses_fpu = False\n", "")
    (project.folder / "models" / "slow.py").write_text(SLOW)
    process = project.start("gate", "--accept", "--jobs", "2")
    wait_for_the_slow_one(process.pid)
    process.terminate()
    assert process.wait(120) == 143
    assert {file: file.read_bytes() for file in kept(project.folder)} == before


def kept(folder: Path) -> list[Path]:
    return [
        path for path in (folder / "properties").rglob("*") if path.suffix in (".json", ".toml")
    ]
