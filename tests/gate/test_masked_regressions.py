"""What a change adds to pairs that were violated before it."""

import json
from typing import Any

import pytest

from tests.gate.conftest import Project

VERDICTS = "properties/verdicts.toml"
MODEL = '''
"""Three flags; some systems set one that they should not."""

from verifier.language import System, abstracts, record, step


@record
class Flags:
    """`wrong` and `old` should never be set."""

    ready: bool = False
    wrong: bool = False
    old: bool = False


@abstracts("whatever gets ready")
def prepare(flags: Flags) -> None:
    """Get ready."""
    flags.wrong = False


@step
def go(flags: Flags) -> None:
    """Get ready, and do what only somebody ready does."""
    prepare(flags)
    flags.ready = True


@step
def err(flags: Flags) -> None:
    """The mistake that is known."""
    flags.old = True


good = System("flags/good", Flags(), (go,))
bad = System("flags/bad", Flags(), (go, err))
'''
PROPERTY = '''
from models.flags import Flags

from verifier.language import always


@always("sober")
def nothing_is_wrong(flags: Flags) -> bool:
    """Neither the old nor the new mistake is made."""
    return not flags.wrong and not flags.old
'''


@pytest.fixture
def flags(project: Project) -> Project:
    """One system that is fine, and one that is known not to be."""
    (project.folder / "models" / "flags.py").write_text(MODEL)
    (project.folder / "properties" / "flags.py").write_text(PROPERTY)
    assert project.gate("--accept").code == 0
    project.commit()
    project.git("branch", "--force", "main")
    return project


def rows(project: Project) -> list[dict[str, Any]]:
    """What the JSON report has about each pair."""
    results = json.loads((project.folder / "report.json").read_text())["results"]
    assert isinstance(results, list)
    return results


def test_a_pair_that_was_violated_before_is_reported_as_violated_again(flags: Project) -> None:
    flags.edit("    flags.wrong = False\n", "    flags.wrong = flags.ready\n", "models/flags.py")
    ran = flags.gate("--markdown", "report.md", "--json", "report.json")
    assert ran.code == 1
    assert "again in flags/bad/sober\n" in ran.out
    assert "unjudged" not in ran.out
    report = (flags.folder / "report.md").read_text()
    assert "Again in `flags/bad/sober`, which other steps violated before." in report
    assert "### Recorded as violated at the base, too" not in report
    assert [row["pair"] for row in rows(flags) if row["worsened"]] == ["flags/bad/sober"]


def test_a_pair_still_violated_by_the_same_steps_cannot_detect_a_regression(flags: Project) -> None:
    flags.edit("    flags.old = True\n", "    flags.old = not flags.old\n", "models/flags.py")
    ran = flags.gate("--markdown", "report.md")
    assert ran.code == 0
    assert "unjudged   flags/bad/sober\n" in ran.out
    assert "`flags/bad/sober`." in (flags.folder / "report.md").read_text()


def test_what_violated_the_base_by_the_same_steps_is_not_new(flags: Project) -> None:
    """The new mistake makes one pair worse by steps with which the other one failed already."""
    flags.edit('"flags/bad", Flags()', '"flags/bad", Flags(old=True)', "models/flags.py")
    flags.edit("    flags.old = True\n", "    flags.old = not flags.old\n", "models/flags.py")
    flags.commit()
    flags.git("branch", "--force", "main")
    flags.edit("    flags.wrong = False\n", "    flags.wrong = flags.ready\n", "models/flags.py")
    ran = flags.gate("--json", "report.json")
    assert ran.code == 1
    assert [row["pair"] for row in rows(flags) if row["worsened"]] == []
    assert "unjudged   flags/bad/sober\n" in ran.out


def test_a_pair_without_a_record_at_the_base_was_not_violated_there(flags: Project) -> None:
    """`proved` is expected without a record; the other pair is new with the change."""
    flags.edit('["flags/good"]\ndeadlock = "proved"\nsober = "proved"\n', "", VERDICTS)
    flags.commit()
    flags.git("branch", "--force", "main")
    flags.edit("    flags.wrong = False\n", "    flags.wrong = flags.ready\n", "models/flags.py")
    flags.edit(
        "(go, err))\n",
        '(go, err))\nnew = System("flags/new", Flags(), (go, err))\n',
        "models/flags.py",
    )
    assert flags.gate("--accept").code == 0
    ran = flags.gate("--markdown", "report.md", "--json", "report.json")
    assert ran.code == 0
    found = {row["pair"]: row for row in rows(flags)}
    for pair in ("flags/good/sober", "flags/new/sober"):
        assert (found[pair]["verdict"], found[pair]["expected"]) == ("violated", "violated")
        assert found[pair]["expected_before"] is None
    assert found["flags/good/sober"]["departs"]["field"] == "wrong"
    assert ran.out.count("violated, as now expected; no verdict was recorded before\n") == 2
    assert "since step 2: `go` sets `wrong` = 1" in ran.out
    assert "unjudged   flags/bad/sober\n" in ran.out
    report = (flags.folder / "report.md").read_text()
    assert "| `flags/good/sober` | **violated** | violated (before: not recorded) |" in report
