"""Ctrl-C at any moment: exit code 130, one message, nothing left running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("engine", ["auto", "pdr"])
@pytest.mark.parametrize("seconds", [0.5, 2.0])
def test_an_interrupted_check_ends_with_130_and_leaves_no_process(
    engine: str, seconds: float
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "verifier", "check", "kvm-nvmx", "--engine", engine, "--jobs", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "interrupted" in err
    assert not _still_running(process.pid)


def _still_running(group: int) -> bool:
    """Whether a process of the group is left a moment later."""
    for _ in range(20):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True
