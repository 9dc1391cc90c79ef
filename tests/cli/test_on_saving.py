"""`check --on-save`: each file that is saved is checked, whatever it is, until a signal comes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Runner
from tests.processes.watching import eventually, is_gone, workers

WAITING = "waiting for a file to be saved\n"
COMMAND = [sys.executable, "-m", "verifier", "check", "--on-save"]


@dataclass
class Watching:
    """A `check --on-save` that runs, and what it has written."""

    project: Path
    process: subprocess.Popen[bytes]
    written: Path

    def says(self, text: str, times: int = 1) -> None:
        eventually(lambda: self.written.read_text().count(text) >= times, text)

    def save(self, old: str, new: str) -> None:
        """Save the model as editors do: another file takes its place."""
        model = self.project / "models" / "lazy.py"
        draft = model.with_suffix(".draft")
        draft.write_text(model.read_text().replace(old, new))
        draft.replace(model)

    def ended(self, number: int) -> int:
        os.killpg(self.process.pid, number)
        code = self.process.wait(timeout=120)
        eventually(lambda: is_gone(self.process.pid), "no process left")
        return code


@pytest.fixture
def watching(project: Path, tmp_path: Path) -> Iterator[Watching]:
    written = tmp_path / "written"
    with written.open("wb") as output:
        process = subprocess.Popen(
            COMMAND, cwd=project, stdout=output, stderr=output, start_new_session=True
        )
    yield Watching(project, process, written)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_what_is_saved_is_checked_until_ctrl_c(watching: Watching) -> None:
    watching.says(WAITING)
    watching.save("sets_ts: bool = True", "sets_ts: bool = False")
    watching.says(WAITING, 2)
    watching.save("sets_ts: bool = False", "sets_ts: bool = ")
    watching.says(WAITING, 3)
    watching.save("sets_ts: bool = ", "sets_ts: bool = True")
    watching.says(WAITING, 4)
    assert watching.ended(signal.SIGINT) == 130
    first, second, third, fourth = watching.written.read_text().split("\nsaved: models/lazy.py\n")
    assert "6 pairs: 4 proved, 2 violated; all as expected\n" in first
    assert "6 pairs: 2 proved, 4 violated; 2 not as expected\n" in second
    assert third.startswith("error: module `models.lazy` is not Python")
    assert "6 pairs: 4 proved, 2 violated; all as expected\n" in fourth
    assert "Traceback" not in fourth


def test_a_change_ends_the_check_that_runs(watching: Watching) -> None:
    eventually(lambda: workers(watching.process.pid), "a check that runs")
    watching.save("sets_ts: bool = True", "sets_ts: bool = False")
    watching.says("6 pairs: 2 proved, 4 violated; 2 not as expected\n")
    assert watching.ended(signal.SIGTERM) == 143


def test_one_document_is_not_of_several_checks(nestproof: Runner) -> None:
    refused = nestproof("check", "--json", "--on-save")
    assert (refused.code, refused.out) == (2, "")
    assert "`--json` and `--on-save` do not go together" in refused.err
