"""Models that stay in one call of Python's own, which nothing in their process interrupts."""

import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.check.uncached import without_cache
from verifier.check.run import Strategy, check_all
from verifier.compiler import step_exploration
from verifier.evidence.verdicts import Limits
from verifier.language import System, errors, record, step
from verifier.language.errors import Overdue, blaming
from verifier.processes import runaway
from verifier.processes.worker import Lost, Worker, wait
from verifier.project.catalogue import Catalogue, Pair

ROOT = Path(__file__).parents[2]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that stays in an endless step is ended after half a second; others have time."""

    def hurried(what: str, seconds: float) -> AbstractContextManager[None]:
        return blaming(what, 0.25 if "`endless`" in what else seconds)

    monkeypatch.setattr(errors, "GRACE", 0.25)
    monkeypatch.setattr(step_exploration, "blaming", hurried)
    runaway.watch()


@record
class Light:
    on: bool = False


@step
def counts(light: Light) -> None:
    light.on = sum(range(10**11)) == 0


@step
def flips(light: Light) -> None:
    light.on = not light.on
    assert light.on or not light.on


def line_of(text: str) -> int:
    return 1 + Path(__file__).read_text().splitlines().index(text)


def endless(_: Any) -> None:
    with blaming("it", 0.25):
        sum(range(10**11))


@pytest.mark.usefixtures("impatient")
def test_a_process_that_no_limit_interrupts_is_ended_and_its_line_is_known() -> None:
    worker = Worker(endless)
    while not worker.is_done():
        wait([worker], 1.0)
    lost = worker.result("endless")
    worker.end()
    assert isinstance(lost, Lost)
    assert isinstance(lost.error, Overdue)
    assert lost.error.place is not None
    assert lost.error.place.file == __file__
    assert lost.error.place.line == line_of("        sum(range(10**11))")


@pytest.mark.usefixtures("impatient")
def test_a_system_whose_process_was_ended_is_ill_formed_and_the_others_are_decided() -> None:
    systems = {
        "endless": System("endless", Light(), (counts, flips)),
        "sound": System("sound", Light(), (flips,)),
    }
    catalogue = Catalogue(Path(), systems, (), {}, {})
    pairs = [Pair("endless", "assertions"), Pair("sound", "assertions")]
    context = without_cache(catalogue, Limits()).with_jobs(2)
    [endless], [sound] = check_all(context, pairs, Strategy("pdr"))
    assert sound.verdict == "proved"
    assert endless.verdict == "unknown"
    assert isinstance(endless.error, Overdue)
    assert endless.error.place is not None
    assert endless.error.place.line == line_of("    light.on = sum(range(10**11)) == 0")


@blaming("it", 0.1)
def goes_on() -> None:
    while True:
        pass


COMMAND = """
from verifier.language import errors
from verifier.processes import signals, supervision
errors.GRACE = 0.1

def command():
    signals.release()
    with errors.blaming("it", 0.1):
        sum(range(10**11))

supervision.supervised(command, set())
"""


def test_a_command_that_was_ended_says_why_with_exit_code_2(tmp_path: Path) -> None:
    file = tmp_path / "command.py"
    file.write_text(COMMAND)
    done = subprocess.run(
        [sys.executable, str(file)],
        env={"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "error: a model timed out in one call of Python's own\n"
        f"  --> {file}:9\n"
        "  help: is there a loop over something endless or huge?\n"
    )


def test_a_limit_holds_although_a_module_has_blocked_its_signal() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    try:
        with pytest.raises(Overdue):
            goes_on()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
