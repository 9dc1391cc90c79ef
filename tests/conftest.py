"""Golden outputs are rewritten with `--rewrite-golden`, and the difference reviewed."""

import signal

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="rewrite golden files")


def pytest_configure() -> None:
    """Ctrl-C means what it does in a terminal, also where a shell ignores it in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
