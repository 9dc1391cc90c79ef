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
def golden(golden_file: Callable[[Path, str], None]) -> Callable[[str, str], None]:
    """Compare a whole output with the file of that name."""
    return lambda name, text: golden_file(HERE / "golden" / name, text)
