"""A name that a module defines twice is refused, however it is written, wherever the file is."""

from pathlib import Path

import pytest

from tests.project.conftest import MODEL
from tests.project.loading import refused

TWO = '''"""Two kernels."""

def new() -> bool:
    return True


def other() -> bool:
    return True
'''


@pytest.mark.parametrize(
    "text",
    [
        "from models.two import new\nfrom models.old import other, \\\n  new\n",
        "from models.two import new\nfrom models.old import (other,  # as it was (v3.1)\n  new)\n",
        "def new() -> bool:\n    return True\n\n\nalias = new = bool\n",
        "def new() -> bool:\n    return True\n\n\n(y, new) = 0, bool\n",
        "def new() -> bool:\n    return True\n\n\ny = 0; new = bool\n",
        "def new() -> bool:\n    return True\n\n\nfor new in (bool, int):\n    pass\n",
        "class A:\n    def new(self) -> bool:\n        return True\n\n    new = bool\n",
        "def a() -> None:\n    def new() -> bool:\n        return True\n    new = bool\n",
    ],
)
def test_what_is_defined_twice_is_found_however_it_is_laid_out(project: Path, text: str) -> None:
    for name, content in (
        ("two", TWO),
        ("old", TWO.replace("True", "False")),
        ("twice", f"{text}\n{MODEL}"),
    ):
        (project / "models" / f"{name}.py").write_text(content)
    assert refused(project).startswith("`new` is defined twice")


def test_files_that_are_linked_from_elsewhere_are_looked_at_as_well(
    project: Path, tmp_path: Path
) -> None:
    shared = tmp_path / "shared.py"
    shared.write_text(f"{TWO}{TWO}{MODEL}")
    (project / "models" / "flags.py").symlink_to(shared)
    assert refused(project).startswith("`new` is defined twice")
