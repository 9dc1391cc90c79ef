"""Private modules, which nothing loads by itself, define neither systems nor claims."""

from pathlib import Path

import pytest

from verifier.catalogue import load
from verifier.language import ModelError

HEAD = "from verifier import language\nfrom verifier.language import System as S, System, always\n"
DEFINING = [
    "broken = System('m', None, ())",
    "broken: System = System('m', None, ())",
    "broken = S('m', None, ())",
    "broken = (language.System('m', None, ()))",
    "if True:\n    broken = System('m', None, ())",
    "@always('safe')\ndef claim(m) -> bool:\n    return True",
    "@language.always('safe')\ndef claim(m) -> bool:\n    return True",
    "@language.sometimes('safe')\ndef case(m) -> bool:\n    return True",
]


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text("[tool.nestproof]\n")
    for part in ("models", "properties"):
        (folder / part).mkdir()
    (folder / "models" / "_draft.py").write_text(HEAD + text)
    return folder


@pytest.mark.parametrize("text", DEFINING)
def test_what_a_private_module_defines_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(ModelError, match=r"`models/_draft\.py` defines a") as found:
        load(project(tmp_path, text))
    assert found.value.place is not None
    assert found.value.place.line >= 3


@pytest.mark.parametrize("name", ["_drafts", "__drafts", "__drafts__"])
def test_what_is_in_a_private_folder_is_refused_too(tmp_path: Path, name: str) -> None:
    load(project(tmp_path, "").resolve())
    (tmp_path / "models" / name / "more").mkdir(parents=True)
    (tmp_path / "models" / name / "more" / "one.py").write_text(HEAD + DEFINING[0])
    with pytest.raises(ModelError, match=rf"`models/{name}/more/one\.py` defines a system"):
        load(tmp_path)


def test_a_file_whose_name_ends_otherwise_is_refused(tmp_path: Path) -> None:
    load(project(tmp_path, "").resolve())
    (tmp_path / "properties" / "claims.PY").write_text(HEAD + DEFINING[-1])
    with pytest.raises(ModelError, match=r"`properties/claims\.PY` cannot be imported"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["", "def helper(): return System", "no Python at all ("])
def test_a_private_module_without_them_is_left_alone(tmp_path: Path, text: str) -> None:
    assert not load(project(tmp_path, text)).systems
