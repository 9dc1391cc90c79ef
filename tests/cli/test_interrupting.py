"""Ctrl-C at any moment: exit code 130, one message, nothing left running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent
ENDED = (130, -signal.SIGINT)
"""A shell says 130 for both: Python may end by the signal itself if it came while in `exec`."""


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
    assert process.returncode in ENDED
    assert "Traceback" not in err
    assert "interrupted" in err
    assert not _still_running(process.pid)


def test_an_interruption_while_the_tool_is_loading_is_one_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from verifier.__main__ import main

    class Loading(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "verifier.cli", Loading("verifier.cli"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err.startswith("interrupted: ")


def test_a_killed_check_leaves_no_process() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "verifier", "check", "kvm-nvmx", "--jobs", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(2.0)
    process.kill()
    process.communicate(timeout=20)  # the others hold the pipes open


def test_what_z3_takes_for_itself_is_an_interruption_again() -> None:
    """Z3 answers unknown then, and the signal is gone."""
    import z3

    from verifier.circuit.z3_terms import answer_of

    class Interrupted(z3.Solver):
        def check(self, *_: object) -> z3.CheckSatResult:
            return z3.unknown

        def reason_unknown(self) -> str:
            return "interrupted from keyboard"

    with pytest.raises(KeyboardInterrupt):
        answer_of(Interrupted())


def _still_running(group: int) -> bool:
    """Whether a process of the group is left a moment later."""
    for _ in range(20):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_evidence_of_what_was_decided_before_an_interruption_is_saved(
    project: Path, jobs: int
) -> None:
    """Also what was decided after the system that takes too long had begun."""
    (project / "models" / "slow.py").write_text(
        "import time\n\nfrom models.lazy import Machine, System, use_fpu\n"
        "from verifier.language import step\n\n\n"
        "@step\ndef stay(machine: Machine) -> None:\n    time.sleep(60)\n\n\n"
        f'endless = System("lazy/{"ccc" if jobs == 2 else "zzz"}", Machine(), (use_fpu, stay))\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "verifier", "check", "--evidence", "out", "--jobs", str(jobs)],
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
    for _ in range(500):
        if out.exists() and sorted(file.name for file in out.glob("*.json")) == wanted:
            break
        time.sleep(0.1)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode in ENDED
    assert "interrupted" in err
    assert sorted(file.name for file in out.iterdir()) == wanted
