"""A project whose names stand for two things is refused when it is loaded."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from verifier.language import ModelError
from verifier.language.packages import bundled_root
from verifier.project.loading import load

TEMPLATE = bundled_root() / "verifier" / "template"


@pytest.fixture
def refusal(tmp_path: Path) -> Iterator[Callable[[str, str], ModelError]]:
    """The refusal of the template's project with a text at the end of a file."""
    root = Path(shutil.copytree(TEMPLATE, tmp_path / "lazy"))

    def refused(name: str, text: str) -> ModelError:
        file = root / name
        file.write_text(file.read_text() + text)
        with pytest.raises(ModelError) as caught:
            load(root)
        assert caught.value.place is not None
        assert caught.value.place.file == str(file)
        assert caught.value.place.line > len(file.read_text().splitlines()) - text.count("\n")
        return caught.value

    yield refused
    load(bundled_root())


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "models/lazy.py",
            "\n\n@step\ndef use_fpu(machine: Machine) -> None: ...\n",
            r"`use_fpu` is defined twice: first at .*models/lazy\.py:\d+",
        ),
        (
            "models/lazy.py",
            "\n\nAGAIN = System('lazy/fixed', Machine(), ())\n",
            r"two systems are called `lazy/fixed`: the first is at .*models/lazy\.py:\d+",
        ),
        (
            "models/lazy.py",
            "\n\nODD = System('lazy/with space', Machine(), ())\n",
            r"the name of the system `lazy/with space` has a ` ` where it must not",
        ),
        (
            "models/lazy.py",
            "\n\nODD = System('lazy/isolation', Machine(), ())\n",
            r"the system `lazy/isolation` is called like the property `isolation` of a system",
        ),
        (
            "properties/isolation.py",
            "\n\n@always('deadlock')\ndef never(access: Access) -> bool:\n    return True\n",
            r"the property `deadlock` is called like the property `deadlock`, which every .*",
        ),
    ],
)
def test_names_of_a_project(
    refusal: Callable[[str, str], ModelError], file: str, text: str, message: str
) -> None:
    assert re.fullmatch(message, refusal(file, text).message)


def test_a_case_of_another_file_is_not_named_again(tmp_path: Path) -> None:
    root = Path(shutil.copytree(TEMPLATE, tmp_path / "lazy"))
    first = root / "properties" / "isolation.py"
    shutil.copy(first, root / "properties" / "other.py")
    with pytest.raises(ModelError, match=r"two cases are called `\w+`: the first is at") as caught:
        load(root)
    assert str(first) in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.file == str(root / "properties" / "other.py")
    load(bundled_root())
