"""A clock for time limits that a busy machine does not change."""

import pytest

from verifier.engines import budget


class Clock:
    """It goes on by so many seconds whenever a search looks at it."""

    def __init__(self, step: float) -> None:
        self.step = step
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += self.step
        return self.now


def put_in(monkeypatch: pytest.MonkeyPatch, step: float) -> None:
    """Let searches of this process look at such a clock."""
    monkeypatch.setattr(budget, "time", Clock(step))
