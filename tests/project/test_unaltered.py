"""What models or properties replace in the tool's own modules is refused, however they reach it."""

from pathlib import Path
from pkgutil import resolve_name

import pytest

from verifier.language import ModelError
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load

MODEL = """import sys
from enum import Enum

from verifier.language import System, record, step

{patch}


@record
class Lamp:
    on: bool = False


@step
def go(lamp: Lamp) -> None:
    lamp.on = not lamp.on


lamp = System("lamp", Lamp(), (go,))
"""
COMPILE, STORES = "verifier.compiler.compile", "verifier.language.stores"


def loaded(folder: Path, patch: str) -> Catalogue:
    (folder / "pyproject.toml").write_text("[tool.nestproof]\n")
    for part in ("models", "properties"):
        (folder / part).mkdir()
    (folder / "models" / "m.py").write_text(MODEL.format(patch=patch))
    return load(folder)


@pytest.mark.parametrize(
    ("patch", "module", "name"),
    [
        ("sys.modules['{}'].compare = lambda _: 1", COMPILE, "compare"),
        ("sys.modules['{}'].Store.read = lambda *_: False", STORES, "Store.read"),
        ("del sys.modules['{}'].storable", STORES, "storable"),
        ("sys.modules['{}'].storable.__code__ = (lambda _: '').__code__", STORES, "storable"),
    ],
)
def test_what_changes_the_tool_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patch: str, module: str, name: str
) -> None:
    target = f"{module}.{name}"
    for part in (target, f"{target}.__code__"):  # put back what the model changes
        monkeypatch.setattr(part, resolve_name(part))
    with pytest.raises(ModelError, match="models or properties change the tool: ") as caught:
        loaded(tmp_path, patch.format(module))
    assert caught.value.message.endswith(f"`{target}`")


def test_a_model_that_only_looks_is_not(tmp_path: Path) -> None:
    found = loaded(tmp_path, f"SIZE = len(vars(sys.modules['{STORES}']))")
    assert list(found.systems) == ["lamp"]
