"""Private modules, which nothing loads by itself, define neither systems nor claims."""

from pathlib import Path

import pytest

from verifier.language import ModelError
from verifier.project.loading import load

HEAD = """from verifier import language
from verifier.language import System as S, System, always, record, step


@record
class M:
    on: bool = False


@step
def run(m: M) -> None:
    m.on = not m.on


def variant(name):
    return System(name, M(), (run,))


def claimed(group):
    @always(group)
    def claim(m: M) -> bool:
        return True

    return claim


"""
SYSTEM = "broken = System('m', M(), (run,))"
SYSTEMS = [
    SYSTEM,
    "broken = S('m', M(), (run,))",
    "broken = (language.System('m', M(), (run,)))",
    "if True:\n    broken = System('m', M(), (run,))",
    "broken = variant('m')",
]
CLAIMS = [
    "@always('safe')\ndef claim(m: M) -> bool:\n    return True",
    "@language.sometimes('safe')\ndef claim(m: M) -> bool:\n    return True",
    "claim = claimed('safe')",
    "rule = always\n@rule('safe')\ndef claim(m: M) -> bool:\n    return True",
]


def project(folder: Path, text: str, part: str = "models") -> Path:
    (folder / "pyproject.toml").write_text("[tool.nestproof]\n")
    for each in ("models", "properties"):
        (folder / each).mkdir()
    (folder / part / "_draft.py").write_text(HEAD + text)
    return folder


@pytest.mark.parametrize("text", SYSTEMS)
def test_a_system_in_a_private_module_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    said = r"the system `m` is not checked: `models\._draft` is private"
    with pytest.raises(ModelError, match=said) as found:
        load(project(tmp_path, text))
    assert found.value.place is not None
    assert found.value.place.line > 15


@pytest.mark.parametrize("text", CLAIMS)
def test_a_claim_in_a_private_module_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    said = r"the property function `claim` of `properties\._draft` is not checked"
    with pytest.raises(ModelError, match=said) as found:
        load(project(tmp_path, text, "properties"))
    assert found.value.place is not None


def test_a_system_that_another_module_takes_is_checked(tmp_path: Path) -> None:
    root = project(tmp_path, SYSTEM)
    (root / "models" / "all.py").write_text("from models._draft import *\n")
    assert [*load(root).systems] == ["m"]


@pytest.mark.parametrize("name", ["_drafts", "__drafts", "__drafts__"])
def test_what_is_in_a_private_folder_is_refused_too(tmp_path: Path, name: str) -> None:
    load(project(tmp_path, "").resolve())
    (tmp_path / "models" / name / "more").mkdir(parents=True)
    (tmp_path / "models" / name / "more" / "one.py").write_text(HEAD + SYSTEM)
    with pytest.raises(ModelError, match=rf"`models\.{name}\.more\.one` is private"):
        load(tmp_path)


def test_a_file_whose_name_ends_otherwise_is_refused(tmp_path: Path) -> None:
    load(project(tmp_path, "").resolve())
    (tmp_path / "properties" / "claims.PY").write_text(HEAD + CLAIMS[0])
    with pytest.raises(ModelError, match=r"`properties/claims\.PY` cannot be imported"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["", "def helper(): return System", "\nno Python at all ("])
def test_a_private_module_without_them_is_left_alone(tmp_path: Path, text: str) -> None:
    root = project(tmp_path, "")
    (root / "models" / "_draft.py").write_text(text)
    assert not load(root).systems
