"""Bochs itself, where it is installed: it ends, is killed, and leaves nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest

from verifier.lab import bochs
from verifier.lab.forms import form
from verifier.lab.legs import LEGS, Order, recorded
from verifier.lab.lists import listed
from verifier.lab.lockstep import bench
from verifier.lab.programs import L1, Program
from verifier.lab.running import Incomplete
from verifier.lab.scales import QUICK, RUNNING, issued
from verifier.lab.summary import judged

LEG = LEGS["bochs-vmx"]


def installed() -> bool:
    try:
        return bool(bochs.version())
    except Incomplete:
        return False


def order(programs: Iterable[Program], seconds: float, cpu: str = LEG.cpus[0]) -> Order:
    return Order(LEG, cpu, None, "some", list(programs), seconds)


needs_bochs = pytest.mark.skipif(not installed(), reason="needs Bochs")


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    assert not list(tmp_path.glob("nestproof-lab-*"))
    assert not children()


def children() -> list[str]:
    """Commands of this process's children that are Bochs."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = status.read_text().rpartition(")")
        except OSError:
            continue
        if rest.split()[1] == str(os.getpid()) and "bochs" in name:
            found.append(name)
    return found


@needs_bochs
def test_every_fifth_of_the_quick_programs_comes_to_what_the_model_predicts() -> None:
    seen: list[int] = []
    recording = recorded(order(islice(listed(QUICK), 0, None, 5), 120), seen.append)
    found = judged(recording, bench())
    assert found.total.differ == 0, found.examples
    assert found.total.agree > 1000
    assert seen == sorted(seen)
    assert recording.header.emulator.startswith("Bochs 2.")


@needs_bochs
def test_a_run_that_takes_too_long_is_ended_and_incomplete() -> None:
    begin = time.monotonic()
    with pytest.raises(Incomplete, match=r"Bochs timed out after \d+ of 7\d+ programs"):
        recorded(order(listed(QUICK), 1.0), lambda _: None)
    assert time.monotonic() - begin < 20


@needs_bochs
def test_a_program_that_shuts_the_processor_down_makes_the_run_incomplete() -> None:
    """L1 with its stack nowhere: its fault cannot be delivered, nor can the next."""
    lost = Program(
        (L1((issued(form("MOV CR0, RSP"), RUNNING), issued(form("JMP m16:32 to a TSS")))),)
    )
    with pytest.raises(Incomplete, match="0 of 1 programs"):
        recorded(order([lost], 10.0), lambda _: None)


@needs_bochs
def test_a_cpu_without_vmx_is_refused_with_its_reason() -> None:
    with pytest.raises(Incomplete, match="has neither VMX nor SVM"):
        recorded(order(islice(listed(QUICK), 3), 60.0, "athlon64_venice"), lambda _: None)


@needs_bochs
def test_a_terminated_command_leaves_neither_bochs_nor_files(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    variables = os.environ | {"TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "verifier", "lab", "run", "--full"]
    started = subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL)
    try:
        until(lambda: bool(list(temporary.glob("*/output"))))
        [image] = temporary.glob("*/image")
        started.send_signal(signal.SIGTERM)
        assert started.wait(30) == 143
    finally:
        started.kill()
    assert not list(temporary.iterdir())
    assert not any(str(image.parent) in each for each in commands())


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def commands() -> Iterator[str]:
    """The command lines of all processes."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield file.read_text(errors="replace")


def test_without_bochs_there_is_a_message_and_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Incomplete, match="Bochs is not installed") as error:
        bochs.version()
    assert "apt-get install bochs" in error.value.help
