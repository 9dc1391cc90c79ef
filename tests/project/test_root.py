"""Which folder is the project, and which folders only look like one."""

from pathlib import Path

import pytest

from verifier.language import ModelError
from verifier.language.errors import Place
from verifier.language.packages import bundled_root
from verifier.project.catalogue import project_root
from verifier.project.root import project_above

TABLE = "[project]\nname = 'x'\n\n[tool.nestproof]\n"


def laid_out(folder: Path, *parts: str, text: str | None = None) -> Path:
    for part in parts:
        (folder / part).mkdir(parents=True)
    if text is not None:
        (folder / "pyproject.toml").write_text(text)
    return folder


@pytest.mark.parametrize("text", [TABLE, "[tool]\nnestproof = {}\n", "tool.nestproof = {}\n"])
def test_a_project_is_found_from_every_folder_in_it(tmp_path: Path, text: str) -> None:
    folder = laid_out(tmp_path, "models/deep", "properties", "docs", text=text)
    for start in (folder, folder / "models" / "deep", folder / "docs"):
        assert project_above(start) == folder


def test_outside_of_any_project_it_is_the_bundled_catalogue(tmp_path: Path) -> None:
    laid_out(tmp_path, "models", "x/y")
    assert project_above(tmp_path / "x" / "y") is None
    assert project_root(tmp_path / "x") == bundled_root()


@pytest.mark.parametrize("parts", [("models",), ("properties",), ("models", "properties")])
@pytest.mark.parametrize("text", [None, "[tool.other]\n", "# [tool.nestproof]\n"])
def test_a_folder_with_models_that_is_not_a_project_is_refused(
    tmp_path: Path, parts: tuple[str, ...], text: str | None
) -> None:
    folder = laid_out(tmp_path, *parts, text=text)
    for start in (folder, folder / parts[0]):
        with pytest.raises(ModelError, match="but is not a project") as caught:
            project_above(start)
        assert "[tool.nestproof]" in caught.value.help


def test_a_folder_below_one_with_both_is_refused(tmp_path: Path) -> None:
    folder = laid_out(tmp_path, "models", "properties", "docs")
    with pytest.raises(ModelError, match="but is not a project"):
        project_above(folder / "docs")


@pytest.mark.parametrize("part", ["models", "properties"])
def test_a_project_that_lacks_a_folder_is_refused(tmp_path: Path, part: str) -> None:
    folder = laid_out(tmp_path, part, text=TABLE)
    with pytest.raises(ModelError, match="and has no folder") as caught:
        project_above(folder)
    assert caught.value.place == Place(str(folder / "pyproject.toml"), 4)


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("[tool.nestproof", "is not TOML", 1),
        ("[project]\nname = \n", "is not TOML", 2),
        ("[project]\nname = 'x'\ny = [", "is not TOML", 3),
        ("[project]\ny = 'x\n\n\n", "is not TOML", 2),
        ("\n[tool]\nnestproof = 1\n", "is not a table", 3),
    ],
)
def test_a_pyproject_that_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, text: str, what: str, line: int
) -> None:
    folder = laid_out(tmp_path, "models", "properties", text=text)
    for start in (folder, folder / "models"):
        with pytest.raises(ModelError, match=what) as caught:
            project_above(start)
        assert caught.value.place is not None
        assert caught.value.place.line == line
        assert caught.value.help


def test_a_pyproject_that_is_not_a_file_is_refused(tmp_path: Path) -> None:
    laid_out(tmp_path, "models", "properties", "pyproject.toml")
    with pytest.raises(ModelError, match="cannot be read"):
        project_above(tmp_path)


def test_a_pyproject_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.nestproof]\n# \xff\n")
    with pytest.raises(ModelError, match="is not TOML") as caught:
        project_above(tmp_path)
    assert caught.value.place == Place(str(tmp_path / "pyproject.toml"), 2)
