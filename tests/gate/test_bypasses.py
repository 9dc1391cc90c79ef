"""Edits that hide what they take from the judges fail the gate, and what only looks so does not."""

import pytest

from tests.gate.behaving import BEHAVING
from tests.gate.bypasses import BYPASSES, at_the_base
from tests.gate.conftest import Project
from tests.gate.reaching import REACHING
from tests.gate.weakening import report

ALL = BYPASSES | REACHING | BEHAVING


@pytest.mark.parametrize("name", ALL)
def test_what_is_taken_from_the_judges_is_found_however_it_is_hidden(
    project: Project, name: str
) -> None:
    bypass = ALL[name]
    bypass.base(project)
    at_the_base(project)
    bypass.edit(project)
    found, code = report(project)
    weaker = {f"{one['kind']}:{one['name']}" for one in found["weakened"]}
    kinds = {one["kind"] for one in found["weakened"]}
    assert bypass.weaker in weaker | kinds if bypass.weaker else not weaker
    assert code == bypass.code
