"""A project that cannot be written to: refused before time is spent, whatever is to be accepted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cli.conftest import HERE, Ran
from tests.cli.test_mistakes import refused
from verifier.cli.writing import writable_folder

AS_ANOTHER = """
import os, sys
from tests.command import preload
preload()
if os.getuid() == 0:
    os.setuid(54321)  # for whom the permissions hold
sys.argv = ["nestproof", *{command!r}.split()]
sys.path[0] = os.getcwd()
from verifier.__main__ import main
main()
"""


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("mutate lazy/fixed --accept --no-cache", "properties/mutants.toml"),
        ("gate --accept --no-cache", "properties/verdicts.toml"),
        ("export lazy/fixed/isolation --format aiger -o out.aig", "out.aig"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(example: Path, command: str, file: str) -> None:
    """Also where the file could be changed, but not replaced in its folder."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        project = Path(shutil.copytree(example, Path(folder) / "lazy"))
        (project / "out.aig").touch()
        (project / "out.aig").chmod(0o666)
        (project / "properties" / "verdicts.toml").chmod(0o666)
        for each in (project, project / "properties"):
            each.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", AS_ANOTHER.format(command=command)],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(HERE.parent.parent)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        for each in (project, project / "properties"):
            each.chmod(0o755)
    refused(
        Ran(done.stdout, done.stderr, done.returncode),
        f"error: `{file}` cannot be written: Permission denied\n",
        "help: ",
    )
    assert done.stdout == ""


def test_two_commands_may_look_at_once_whether_they_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch = Path.touch

    def and_gone(file: Path) -> None:
        touch(file)
        file.unlink()

    monkeypatch.setattr(Path, "touch", and_gone)
    assert writable_folder(tmp_path) == tmp_path
