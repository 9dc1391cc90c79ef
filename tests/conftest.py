"""Golden outputs are rewritten with `--rewrite-golden`, and the difference reviewed.

With `--campaign`, as `make campaigns` has it, random and repeated samples are several times as
large as in `make test`. Of what is `sampled(N)`, every Nth case is tried without it, all of them
where somebody asks for some by name.
"""

import gc
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from tests.models import executions
from verifier.__main__ import ALIVE
from verifier.language.packages import bundled_root
from verifier.project.importing import opened

opened([bundled_root()])  # what tests import of the models is what a catalogue has

PROGRAMS, PROGRAMS_OF_A_CAMPAIGN = 25, 600
"""How many random programs each property-based test tries."""

LONG = {
    "test_determinism.py",
    "test_mutants_told.py",
    "test_second_oracle.py",
    "test_signals.py",
}
"""Files with tests that take several seconds each: a core would be idle if they came last."""
HOME = TemporaryDirectory(prefix="nestproof-tests-")
"""Where commands find what earlier ones have stored; nobody else writes there meanwhile."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="rewrite golden files")
    parser.addoption("--campaign", action="store_true", help="try much larger samples")


def pytest_configure(config: pytest.Config) -> None:
    """Ctrl-C means what it does in a terminal, also where a shell ignores it in the background.

    Garbage is collected as seldom as in a command.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.set_threshold(ALIVE)
    settings.register_profile(
        "ours",
        max_examples=PROGRAMS_OF_A_CAMPAIGN if config.getoption("--campaign") else PROGRAMS,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    settings.load_profile("ours")
    executions.configure(config)
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        os.environ.pop(name, None)
    os.environ["HOME"] = HOME.name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three for two cores: many tests wait for processes."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long comes first; of what is sampled the sample is left."""
    items.sort(key=lambda item: item.path.name not in LONG)
    named = config.getoption("keyword") or any("::" in argument for argument in config.args)
    if not (named or config.getoption("--campaign")):
        items[:] = _sample(items)


def _sample(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    seen: Counter[str] = Counter()
    for item in items:
        marker = item.get_closest_marker("sampled")
        function = item.nodeid.partition("[")[0]
        if marker is None or seen[function] % marker.args[0] == 0:
            yield item
        seen[function] += 1


def pytest_unconfigure() -> None:
    """Leave nothing."""
    HOME.cleanup()


@pytest.fixture
def campaign(request: pytest.FixtureRequest) -> bool:
    """Whether samples are to be as large as they can be."""
    return bool(request.config.getoption("--campaign"))


def pytest_sessionfinish() -> None:
    """Leave nothing for pytest's five last collections of garbage.

    They go through all circuits and models that tests share; a worker that takes over 5 s for it is
    interrupted by execnet, and the KeyboardInterrupt is printed among the results.
    """
    gc.freeze()


@pytest.fixture
def golden_file(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a whole output with a file."""

    def compare(file: Path, text: str) -> None:
        if request.config.getoption("--rewrite-golden"):
            file.write_text(text)
        assert file.exists(), "make it with `make golden` and review it"
        assert text == file.read_text()

    return compare
