"""The viewer knows no name of a model: whatever fields, records and steps are called, all is shown.

What is shown is the same up to the names, which are as long as before.
"""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import HOME
from tests.viewer.renaming import BACK, names, renamed_checkout, shown, violated
from verifier.language.packages import bundled_root


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("renamed")
    renamed_checkout(folder)
    return folder


@pytest.mark.sampled(14)
@pytest.mark.parametrize("pair", violated())
def test_everything_is_shown_of_models_with_other_names(pair: str, checkout: Path) -> None:
    command = [sys.executable, "-m", "tests.viewer.renaming", str(checkout), pair]
    there = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    here = shown(bundled_root(), pair, set())
    assert json.loads(there).keys() == here.keys()
    for form, text in json.loads(there).items():
        assert text.splitlines() == here[form].splitlines(), f"names of models show in {form}"


def test_every_field_record_and_step_has_another_name(checkout: Path) -> None:
    assert len(names(checkout)) == len(names(bundled_root())) > 200
    assert not any(name.isascii() for name in names(checkout))
    assert {name.translate(BACK) for name in names(checkout)} == names(bundled_root())


def test_no_text_in_the_viewer_is_a_name_of_a_model() -> None:
    """Of names that are words of plain English, too, only the other tests say anything."""
    known = {each for each in names(bundled_root()) if re.search(r"[_0-9]", each)}
    told = {
        word
        for package in ("evidence", "execution", "explain", "reports", "viewer")
        for file in (HOME / "verifier" / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for word in re.findall(r"\w+", node.value)
    }
    assert not told & known
