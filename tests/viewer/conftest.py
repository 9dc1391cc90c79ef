"""Traces whose story was saved once: what is drawn of them does not depend on the models."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from verifier.evidence.traces import Trace

HERE = Path(__file__).parent


def saved(version: str) -> Trace:
    """A counterexample of nested KVM: to its transparency, or since v3.13 to its progress."""
    file = HERE / "traces" / f"kvm-nvmx.{version}.json"
    story = msgspec.json.decode(file.read_bytes())
    return msgspec.convert({**story, "shortest": True}, Trace)


@pytest.fixture
def golden(golden_file: Callable[[Path, str], None]) -> Callable[[str, str], None]:
    """Compare a whole output with the file of that name."""
    return lambda name, text: golden_file(HERE / "golden" / name, text)
