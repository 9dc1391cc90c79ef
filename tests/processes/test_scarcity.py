"""Few descriptors, few processes, no shared memory: less side by side, or one message."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cli.test_streams import shell

ROOT = Path(__file__).parents[2]
SHARED_MEMORY = re.compile(r"^\s*(import|from) (multiprocessing|concurrent)\b", re.MULTILINE)


@pytest.mark.parametrize(
    ("command", "code"), [("check --no-cache --fresh --jobs 4", 0), ("mutate lazy/fixed", 1)]
)
def test_twenty_descriptors_are_enough(example: Path, command: str, code: int) -> None:
    done = shell(example, f"ulimit -n 20; exec $N {command}")
    assert done.returncode == code, done.stderr
    assert "error" not in done.stderr


def test_too_few_descriptors_are_one_message(example: Path) -> None:
    done = shell(example, "ulimit -n 6; exec $N check --no-cache --fresh --jobs 4")
    assert done.returncode == 2
    assert done.stderr.startswith("error: a process cannot be started: Too many open files\n")
    assert len(done.stderr.splitlines()) == 2


SCARCE = """
import os, resource, sys
from tests.command import preload
preload()
resource.setrlimit(resource.RLIMIT_NPROC, ({limit}, {limit}))
os.setuid(100_000 + os.getpid())  # whom the limit holds for, and who has no other process
sys.argv = ["nestproof", *{command!r}.split()]
sys.path[0] = os.getcwd()
from verifier.__main__ import main
main()
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become a user without processes")
@pytest.mark.parametrize(("limit", "code"), [(2, 2), (3, 0)])
def test_few_processes_do_the_work_or_are_one_message(limit: int, code: int, example: Path) -> None:
    command = "check --no-cache --fresh --jobs 4"
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        done = subprocess.run(
            [sys.executable, "-c", SCARCE.format(limit=limit, command=command)],
            cwd=shutil.copytree(example, Path(folder) / "lazy"),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=600,
        )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert ("a process cannot be started" in done.stderr) == (code == 2)


def test_nothing_here_needs_semaphores_or_shared_memory() -> None:
    """What multiprocessing offers lives in /dev/shm, which a container may not have."""
    files = [*(ROOT / "verifier").rglob("*.py")]
    assert not [str(file) for file in files if SHARED_MEMORY.search(file.read_text())]
