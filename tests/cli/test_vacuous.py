"""What is vacuous or unreachable has evidence, which is saved, audited and shown as what it is."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Runner
from tests.cli.test_projects import model

MODEL = '''"""A lock with a step and a case that nobody can take."""

from verifier.language import System, assume, record, step


@record
class Door:
    """Locked and open at once is what never happens."""

    locked: bool = False
    open: bool = False
    rung: bool = False


@step
def turn(door: Door) -> None:
    """Lock or unlock."""
    assume(not door.open)
    door.locked = not door.locked


@step
def move(door: Door) -> None:
    """Open or close."""
    assume(not door.locked)
    door.open = not door.open


@step
def alarm(door: Door) -> None:
    """Both at once."""
    assume(door.locked and door.open)
    door.rung = True


main = System("door/main", Door(), (turn, move, alarm))
'''
PROPERTY = '''from models.lazy import Door

from verifier.language import always, sometimes


@always("quiet")
def never_both(door: Door) -> bool:
    """The door is not locked and open."""
    return not (door.locked and door.open)


@sometimes("quiet")
def it_rings(door: Door) -> bool:
    """The bell has rung."""
    return door.rung


@sometimes("cases")
def it_rings_here(door: Door) -> bool:
    """The bell has rung, and nothing is claimed."""
    return door.rung


@sometimes("others")
def it_opens(door: Door) -> bool:
    """The door is open."""
    return door.open
'''


@pytest.fixture
def door(project: Path) -> Path:
    for file in (project / "properties").glob("*.*"):
        file.unlink()
    model(project).write_text(MODEL)
    (project / "properties" / "p.py").write_text(PROPERTY)
    return project


@pytest.mark.parametrize("engine", ["auto", "pdr", "kinduction"])
def test_a_vacuous_pair_has_evidence_that_the_audit_confirms_as_vacuous(
    nestproof: Runner, door: Path, engine: str
) -> None:
    checked = nestproof("check", "--engine", engine, "--evidence", "out", "--json", cwd=door)
    assert checked.code == 1
    rows = {row["property"]: row for row in json.loads(checked.out)["results"]}
    assert {row["verdict"] for row in rows.values()} == {"vacuous"}
    assert all(row["audited"] and row["evidence"] for row in rows.values())
    assert rows["quiet"]["reason"] == (
        "no execution in which step `alarm` fires or `it_rings` is reached"
    )
    files = sorted(str(file.relative_to(door)) for file in (door / "out").iterdir())
    assert len(files) == len(rows) == 4
    audited = nestproof("audit", *files, cwd=door)
    assert audited.code == 0
    lines = audited.out.splitlines()
    assert lines[0].startswith("confirmed out/door.main.cases.json: door/main/fires:alarm: un")
    vacuous = ("vacuous", "unreachable") if engine == "kinduction" else ("vacuous",)
    assert all(line.endswith(vacuous) for line in lines if "deadlock" in line or "quiet" in line)


def test_a_vacuous_proof_is_shown_as_that_and_not_as_a_proof(nestproof: Runner, door: Path) -> None:
    assert nestproof("check", "--evidence", "out", cwd=door).code == 1
    shown = nestproof("show", "out/door.main.quiet.json", cwd=door)
    assert shown.code == 1
    assert shown.out.startswith("door/main/quiet is vacuous: step `alarm` never fires\n")
    assert "is proved" not in shown.out
    shown = nestproof("show", "out/door.main.others.json", cwd=door)
    assert shown.out.startswith("door/main: step `alarm` never fires\n")
    pair = nestproof("show", "door/main/quiet", cwd=door)
    assert (pair.code, pair.out.startswith("vacuous: no execution in which step")) == (1, True)
    exported = nestproof("export", "door/main/quiet", "--certificate", "-o", "x.aig", cwd=door)
    assert (exported.code, "is vacuous" in exported.err) == (1, True)


def test_what_cover_calls_unreachable_has_a_proof_in_the_folder(
    nestproof: Runner, door: Path
) -> None:
    covered = nestproof("cover", "door", "--evidence", "out", cwd=door)
    assert covered.code == 1
    files = sorted(file.name for file in (door / "out").glob("door.main.*"))
    assert files == [
        "door.main.fires.alarm.json",
        "door.main.sometimes.it_rings.json",
        "door.main.sometimes.it_rings_here.json",
    ]
    audited = nestproof("audit", *(f"out/{name}" for name in files), cwd=door)
    assert audited.code == 0
    assert [line.rsplit(": ", 1)[1] for line in audited.out.splitlines()] == ["unreachable"] * 3


def test_a_dead_branch_in_the_line_of_its_condition_is_unreachable(
    nestproof: Runner, door: Path
) -> None:
    both = "    if door.locked and door.open: door.rung = True\n"
    text = model(door).read_text().replace("    door.open = not door.open\n", both)
    model(door).write_text(text)
    covered = nestproof("cover", "door", cwd=door).out
    assert "in move: `door.locked and door.open`\n" in covered
    assert "2 branches, 1 taken, 1 unreachable, 0 not known" in covered


def test_evidence_of_a_vacuous_pair_is_rejected_once_its_step_can_fire(
    nestproof: Runner, door: Path
) -> None:
    nestproof("check", "--evidence", "out", cwd=door)
    text = model(door).read_text()
    model(door).write_text(text.replace("assume(not door.locked)", "assume(not door.rung)"))
    audited = nestproof("audit", "out/door.main.quiet.json", cwd=door)
    assert (audited.code, audited.out.startswith("rejected ")) == (1, True)


def test_a_pair_without_a_file_is_reported(nestproof: Runner, door: Path) -> None:
    text = model(door).read_text()
    model(door).write_text(text.replace("(turn, move, alarm)", "(turn, move)"))
    checked = nestproof("check", "door/main/others", "--evidence", "out", cwd=door)
    assert (checked.code, list((door / "out").iterdir())) == (0, [])
    assert "warning: no file for `door/main/others`: random executions" in checked.err


def test_the_gate_takes_nothing_vacuous_for_stored_evidence(nestproof: Runner, door: Path) -> None:
    gated = nestproof("gate", "--json", "out.json", cwd=door)
    assert gated.code == 1
    rows = json.loads((door / "out.json").read_text())["results"]
    assert {(row["verdict"], row["evidence"]) for row in rows} == {("vacuous", None)}
    again = nestproof("gate", cwd=door)
    assert (again.code, again.err) == (1, "")
