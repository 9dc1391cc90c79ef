"""A signal while the tool is being loaded, which is when most people press Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import verifier
from verifier import cli
from verifier.cli import nestproof
from verifier.processes import signals

ROOT = Path(verifier.__file__).parent.parent
TEMPLATE = Path(verifier.__file__).parent / "template"

LOADING = """
import os, signal, sys, time

class Signals:
    # As when the signal comes while a class is made: an exception there becomes another one.
    def __set_name__(self, owner, name):
        os.kill(os.{process}(), signal.{kind})
        if {process!r} == "getppid":  # the supervisor, who passes it on
            from verifier.processes import signals
            while not signals.came():
                time.sleep(0.01)

class Finder:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            type("Made", (), dict(field=Signals()))
        return None

sys.meta_path.insert(0, Finder())
sys.argv = ["nestproof", *{arguments!r}]
from verifier.__main__ import main
main()
"""


def loading(
    module: str, kind: str, *arguments: str, process: str = "getpid"
) -> subprocess.CompletedProcess[str]:
    """A command to which a signal is sent when it imports a module."""
    given = {"module": module, "kind": kind, "process": process}
    return subprocess.run(
        [sys.executable, "-c", LOADING.format(arguments=arguments, **given)],
        cwd=TEMPLATE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )


@contextmanager
def held_back(number: signal.Signals) -> Iterator[None]:
    """A signal has come while this process was loading a command."""
    before = [signal.getsignal(number) for number in signals.ENDING]
    hook = sys.unraisablehook
    try:
        signals.listen()
        os.kill(os.getpid(), number)
        yield
    finally:
        signals._state.reset()
        sys.unraisablehook = hook
        for each, handler in zip(signals.ENDING, before, strict=True):
            signal.signal(each, handler)


@pytest.mark.parametrize(
    ("process", "module", "kind", "code", "word"),
    [
        ("getpid", "verifier.processes.supervision", "SIGINT", 130, "interrupted"),
        ("getpid", "pathlib", "SIGTERM", 143, "terminated"),
        ("getppid", "click", "SIGTERM", 143, "terminated"),
        ("getppid", "verifier.cli.list_command", "SIGINT", 130, "interrupted"),
    ],
)
def test_a_signal_while_the_supervisor_or_a_command_is_loaded_is_one_message(
    process: str, module: str, kind: str, code: int, word: str
) -> None:
    done = loading(module, kind, "list", process=process)
    said = f"{word}: no partly written file is left\n"
    assert (done.returncode, done.stdout, done.stderr) == (code, "", said)


@pytest.mark.parametrize("module", ["verifier.cli.check_command", "verifier.project.catalogue"])
def test_a_check_that_was_being_loaded_prints_its_document(module: str) -> None:
    done = loading(module, "SIGINT", "check", "--json", process="getppid")
    assert (done.returncode, done.stderr) == (130, "interrupted: nothing was decided\n")
    assert json.loads(done.stdout) == {"schema": 1, "results": []}


@pytest.mark.parametrize("command", ["check", "gate"])
def test_what_completes_a_command_is_ended_while_it_loads_the_project(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cli.COMPLETE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"nestproof {command} ")
    monkeypatch.setenv("COMP_CWORD", "2")
    with held_back(signal.SIGINT), pytest.raises(KeyboardInterrupt):
        cli._run()


def test_a_gate_that_was_being_loaded_writes_its_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with (
        held_back(signal.SIGTERM),
        nestproof.make_context("nestproof", ["gate", "--json", "out.json"]) as context,
    ):
        assert nestproof.invoke(context) == 143
    assert json.loads(Path("out.json").read_text())["stopped"] is True
