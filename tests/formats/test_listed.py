"""Each format is what its line in the list claims, and no command names one."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import verifier.cli
from tests.cli.conftest import HERE, Runner, example, nestproof
from tests.corpus.machines import no_inputs
from verifier.circuit.circuit import Circuit
from verifier.formats.listed import FORMATS, of_proofs

__all__ = ["example", "nestproof"]
COMMANDS = sorted(Path(verifier.cli.__file__).parent.glob("*.py"))


@pytest.fixture(scope="module")
def circuit() -> Circuit:
    return no_inputs()


@pytest.mark.parametrize("name", FORMATS)
def test_only_text_is_text(name: str, circuit: Circuit) -> None:
    format = FORMATS[name]
    bits = [(latch.name, True) for latch in circuit.latches]
    contents = [format.system(circuit, "blinks")]
    contents += [format.proof(circuit, "blinks", [bits])] if format.proof else []
    assert all(contents)
    if format.is_text:
        assert all(content.decode().isascii() for content in contents)


@pytest.mark.parametrize("name", [name for name in FORMATS if not FORMATS[name].is_text])
def test_a_terminal_is_given_text_only(name: str, example: Path) -> None:
    inner, outer = os.openpty()
    assert ran_on(outer, ["export", "lazy/fixed/isolation", "--format", name], example) == 2
    shown = os.read(inner, 4096).decode()
    assert f"{FORMATS[name].title} is binary and this is a terminal" in shown


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in of_proofs()])
def test_a_format_without_proofs_has_no_certificate(name: str, nestproof: Runner) -> None:
    ran = nestproof("export", "lazy/fixed/isolation", "--certificate", "--format", name)
    assert (ran.code, ran.out) == (2, "")
    assert f"--format {name} has no certificates; use --format {of_proofs()[0]}" in ran.err


def test_no_command_names_a_format() -> None:
    named = {
        f"{file.name}:{node.lineno} {node.value}"
        for file in COMMANDS
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and node.value in FORMATS
    }
    assert not named


def ran_on(terminal: int, arguments: list[str], folder: Path) -> int:
    """The exit code of a command whose outputs are a terminal."""
    command = [sys.executable, "-m", "verifier", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    return subprocess.run(
        command, cwd=folder, env=environment, stdout=terminal, stderr=terminal, timeout=600
    ).returncode
