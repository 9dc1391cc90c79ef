"""What runs beside: workers, signals, scarcity."""

from tests.cli.conftest import example

__all__ = ["example"]
