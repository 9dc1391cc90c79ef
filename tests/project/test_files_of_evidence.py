"""Each system and each pair has a file of its own for its evidence, whatever they are called."""

from pathlib import Path

import pytest

from verifier.language import ModelError
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load

MODEL = """from verifier.language import System, record, step


@record
class Lamp:
    on: bool = False


@step
def go(lamp: Lamp) -> None:
    lamp.on = not lamp.on


one = System("{one}", Lamp(), (go,))
other = System("{other}", Lamp(), (go,))
"""
CLAIMS = """from models.m import Lamp
from verifier.language import always


@always("{first}")
def first(lamp: Lamp) -> bool:
    return True


@always("{second}")
def second(lamp: Lamp) -> bool:
    return True
"""


def loaded(folder: Path, one: str, other: str, first: str, second: str) -> Catalogue:
    (folder / "pyproject.toml").write_text("[tool.nestproof]\n")
    for part in ("models", "properties"):
        (folder / part).mkdir()
    (folder / "models" / "m.py").write_text(MODEL.format(one=one, other=other))
    (folder / "properties" / "p.py").write_text(CLAIMS.format(first=first, second=second))
    return load(folder)


@pytest.mark.parametrize(
    ("names", "shared"),
    [
        (("a/b", "a.b", "p", "q"), "the systems `a/b` and `a.b`"),
        (("lamp", "LAMP", "p", "q"), "the systems `lamp` and `LAMP`"),
        (("a/b", "a/b.c", "c.d", "d"), "the pairs `a/b/c.d` and `a/b.c/d`"),
        (("a", "b", "p", "P"), "the pairs `a/P` and `a/p`"),
        (("a", "a.x", "x.deadlock", "q"), "the pairs `a/x.deadlock` and `a.x/deadlock`"),
    ],
)
def test_names_that_would_share_a_file_are_refused(
    tmp_path: Path, names: tuple[str, str, str, str], shared: str
) -> None:
    with pytest.raises(ModelError) as caught:
        loaded(tmp_path, *names)
    assert caught.value.message == f"{shared} would have their evidence in one file"
    assert caught.value.place is not None


def test_names_that_share_none_are_not(tmp_path: Path) -> None:
    found = loaded(tmp_path, "a/b", "a/b.c", "d.c", "d")
    assert sorted(map(str, found.pairs())) == [
        *("a/b.c/d", "a/b.c/d.c", "a/b.c/deadlock", "a/b/d", "a/b/d.c", "a/b/deadlock"),
    ]
