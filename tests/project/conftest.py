"""Projects of one model, in folders of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.project import loading
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load

Write = Callable[..., Path]

MODEL = '''from verifier.language import System, record, step

SAFE = True


@record
class Machine:
    """Something that may break."""

    broken: bool = False


@step
def run(machine: Machine) -> None:
    """Run on."""
    if not SAFE:
        machine.broken = True


SYSTEM = System("lamp/one", Machine(), (run,))
'''

PROPERTY = '''from models.lamp import Machine
from verifier.language import always


@always("whole")
def nothing_breaks(machine: Machine) -> bool:
    """It stays whole."""
    return not machine.broken
'''


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, and a user's folders of its own."""
    for name in ("CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "properties").mkdir()
    (folder / "models" / "lamp.py").write_text(MODEL)
    (folder / "properties" / "whole.py").write_text(PROPERTY)
    return folder


@pytest.fixture
def reasons(root: Path) -> Callable[..., list[str]]:
    """Why the circuits of a project are not reused whose model has some more text in front."""

    def found(text: str, **others: str) -> list[str]:
        for name, content in others.items():
            (root / "models" / f"{name}.py").write_text(content)
        (root / "models" / "lamp.py").write_text(f"{text}\n{MODEL}")
        return whys(load(root))

    return found


def whys(catalogue: Catalogue) -> list[str]:
    """What each reason says, with its line."""
    assert catalogue.imports is not None
    return [f"{each.what} at {each.place.line}" for each in catalogue.imports.reasons()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose model the tests in loading.py write anew."""
    (tmp_path / "pyproject.toml").write_text("[tool.nestproof]\n")
    for part in ("models", "properties"):
        (tmp_path / part).mkdir()
    (tmp_path / "models" / "m.py").write_text(loading.MODEL.format(**loading.ORDINARY))
    (tmp_path / "properties" / "p.py").write_text(loading.CLAIM)
    return tmp_path
