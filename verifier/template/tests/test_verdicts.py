"""Every verdict is as recorded."""

import subprocess
import sys
from pathlib import Path


def test_every_verdict_is_as_recorded() -> None:
    project = Path(__file__).parent.parent
    check = [sys.executable, "-m", "verifier", "check"]
    result = subprocess.run(check, cwd=project, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
