"""Traces that were saved once: they stay readable whatever happens to the models."""

from collections.abc import Callable
from pathlib import Path

import pytest

from verifier.evidence.files import read
from verifier.evidence.traces import Trace

HERE = Path(__file__).parent


def saved(version: str) -> Trace:
    """A counterexample of nested KVM: to its transparency, or since v3.13 to its progress."""
    trace = read(HERE / "traces" / f"kvm-nvmx.{version}.json")
    assert isinstance(trace, Trace)
    return trace


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a whole output with the file of that name."""

    def compare(name: str, text: str) -> None:
        file = HERE / "golden" / name
        if request.config.getoption("--rewrite-golden"):
            file.write_text(text)
        assert file.exists(), "make it with `make golden` and review it"
        assert text == file.read_text()

    return compare
