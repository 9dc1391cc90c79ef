"""`nestproof bugs` in the example project: what is on record, and whether that is so."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Runner

Golden = Callable[[str, str], None]

BUGS = """\
# What is known to have gone wrong.

[FORGOTTEN]
title = "TS is not set at a switch, so that the next task finds the last one's registers"
versions = "until 1.1"
commit = "0123456789ab"
before = "lazy/broken/isolation"
after = "lazy/fixed/isolation"
steps = 3

[LOST]
title = "a task's registers are not saved"
versions = "in the series of 1.0"
before = "lazy/fixed/integrity"
mutant = "models/lazy.py switch_to: drop `previous.image = machine.registers`"
after = "lazy/fixed/integrity"
steps = 4

[OPEN]
title = "nobody has repaired this | yet"
before = "lazy/broken/integrity"
steps = 3

[BOOT]
title = "the self-test at boot raises #NM"
reason = "boot"
"""


@pytest.fixture
def known(project: Path) -> Path:
    """The project with bugs on record."""
    (project / "properties" / "bugs.toml").write_text(BUGS)
    return project


def test_bugs_are_listed_shown_and_checked(nestproof: Runner, known: Path, golden: Golden) -> None:
    for name, arguments in {
        "bugs": (),
        "bugs-one": ("FORGOTTEN", "LOST", "BOOT"),
        "bugs-check": ("--check",),
        "bugs-json": ("--json",),
        "bugs-markdown": ("--markdown",),
    }.items():
        ran = nestproof("bugs", *arguments, cwd=known)
        assert ran.code == 0
        golden(name, ran.out + ran.err)


def test_a_bug_is_what_other_programs_expect_it_to_be(nestproof: Runner, known: Path) -> None:
    document = json.loads(nestproof("bugs", "--check", "--json", "LOST", cwd=known).out)
    mutant = "models/lazy.py switch_to: drop `previous.image = machine.registers`"
    assert document == {
        "schema": 1,
        "bugs": [
            {
                "id": "LOST",
                "title": "a task's registers are not saved",
                "before": f"lazy/fixed/integrity@{mutant}",
                "after": "lazy/fixed/integrity",
                "status": "reproduced",
                "steps": 4,
                "commit": None,
                "reason": None,
            }
        ],
    }


def test_what_shows_a_mutant_is_stored_and_replayed(nestproof: Runner, known: Path) -> None:
    ran = nestproof("bugs", "--check", "--accept", cwd=known)
    assert ran.err.endswith("wrote properties/bugs.json\n4 bugs: 3 reproduced, 1 outside\n")
    stored = json.loads((known / "properties" / "bugs.json").read_text())
    assert [len(run["moves"]) for run in stored["runs"].values()] == [4]
    assert "wrote" not in nestproof("bugs", "--check", "--accept", cwd=known).err
    (known / "properties" / "bugs.json").write_text("{}")
    damaged = nestproof("bugs", "--check", cwd=known)
    assert damaged.code == 2
    assert "`properties/bugs.json` cannot be used" in damaged.err


def test_a_project_without_bugs_is_a_clear_message(nestproof: Runner, project: Path) -> None:
    ran = nestproof("bugs", cwd=project)
    assert (ran.out, ran.code) == ("", 2)
    assert re.fullmatch(r"error: the project \S+ has no bugs on record\n  help: .*\n", ran.err)


def test_an_unknown_id_is_answered_with_the_nearest(nestproof: Runner, known: Path) -> None:
    ran = nestproof("bugs", "LSOT", "BOOT", cwd=known)
    assert (ran.out, ran.code) == ("", 2)
    assert ran.err == "error: no bug is called `LSOT`\n  help: did you mean `LOST`?\n"


WRONG = [
    ("steps = 3", "steps = 2", 1, "it takes 3 steps, and 2 are on record"),
    ("steps = 4", "steps = 5", 1, "it takes 4 steps, and 5 are on record"),
    ("previous.image = m", "previous.image = n", 2, "help: did you mean `models/lazy.py switch_to"),
    ("models/lazy.py s", "models/lazy.py sw", 2, "is of a function that there is not"),
    ("models/lazy.py switch_to: d", "d", 2, "names no mutant"),
    ("lazy/broken/isolation", "lazy/broken/isolatio", 2, "did you mean `lazy/broken/isolation`?"),
    ("lazy/broken/isolation", "lazy/fixed/isolation", 2, "expected to be proved"),
    ("lazy/fixed/integrity", "lazy/broken/integrity", 2, "name one that is proved without the"),
    ('reason = "boot"', "", 2, "the bug `BOOT` has neither"),
    ('reason = "boot"', "steps = 1", 2, "the bug `BOOT` has neither"),
    ('reason = "boot"', 'reason = "boot"\nsteps = 1', 2, "`steps` of the bug `BOOT` is of no pair"),
    ("steps = 3", "", 2, "the bug `FORGOTTEN` has no number of steps"),
    ("steps = 3", 'steps = "3"', 2, "`steps` of the bug `FORGOTTEN` is not a number"),
    ("commit =", "comit =", 2, "did you mean `commit`?"),
    ("[BOOT]\ntitle", "[BOOT]\nreasons", 2, "unknown key `reasons`"),
    ("[BOOT]", "BOOT = 1\n[OTHER]", 2, "unknown key `BOOT` of the bug `OPEN`"),
]


@pytest.mark.parametrize(("old", "new", "code", "message"), WRONG)
def test_a_record_that_is_wrong_is_found(
    nestproof: Runner, known: Path, old: str, new: str, code: int, message: str
) -> None:
    (known / "properties" / "bugs.toml").write_text(BUGS.replace(old, new, 1))
    ran = nestproof("bugs", "--check", cwd=known)
    assert ran.code == code
    assert " ".join(message.split()) in " ".join((ran.out + ran.err).split())


def test_what_is_wrong_has_its_line(nestproof: Runner, known: Path) -> None:
    (known / "properties" / "bugs.toml").write_text(BUGS.replace("comm", "com"))
    assert "--> properties/bugs.toml:6\n" in nestproof("bugs", cwd=known).err
    (known / "properties" / "bugs.toml").write_text(BUGS.replace("drop `p", "drop `q"))
    assert "--> properties/bugs.toml:11\n" in nestproof("bugs", "--check", cwd=known).err


def test_a_bug_that_is_not_reproduced_any_more_is_red(nestproof: Runner, known: Path) -> None:
    model = known / "models" / "lazy.py"
    model.write_text(model.read_text().replace("machine.ts = machine.sets_ts", "machine.ts = True"))
    ran = nestproof("bugs", "--check", cwd=known)
    assert ran.code == 1
    assert "FORGOTTEN  not reproduced" in ran.out
    assert "lazy/broken/isolation is proved" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    "arguments", [("--accept",), ("--markdown", "--check"), ("--markdown", "LOST")]
)
def test_options_that_do_not_go_together_are_refused(
    nestproof: Runner, known: Path, arguments: tuple[str, ...]
) -> None:
    ran = nestproof("bugs", *arguments, cwd=known)
    assert (ran.out, ran.code) == ("", 2)
    assert "error: " in ran.err
