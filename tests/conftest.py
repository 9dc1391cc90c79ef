"""Golden outputs are rewritten with `--rewrite-golden`, and the difference reviewed."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from verifier.catalogue import bundled_root
from verifier.project.importing import opened

opened([bundled_root()])  # what tests import of the models is what a catalogue has


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="rewrite golden files")


def pytest_configure() -> None:
    """Ctrl-C means what it does in a terminal, also where a shell ignores it in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def golden_file(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a whole output with a file."""

    def compare(file: Path, text: str) -> None:
        if request.config.getoption("--rewrite-golden"):
            file.write_text(text)
        assert file.exists(), "make it with `make golden` and review it"
        assert text == file.read_text()

    return compare
