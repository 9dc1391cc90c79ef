"""A base that is lost while it is loaded is compared by the names that its texts have."""

import pytest

from tests.gate.conftest import Project
from verifier.evidence.verdicts import Limits
from verifier.gate import base_revision
from verifier.processes.worker import Lost
from verifier.project.branching import base_of
from verifier.project.result_cache import Cache


def test_a_base_that_is_lost_is_compared_by_its_names(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(tasks: dict[str, object], *_: object) -> list[tuple[str, Lost]]:
        return [(name, Lost("its process died")) for name in tasks]

    base = base_of(project.folder, "HEAD")
    assert base is not None
    monkeypatch.setattr(base_revision, "side_by_side", lost)
    found = base_revision.past_of(base, [], None, Cache(None, Limits()), 1)
    assert found.failures == {"": "its process died"}
    assert set(found.judged.systems) == {"lazy/broken", "lazy/fixed"}
    assert found.judged.expected["lazy/broken/isolation"] == "violated"
    assert found.judged.by_text
