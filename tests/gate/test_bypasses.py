"""Edits that hide what they take from the judges fail the gate, and what only looks so does not."""

from pathlib import Path

import pytest

from tests.gate.behaving import BEHAVING
from tests.gate.bypasses import BYPASSES, at_the_base
from tests.gate.choosing import CHOOSING
from tests.gate.conftest import copied
from tests.gate.locking import LOCKING
from tests.gate.reaching import REACHING
from tests.gate.replacing import REPLACING
from tests.gate.weakening import report, system_deleted

ALL = BYPASSES | REACHING | BEHAVING | LOCKING | REPLACING | CHOOSING


@pytest.fixture(scope="session")
def alone(gated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with one system only, which is all that these edits are about."""
    folder = tmp_path_factory.mktemp("alone")
    project = copied(gated, folder)
    system_deleted(project)
    project.commit()
    assert project.gate("--base", "HEAD").code == 0
    return folder


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", ALL)
def test_what_is_taken_from_the_judges_is_found_however_it_is_hidden(
    alone: Path, tmp_path: Path, name: str
) -> None:
    project, bypass = copied(alone, tmp_path), ALL[name]
    bypass.base(project)
    at_the_base(project)
    bypass.edit(project)
    found, code = report(project)
    weaker = {f"{one['kind']}:{one['name']}" for one in found["weakened"]}
    kinds = {one["kind"] for one in found["weakened"]}
    assert bypass.weaker in weaker | kinds if bypass.weaker else not weaker
    assert code == bypass.code
