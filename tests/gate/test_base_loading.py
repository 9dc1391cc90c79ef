"""A base has no module of the working tree, however that was imported."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from verifier.gate.base_loading import look_there, require_apart
from verifier.language.errors import ModelError


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A working tree beside a folder, with links between them."""
    tree, beside = tmp_path.resolve() / "tree", tmp_path.resolve() / "beside"
    (tree / "lib" / "site-packages").mkdir(parents=True)
    beside.mkdir()
    for file in (tree / "own.py", beside / "other.py", tree / "lib" / "site-packages" / "x.py"):
        file.write_text("")
    (beside / "link.py").symlink_to(tree / "own.py")
    (beside / "folder").symlink_to(tree)
    (tree / "away.py").symlink_to(beside / "other.py")
    return tree


def imported(monkeypatch: pytest.MonkeyPatch, file: str | None, path: str | None = None) -> None:
    """Have a module from a file, or a package without one."""
    module = ModuleType("one_of_the_tree")
    if file is not None:
        module.__file__ = file
    if path is not None:
        module.__path__ = [path]
    monkeypatch.setitem(sys.modules, module.__name__, module)


@pytest.mark.parametrize(
    "file", ["own.py", "../beside/link.py", "../beside/folder/own.py", "../tree/own.py"]
)
@pytest.mark.parametrize("relative", [False, True])
def test_a_module_whose_file_leads_into_the_working_tree_is_refused_and_forgotten(
    here: Path, monkeypatch: pytest.MonkeyPatch, file: str, relative: bool
) -> None:
    monkeypatch.chdir(here)
    imported(monkeypatch, file if relative else f"{here}/{file}")
    with pytest.raises(ModelError, match="`one_of_the_tree` is imported from the working tree"):
        require_apart(here)
    look_there(here, here.parent / "there")
    require_apart(here)


@pytest.mark.parametrize(
    "file", ["away.py", "../beside/other.py", "lib/site-packages/x.py", "../tree_of_another.py"]
)
def test_a_module_from_elsewhere_and_a_library_stay(
    here: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    imported(monkeypatch, f"{here}/{file}")
    require_apart(here)
    look_there(here, here.parent / "there")
    assert "one_of_the_tree" in sys.modules


def test_a_package_without_a_file_is_where_its_folder_is(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(monkeypatch, None, str(here / "lib"))
    with pytest.raises(ModelError, match=r"is imported from the working tree \(lib\)"):
        require_apart(here)


def test_imports_look_in_the_other_folder_from_then_on(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = here.parent / "there"
    beside = str(here.parent / "beside")
    monkeypatch.setattr(sys, "path", [str(here), str(here / "lib"), beside])
    look_there(here, there)
    assert sys.path == [str(there), str(there / "lib"), beside]
