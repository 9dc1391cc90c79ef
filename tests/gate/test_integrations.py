"""The CI files, tested by running what they would run."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.command import HOME
from tests.gate.conftest import Project

GUIDE = (HOME / "docs" / "gate.md").read_text()


@pytest.fixture
def shell(project: Project, tmp_path: Path) -> dict[str, str]:
    """An environment in which `nestproof` is installed and installing it again is skipped."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in {
        "nestproof": f'exec {sys.executable} -m verifier "$@"',
        "python3": 'echo "python3 $*" >> "$ASKED"',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    return {
        **project.environment,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "ASKED": str(tmp_path / "asked"),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "CI_PROJECT_DIR": str(tmp_path),
    }


def blocks(text: str) -> list[str]:
    """The scripts of `run: |`."""
    found = re.findall(r"^( +)run: \|\n((?:\1  .*\n|\n)+)", text, re.MULTILINE)
    return [textwrap.dedent(body) for _, body in found]


def script(kind: str, marker: str) -> str:
    """A block of the guide that holds a text."""
    found = re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)
    return next(str(block) for block in found if marker in block)


def run(project: Project, shell: dict[str, str], text: str, **more: str) -> int:
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", text],
        cwd=project.folder,
        env={**shell, **more},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


@pytest.mark.parametrize(("breaks", "code"), [(False, 0), (True, 1)])
def test_the_action_gates_a_pull_request(
    project: Project, shell: dict[str, str], tmp_path: Path, breaks: bool, code: int
) -> None:
    install, gate = blocks((HOME / "action.yml").read_text())
    assert run(project, shell, install, ACTION=str(HOME)) == 0
    assert "pip install" in (tmp_path / "asked").read_text()
    base = project.git("rev-parse", "main")
    if breaks:
        project.edit("        previous.uses_fpu = False\n", "")
        project.commit()
    assert run(project, shell, gate, BASE=base, ARGUMENTS="--why --no-cache") == code
    assert "nestproof gate" in (tmp_path / "summary.md").read_text()
    for name in ("nestproof.md", "nestproof.sarif", "nestproof.xml"):
        assert (tmp_path / name).stat().st_size > 0


def test_the_action_without_a_pull_request_takes_the_merge_base(
    project: Project, shell: dict[str, str]
) -> None:
    _, gate = blocks((HOME / "action.yml").read_text())
    assert run(project, shell, gate, BASE="", ARGUMENTS="") == 0


def test_the_action_says_where_a_gate_could_not_run(
    project: Project, shell: dict[str, str]
) -> None:
    _, gate = blocks((HOME / "action.yml").read_text())
    assert run(project, shell, gate, BASE="gone", ARGUMENTS="") == 2


def test_the_gitlab_job_runs(project: Project, shell: dict[str, str]) -> None:
    job = script("yaml", "CI_MERGE_REQUEST_DIFF_BASE_SHA")
    lines = re.findall(r"^    - (?!if:)(.*)$", job, re.MULTILINE)
    project.commit()
    base = project.git("rev-parse", "main")
    assert run(project, shell, "\n".join(lines), CI_COMMIT_BEFORE_SHA=base) == 0
    assert (project.folder / "nestproof.xml").exists()
    project.edit("        previous.uses_fpu = False\n", "")
    assert run(project, shell, "\n".join(lines), CI_MERGE_REQUEST_DIFF_BASE_SHA=base) == 1


def test_the_hook_stops_a_commit_that_breaks_a_verdict(
    project: Project, shell: dict[str, str]
) -> None:
    hook = project.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(script("sh", "exec nestproof"))
    hook.chmod(0o755)
    commit = "git -c user.name=a -c user.email=a@example.org commit -qam change"
    project.edit('"""Give the registers to the current task."""', '"""Gives them."""')
    assert run(project, shell, commit) == 0
    project.edit("        previous.uses_fpu = False\n", "")
    assert run(project, shell, commit) == 1


def test_pre_commit_runs_the_gate_whatever_is_committed(
    project: Project, shell: dict[str, str]
) -> None:
    """What is only deleted is no file to pre-commit."""
    text = (HOME / ".pre-commit-hooks.yaml").read_text()
    entry = re.search(r"entry: (.*)", text)
    assert entry is not None
    assert run(project, shell, entry[1]) == 0
    assert re.search(r"always_run: true\n *pass_filenames: false", text)
    assert "files:" not in text
