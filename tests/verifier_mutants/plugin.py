"""What pytest does in a copy of the checkout: it writes down what each test runs, or runs some.

`--record FILE`: for each test that passes its seconds and the blocks that it ran. `--chosen FILE`:
only the tests of a JSON list, in its order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", help="write down what each test runs")
    parser.addoption("--chosen", help="run these tests in this order")


def pytest_configure(config: pytest.Config) -> None:
    if file := config.getoption("--record"):
        config.pluginmanager.register(Recorder(Path(file)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if file := config.getoption("--chosen"):
        places = {test: place for place, test in enumerate(json.loads(Path(file).read_text()))}
        items[:] = [item for item in items if item.nodeid in places]
        items.sort(key=lambda item: places[item.nodeid])


class Recorder:
    """Attributes marks to tests; those of a module and of shared fixtures to all that use them."""

    def __init__(self, file: Path) -> None:
        from verifier.marks import MARKS  # type: ignore[import-not-found]

        self.marks = MARKS
        self.file = file
        self.shared: dict[object, bytes] = {}
        self.seconds: dict[str, float] = {}
        self.ran: dict[str, bytes] = {}
        self.unusable: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        self._clear()
        try:
            return (yield)
        finally:
            self.shared[collector] = self._taken()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
        if fixturedef.scope == "function":
            return (yield)
        before = self._taken()
        try:
            return (yield)
        finally:
            self.shared[fixturedef] = bytes(self.marks)
            self.marks[:] = _union(before, bytes(self.marks))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._clear()
        try:
            return (yield)
        finally:
            ran = self._taken()
            info = getattr(item, "_fixtureinfo", None)
            fixtures = [each[-1] for each in info.name2fixturedefs.values()] if info else []
            for each in (*item.listchain(), *fixtures):
                ran = _union(ran, self.shared.get(each, ran))
            self.ran[item.nodeid] = ran

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if not report.passed:
            self.unusable.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self.file.write_text(
            json.dumps(
                {
                    test: {
                        "seconds": round(self.seconds[test], 3),
                        "blocks": [place for place, mark in enumerate(ran) if mark],
                    }
                    for test, ran in self.ran.items()
                    if test not in self.unusable
                }
            )
        )

    def _clear(self) -> None:
        self.marks[:] = bytes(len(self.marks))

    def _taken(self) -> bytes:
        taken = bytes(self.marks)
        self._clear()
        return taken


def _union(one: bytes, other: bytes) -> bytes:
    length = len(one)
    together = int.from_bytes(one, "big") | int.from_bytes(other, "big")
    return together.to_bytes(length, "big")
