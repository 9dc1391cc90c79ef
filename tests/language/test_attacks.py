"""Models that were called proved and are false in plain Python: each is refused, with its place."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from verifier.compiler.compile import compile_compared
from verifier.language import Family, ModelError, assume
from verifier.project.loading import load

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.txt"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project without modules; what an attack adds to the language's own is taken away again."""
    (tmp_path / "pyproject.toml").write_text("[tool.nestproof]\n")
    for part in ("models", "properties"):
        (tmp_path / part).mkdir()
    monkeypatch.chdir(tmp_path)
    attacked = (Family, assume, replace)
    before = [{*vars(each)} for each in attacked]
    yield tmp_path
    for each, names in zip(attacked, before, strict=True):
        for name in vars(each).keys() - names:
            delattr(each, name)


def compile_all(project: Path) -> None:
    catalogue = load(project)
    for system in catalogue.systems.values():
        compile_compared(system, catalogue.properties_of(system))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda file: file.stem)
def test_what_would_be_proved_and_is_false_is_refused(attack: Path, project: Path) -> None:
    model, _, claim = attack.read_text(encoding="utf-8").partition("# --- properties/p.py\n")
    (project / "models" / "m.py").write_text(model)
    (project / "properties" / "p.py").write_text(claim)
    with pytest.raises(ModelError) as refused:
        compile_all(project)
    assert refused.value.place is not None
    assert refused.value.help


def test_there_are_attacks() -> None:
    assert len(ATTACKS) > 40
