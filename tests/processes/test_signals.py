"""Signals at any moment: the right exit code, nothing left, no stack trace, nothing lost."""

import os
import pty
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from verifier.processes import signals

ROOT = Path(__file__).parents[2]


def module(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", name, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200)


def test_a_signal_at_any_point_of_the_pool_is_not_lost_and_leaves_no_process() -> None:
    done = module("tests.processes.injecting")
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.match(r"(\d+) points, 0 faults", done.stdout)
    assert found is not None
    assert int(found[1]) > 300


def test_commands_signalled_at_random_moments_end_in_time_with_the_right_code() -> None:
    commands = (
        "check --jobs 2 --json --fresh --no-cache",
        "gate --jobs 2 --no-cache --json report.json --sarif report.sarif",
        "mutate lazy/fixed --jobs 2",
    )
    given = [part for command in commands for part in ("--command", command)]
    done = module("tests.signals", "--forked", "--moments", "10", *given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 signals" in done.stdout


def in_a_child(body: Callable[[], int]) -> int:
    """The exit code of a fork of this process that does something."""
    child = os.fork()
    if not child:
        code = 99
        try:
            code = body()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_is_shielded_is_done_before_the_signal_is_raised(
    number: signal.Signals, code: int
) -> None:
    def body() -> int:
        signals.listen()
        signals.release()
        done = 0
        try:
            with signals.shielded(), signals.shielded():
                os.kill(os.getpid(), number)
                done = 1
            done = 2
        except KeyboardInterrupt:
            return signals.acknowledge() if done == 1 else 1
        return 2

    assert in_a_child(body) == code


def test_a_signal_that_is_swallowed_is_raised_again_without_a_trace_of_the_first(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Swallows:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(signals, "AGAIN", -1.0)

    def body() -> int:
        signals.listen()
        signals.release()
        try:
            Swallows()
            os.kill(os.getpid(), signal.SIGTERM)  # as the supervisor does
        except KeyboardInterrupt:
            return signals.acknowledge()
        return 1

    assert in_a_child(body) == 143
    assert capfd.readouterr().err == ""


def test_what_a_signal_left_half_made_does_not_complain(capfd: pytest.CaptureFixture[str]) -> None:
    class HalfMade:
        def __init__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            self.owner = True

        def __del__(self) -> None:
            assert self.owner

    def body() -> int:
        signals.listen()
        signals.release()
        try:
            HalfMade()
        except KeyboardInterrupt:
            return signals.acknowledge()
        return 1

    assert in_a_child(body) == 130
    assert capfd.readouterr().err == ""


def test_an_acknowledged_signal_interrupts_nothing_more() -> None:
    def body() -> int:
        signals.listen()
        signals.release()
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            signals.acknowledge()
            os.kill(os.getpid(), signal.SIGINT)
            return 0
        return 1

    assert in_a_child(body) == 0


SUPERVISED = """
import os, sys, time
from verifier.processes import supervision, signals
from verifier.processes.worker import Worker
supervision.REACT, supervision.FINISH, supervision.HURRY = {react}, 60.0, 0.3
supervision.SAME, supervision.STRAYS = {same}, 60.0

def command():
    signals.release()
    {body}

try:
    supervision.supervised(command, set())
except KeyboardInterrupt:
    {caught}
"""

NEVER = """signals._state.shields = 1; print("up", flush=True); time.sleep(600)"""
LISTENS = """print("up", flush=True); time.sleep(600)"""
WORKS = """Worker(lambda _: time.sleep(600)); print("up", flush=True); time.sleep(600)"""
WRITES = """signals.acknowledge(); time.sleep({}); print("written", flush=True); sys.exit(7)"""
AT_ONCE, PATIENT = 0.3, 60.0
"""Seconds that a command has where it is to be killed, and where it must not be."""
ENDS = 30.0
"""Seconds in which a command must end that has few left, on a machine however busy."""


def supervised(
    body: str, caught: str = "pass", react: float = PATIENT, same: float = 0.3
) -> subprocess.Popen[str]:
    """A supervised command that has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISED.format(body=body, caught=caught, react=react, same=same)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def assert_ended(process: subprocess.Popen[str], code: int) -> tuple[str, str]:
    """It ends in time with that code, and nothing is left of it."""
    out, err = process.communicate(timeout=ENDS)
    assert process.returncode == code
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert "Traceback" not in err
    return out, err


@pytest.mark.parametrize("body", [NEVER, f"signals._state.shields = 1; {WORKS}"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_that_does_not_react_is_killed_with_what_it_has_begun(
    body: str, number: signal.Signals, code: int
) -> None:
    process = supervised(body, react=AT_ONCE)
    process.send_signal(number)
    _, err = assert_ended(process, code)
    assert "the command did not end in time and was killed" in err


def test_a_command_has_time_to_write_its_reports_after_the_first_signal() -> None:
    process = supervised(LISTENS, WRITES.format(3), react=2.0)
    process.send_signal(signal.SIGTERM)
    out, err = assert_ended(process, 143)
    assert (out, err) == ("written\n", "")


def test_a_command_that_has_swallowed_a_signal_is_reminded() -> None:
    again = """try:
        print("up", flush=True); time.sleep(600)
    except KeyboardInterrupt:
        time.sleep(600)"""
    process = supervised(again, "sys.exit(signals.acknowledge())")
    process.send_signal(signal.SIGINT)
    _, err = assert_ended(process, 130)
    assert err == ""


def test_a_second_signal_leaves_little_time() -> None:
    caught = """signals.acknowledge(); print("first", flush=True); time.sleep(600)"""
    process = supervised(LISTENS, caught, same=0.0)
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == "first\n"
    process.send_signal(signal.SIGINT)
    assert_ended(process, 130)


def test_a_signal_sent_to_a_process_and_its_group_is_one() -> None:
    """As `timeout` does."""
    process = supervised(LISTENS, WRITES.format(1), same=PATIENT)
    process.send_signal(signal.SIGTERM)
    os.killpg(process.pid, signal.SIGTERM)
    out, _ = assert_ended(process, 143)
    assert out == "written\n"


def test_when_the_supervisor_is_killed_every_process_ends() -> None:
    process = supervised(WORKS)
    process.kill()
    process.communicate(timeout=ENDS)  # the others hold the pipes open
    assert process.returncode == -signal.SIGKILL


def test_a_command_that_is_killed_is_a_failure_of_the_tool() -> None:
    process = supervised("""print("up", flush=True); os.kill(os.getpid(), 9)""")
    _, err = assert_ended(process, 2)
    assert "tool failure: the command was killed by signal 9" in err


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ("os._exit(1)", "tool failure: the command ended without a result"),
        ("os._exit(0)", "tool failure: the command ended without a result"),
        ("raise ValueError", "ValueError"),
        ("sys.exit('text')", "text"),
    ],
)
def test_a_command_that_ends_without_an_exit_code_of_its_own_is_a_failure(
    end: str, says: str
) -> None:
    """Python ends with 1 after an exception, which would be a verdict."""
    process = supervised(f"""print("up", flush=True); {end}""")
    _, err = process.communicate(timeout=ENDS)
    assert (process.returncode, says in err) == (2, True)


def test_a_terminal_that_a_killed_command_has_changed_is_as_before() -> None:
    terminal, end = pty.openpty()
    before = termios.tcgetattr(end)
    raw = """import tty; tty.setraw(0); os.write(1, b"\\x1b[?1049h"); os.kill(os.getpid(), 9)"""
    script = SUPERVISED.format(body=raw, caught="pass", react=PATIENT, same=0.3)
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=end, stdout=end, stderr=subprocess.PIPE
    )
    process.communicate(timeout=ENDS)
    assert process.returncode == 2
    assert termios.tcgetattr(end) == before
    printed = os.read(terminal, 4096)
    assert printed.index(b"\x1b[?1049h") < printed.index(b"\x1b[?1049l")
    os.close(terminal)
    os.close(end)


def test_a_stopped_command_stops_its_supervisor_and_goes_on_with_it() -> None:
    """As Ctrl-Z in the interactive screen does."""
    process = supervised(
        """print("up", flush=True); os.kill(os.getpid(), 19); print("on"); sys.exit(5)"""
    )
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    os.killpg(process.pid, signal.SIGCONT)
    out, _ = assert_ended(process, 5)
    assert out == "on\n"


def test_without_a_further_process_the_command_runs_alone() -> None:
    process = supervised("""print("up", flush=True); sys.exit(4)""")
    assert_ended(process, 4)
    alone = SUPERVISED.format(body="sys.exit(4)", caught="pass", react=PATIENT, same=0.3)
    scarce = "import os\ndef fork(): raise BlockingIOError(11, 'no')\nos.fork = fork\n"
    done = subprocess.run(
        [sys.executable, "-c", scarce + alone], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (4, "")
