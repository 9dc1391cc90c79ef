"""Runs the command as a person does, in a project made by `nestproof new`."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.command import Ran, ran

HERE = Path(__file__).parent

__all__ = ["HERE", "Ran", "Runner"]


Runner = Callable[..., Ran]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that `nestproof new` writes."""
    folder = tmp_path_factory.mktemp("projects") / "lazy"
    _ran(["new", str(folder)], HERE)
    return folder


@pytest.fixture
def project(example: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    import shutil

    return Path(shutil.copytree(example, tmp_path / "lazy"))


@pytest.fixture
def nestproof(example: Path) -> Runner:
    """Run `nestproof` with arguments, in the example project unless `cwd` says otherwise."""

    def run(
        *arguments: str,
        cwd: Path = example,
        stdin: str = "",
        streams: Mapping[str, str] | None = None,
        **variables: str,
    ) -> Ran:
        own = {f"XDG_{kind}_HOME": str(example.parent / kind) for kind in ("CACHE", "STATE")}
        return _ran(list(arguments), cwd, stdin, own | variables, streams)

    return run


def _ran(
    arguments: list[str],
    cwd: Path,
    stdin: str = "",
    variables: Mapping[str, str] | None = None,
    streams: Mapping[str, str] | None = None,
) -> Ran:
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent), "COLUMNS": "100"}
    environment |= variables or {}
    environment.pop("NO_COLOR", None)
    return ran(arguments, cwd, environment, stdin, streams)


@pytest.fixture
def golden(golden_file: Callable[[Path, str], None]) -> Callable[[str, str], None]:
    """Compare a whole output with the file of that name, times and folders aside."""

    def compare(name: str, text: str) -> None:
        file = HERE / "golden" / f"{name}.txt"
        text = re.sub(r"\d+\.\d+ s\b", "T s", text)
        text = re.sub(r"\b\d+ ms\b", "T ms", text)
        text = re.sub(
            r"( +\d+){3} +\d+\.\d$", lambda m: m[0].rsplit(None, 1)[0] + " T", text, flags=re.M
        )
        text = re.sub(r"/\S*/projects\d*/lazy", "PROJECT", text)
        golden_file(file, text)

    return compare
