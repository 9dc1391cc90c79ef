"""Streams that nobody reads, that are full, closed, or know only ASCII: no stack trace."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import HERE, Runner

STARTED = "check lazy/fixed"
FORKED = (
    "list",
    "show lazy/broken/isolation",
    "export lazy/fixed/isolation --format smt2",
    "explain lazy/fixed",
)
"""Commands that do not differ in how Python and the shell give them their streams."""
COMMANDS = (STARTED, *FORKED)


def shell(project: Path, line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which $N is the command."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=project,
        env={
            **os.environ,
            "PYTHONPATH": str(HERE.parent.parent),
            "N": f"{sys.executable} -m verifier",
            **more,
        },
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_where_nobody_reads_on_it_ends_as_other_programs_do(example: Path, command: str) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(
        [sys.executable, "-m", "verifier", *command.split()],
        cwd=example,
        env={**os.environ, "PYTHONPATH": str(HERE.parent.parent)},
        stdout=writes,
        stderr=subprocess.PIPE,
        text=True,
        timeout=600,
    )
    os.close(writes)
    assert done.returncode == 141
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_a_full_disk_behind_stdout_is_a_failure_and_no_verdict(example: Path) -> None:
    done = shell(example, f"$N {STARTED} > /dev/full")
    assert done.returncode == 2
    assert "error: the output cannot be used: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", FORKED)
def test_a_full_disk_behind_stdout_is_one_to_each_other_command(
    nestproof: Runner, command: str
) -> None:
    done = nestproof(*command.split(), streams={"out": "/dev/full"})
    assert done.code == 2
    assert "error: the output cannot be used: No space left on device" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_stdout_is_a_failure_and_no_verdict(example: Path, command: str) -> None:
    done = shell(example, f"$N {command} >&-")
    assert done.returncode == 2
    assert "error: the output cannot be used: it is closed\n" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_other_closed_streams_are_empty_ones(example: Path, command: str) -> None:
    assert shell(example, f"$N {command} 2>&- <&-").returncode == 0


def test_what_the_encoding_lacks_is_escaped(example: Path, tmp_path: Path) -> None:
    for encoding in ("ascii", "latin-1"):
        done = shell(example, "$N show lazy/broken/isolation", PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, "")
    done = shell(tmp_path, "$N new €", PYTHONIOENCODING="latin-1")
    assert "wrote \\u20ac/README.md" in done.stdout


def test_a_name_that_the_encoding_of_files_lacks_is_one_message(
    project: Path, tmp_path: Path
) -> None:
    variables = "LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0"
    text = (project / "properties" / "isolation.py").read_text()
    (project / "properties" / "isolation.py").write_text(text.replace('"isolation"', '"größe"'))
    (project / "properties" / "verdicts.toml").unlink()
    done = shell(project, f"{variables} $N check lazy/fixed --evidence '{tmp_path}/out'")
    assert (done.returncode, done.stderr.count("error: ")) == (2, 1)
    assert "cannot be written in the encoding `ascii`" in done.stderr


def test_a_folder_that_is_gone_is_reported(tmp_path: Path) -> None:
    done = shell(tmp_path, "mkdir gone && cd gone && rmdir ../gone && $N list")
    assert done.returncode == 2
    assert "the folder you are in is gone" in done.stderr


def test_without_arguments_the_commands_are_listed_and_nothing_is_green(nestproof: Runner) -> None:
    ran = nestproof()
    assert (ran.code, ran.out) == (2, "")
    assert "what a change does to behaviour and verdicts" in ran.err


def test_the_shell_completes_commands_and_systems(example: Path) -> None:
    begun = {"_NESTPROOF_COMPLETE": "bash_complete", "COMP_CWORD": "2"}
    done = shell(example, "$N", COMP_WORDS="nestproof simulate lazy/b", **begun)
    assert (done.returncode, done.stdout) == (0, "plain,lazy/broken\n")


@pytest.mark.parametrize("command", ["list", "show lazy/broken/isolation"])
def test_a_terminal_that_cannot_draw_gets_text(example: Path, command: str) -> None:
    import pty

    terminal, end = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent), "TERM": "dumb"}
    process = subprocess.Popen(
        [sys.executable, "-m", "verifier", *command.split()],
        cwd=example,
        env=environment,
        stdin=end,
        stdout=end,
        stderr=subprocess.DEVNULL,
    )
    os.close(end)
    printed = b""
    try:
        while piece := os.read(terminal, 65536):
            printed += piece
    except OSError:  # the other end is closed
        pass
    assert process.wait(600) == 0
    assert b"lazy/broken" in printed
    assert b"\x1b" not in printed


def test_a_debugger_stops_in_a_model(example: Path) -> None:
    text = (example / "models" / "lazy.py").read_text()
    number = text.splitlines().index("    if machine.ts:") + 1
    debugger = f"{sys.executable} -m pdb -m verifier check lazy/fixed --jobs 1 --no-cache"
    typed = rf"b {example}/models/lazy.py:{number}\nc\nargs\n"
    done = shell(example, f"printf '{typed}' | {debugger}")
    assert f"models/lazy.py({number})use_fpu()" in done.stdout, done.stdout + done.stderr


def test_help_has_the_exit_codes_of_the_readme(nestproof: Runner) -> None:
    described = (HERE.parents[1] / "docs" / "commands.md").read_text().split("\nExit codes: ")[1]
    codes = re.findall(r"\b\d+\b", described.split(" On Ctrl-C")[0])
    assert codes[-2:] == ["143", "141"]
    assert re.findall(r"\b\d+\b", nestproof("--help").out.split("Exit codes:")[1]) == codes
