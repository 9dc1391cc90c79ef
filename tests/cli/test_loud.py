"""What is not checked is reported; `deadlock` and `assertions` need no property of the project."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Runner
from tests.cli.test_mistakes import refused
from tests.cli.test_projects import model, verdicts

LOCK = '''"""A lock."""

from verifier.language import System, assume, record, step


@record
class R:
    """A lock."""

    taken: bool = False
    start_on: bool = False


@step
def take(r: R) -> None:
    """Take it; nobody gives it back."""
    assume(not r.taken)
    r.taken = True


@step
def look(r: R, hard: bool) -> None:
    """Look at it, but only while it can be taken."""
    assume(not r.taken)
    assert not (r.start_on and hard), "it is off"
'''


def lock(project: Path, system: str) -> None:
    """Make the project one of a lock, without properties."""
    model(project).write_text(f"{LOCK}\n\nT = {system}\n")
    for file in (project / "properties").glob("*.*"):
        file.unlink()


STUCK = 'System("lock/stuck", R(), (take,))'
ASSERTS = 'System("lock/asserts", R(), (look,), arbitrary=("start_on",))'


def with_a_property(project: Path) -> None:
    (project / "properties" / "p.py").write_text(
        "from models.lazy import R\nfrom verifier.language import always\n\n\n"
        '@always("p")\ndef it_is_a_lock(r: R) -> bool:\n    return r.taken or not r.taken\n'
    )


def test_a_deadlock_is_violated_and_shown_in_plain_words(
    nestproof: Runner, project: Path, tmp_path: Path
) -> None:
    lock(project, STUCK)
    with_a_property(project)
    checked = nestproof("check", "--evidence", str(tmp_path / "out"), cwd=project)
    assert checked.code == 1
    assert "violated   lock/stuck/deadlock" in checked.out
    assert "bmc, 1 step," in checked.out
    shown = nestproof("show", "--plain", "lock/stuck/deadlock", cwd=project).out
    assert "lock/stuck/deadlock is violated after 1 step\n" in shown
    assert "after step 1 no step is enabled" in shown
    assert "take  assumes `not r.taken`, but taken=1   models/lazy.py:" in shown
    assert "taken  1  <- alone decides it" in shown
    assert "  ✗ deadlock: some step is enabled  after step 1" in shown
    file = tmp_path / "out" / "lock.stuck.deadlock.json"
    assert nestproof("audit", str(file), cwd=project).code == 0
    model(project).write_text(model(project).read_text().replace("assume(not r.taken)", ""))
    assert nestproof("audit", str(file), cwd=project).code == 1


def test_the_gate_and_the_stored_evidence_know_deadlocks(nestproof: Runner, project: Path) -> None:
    lock(project, STUCK)
    with_a_property(project)
    assert nestproof("gate", "--accept", cwd=project).code == 0
    assert 'deadlock = "violated"' in verdicts(project).read_text()
    again = nestproof("gate", "--no-cache", "--json", "out.json", cwd=project)
    assert (again.code, "2 from earlier evidence, 0 searched" in again.out) == (0, True)
    [found] = [
        row
        for row in json.loads((project / "out.json").read_text())["results"]
        if row["property"] == "deadlock"
    ]
    assert (found["verdict"], found["expected"]) == ("violated", "violated")
    model(project).write_text(model(project).read_text().replace("assume(not r.taken)", ""))
    moved = nestproof("gate", "--no-cache", cwd=project)
    assert (moved.code, "lock/stuck/deadlock" in moved.out) == (1, True)


def test_a_system_that_may_end_is_not_checked_for_deadlocks(
    nestproof: Runner, project: Path
) -> None:
    lock(project, STUCK.replace("(take,)", "(take,), may_end=True"))
    with_a_property(project)
    assert "deadlock" not in nestproof("list", cwd=project).out
    assert nestproof("check", cwd=project).code == 0
    refused(nestproof("show", "lock/stuck/deadlock", cwd=project), "nothing is called")
    ended = nestproof("simulate", "lock/stuck", "--random", "5", cwd=project)
    assert (ended.code, "the system may end here" in ended.out) == (0, True)


@pytest.mark.parametrize("command", [("check",), ("check", "--jobs", "2"), ("gate", "--no-cache")])
def test_a_level_that_raises_is_a_fault_of_its_system_alone(
    nestproof: Runner, project: Path, command: tuple[str, ...]
) -> None:
    raising = STUCK.replace("(take,)", '(take,), level=lambda r: {False: "free"}[r.taken]')
    lock(project, f"{raising}\nU = {ASSERTS}")
    with_a_property(project)
    ran = nestproof(*command, cwd=project)
    assert ran.code == 2
    assert ran.err.count("the level of `lock/stuck` raises KeyError: True") == 1
    assert "lock/asserts/assertions" in ran.out
    assert "lock/stuck" in ran.out


def test_a_system_of_which_nothing_is_checked_is_not_called_unknown(
    nestproof: Runner, project: Path
) -> None:
    bare = 'System("sink/stuck", R(), (take,), may_end=True, without=("p",))'
    lock(project, f"{bare}\nU = {ASSERTS}")
    with_a_property(project)
    for command in (("check", "sink/stuck"), ("check", "sink/*"), ("gate", "sink")):
        ran = nestproof(*command, cwd=project)
        refused(ran, f"nothing is checked of `{command[1]}`", "add a function with @always")


def test_a_simulation_that_comes_to_a_deadlock_reports_it(nestproof: Runner, project: Path) -> None:
    lock(project, STUCK)
    ended = nestproof("simulate", "lock/stuck", "--random", "5", cwd=project)
    assert ended.code == 1
    assert "after 1 step no step is enabled: deadlock is violated" in ended.out


def test_a_trace_that_comes_to_a_deadlock_is_simulated_up_to_it(
    nestproof: Runner, project: Path, tmp_path: Path
) -> None:
    lock(project, STUCK)
    with_a_property(project)
    assert nestproof("check", "--evidence", str(tmp_path), cwd=project).code == 1
    file = str(tmp_path / "lock.stuck.deadlock.json")
    ran = nestproof("simulate", "lock/stuck", "--trace", file, cwd=project)
    assert ran.out.endswith("after 1 step no step is enabled: deadlock is violated\n")


def test_a_claim_that_the_start_violates_is_reported_by_every_simulation(
    nestproof: Runner, project: Path
) -> None:
    lock(project, STUCK)
    with_a_property(project)
    file = project / "properties" / "p.py"
    file.write_text(file.read_text().replace("r.taken or not r.taken", "r.taken"))
    said = "at the start: p is violated: it_is_a_lock\n"
    for more, code in (((), 0), (("--random", "1"), 1)):
        ran = nestproof("simulate", "lock/stuck", *more, cwd=project)
        assert (ran.code, ran.out.startswith(said)) == (code, True)


def test_assertions_need_neither_a_recorded_verdict_nor_a_property(
    nestproof: Runner, project: Path
) -> None:
    lock(project, ASSERTS)
    assert "  assertions\n  deadlock\n" in nestproof("list", cwd=project).out
    checked = nestproof("check", cwd=project)
    assert checked.code == 1
    assert "neither an assertion" not in checked.err
    assert "violated   lock/asserts/assertions" in checked.out
    shown = nestproof("show", "--plain", "lock/asserts/assertions", cwd=project)
    assert shown.code == 0
    why = shown.out.partition("\nWhy\n")[2].partition("\n\n")[0]
    assert "it is off:" in why.splitlines()
    assert "start_on  1  <- alone decides it  from the start, where it can be any" in why
    assert "hard=1 (chosen in step 1)" in why
    assert "✗ assertions: it is off  after step 1" in shown.out


def test_a_system_of_which_only_deadlock_is_checked_is_warned_of(
    nestproof: Runner, project: Path
) -> None:
    with model(project).open("a") as file:
        file.write(
            "\n\n@record\nclass Other:\n    on: bool = False\n"
            "\n\n@step\ndef press(other: Other) -> None:\n"
            '    other.on = not other.on\n\n\nother = System("other/one", Other(), (press,))\n'
        )
    said = "`other/one` has neither an assertion nor a property from properties/"
    for command in ("list", "check"):
        ran = nestproof(command, cwd=project)
        assert (ran.code, ran.err.count(said)) == (0, 1)
    assert said in nestproof("gate", "--no-cache", cwd=project).out
    assert said in nestproof("check", "other", cwd=project).err
    assert said not in nestproof("check", "lazy", cwd=project).err


def test_a_project_without_any_claim_is_still_refused(nestproof: Runner, project: Path) -> None:
    lock(project, STUCK)
    for command in ("check", "gate"):
        refused(nestproof(command, cwd=project), "no properties apply to the systems")


def test_outside_of_any_project_a_warning_names_what_is_used(
    nestproof: Runner, tmp_path: Path, project: Path
) -> None:
    outside = nestproof("list", "native/classic", cwd=tmp_path)
    assert outside.code == 0
    assert outside.err.startswith("warning: no project here: using the bundled catalogue\n")
    assert "no project here" not in nestproof("list", cwd=project).err


def test_a_system_in_a_list_is_refused_by_every_command(nestproof: Runner, project: Path) -> None:
    with model(project).open("a") as file:
        file.write('\n\nMORE = [System("lazy/more", Machine(), (use_fpu, switch_to))]\n')
    for command in ("list", "check", "gate"):
        refused(nestproof(command, cwd=project), "`lazy/more` is not checked", "models/lazy.py:")


def test_a_property_without_a_name_is_refused(nestproof: Runner, project: Path) -> None:
    file = project / "properties" / "isolation.py"
    file.write_text(file.read_text().replace('@always("isolation")', "@always"))
    refused(nestproof("check", cwd=project), "`@always` is given", "properties/isolation.py:")


def test_a_system_without_steps_is_refused(nestproof: Runner, project: Path) -> None:
    with model(project).open("a") as file:
        file.write('\n\nempty = System("lazy/empty", Machine(), ())\n')
    for command in ("list", "check", "gate"):
        refused(nestproof(command, cwd=project), "`lazy/empty` has no steps", "models/lazy.py:")


@pytest.mark.parametrize("text", [None, "[tool.nestproof"])
def test_a_folder_that_only_looks_like_a_project_is_refused(
    nestproof: Runner, project: Path, text: str | None
) -> None:
    (project / "pyproject.toml").unlink()
    if text is not None:
        (project / "pyproject.toml").write_text(text)
    says = "is not a project" if text is None else "is not TOML"
    for command in ("list", "check", "gate"):
        refused(nestproof(command, cwd=project), says, "help:")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("content", ["", "{", '{"schema": 1, "kind": "kept", "system": "lazy/x"}'])
def test_a_damaged_file_of_stored_evidence_is_reported_and_does_without(
    nestproof: Runner, project: Path, content: str
) -> None:
    assert nestproof("gate", "--accept", cwd=project).code == 0
    stored = project / "properties" / "certificates" / "lazy.fixed.json"
    stored.write_text(content)
    said = "`properties/certificates/lazy.fixed.json` cannot be used: "
    shown = nestproof("show", "properties/certificates/lazy.fixed.json", cwd=project)
    refused(shown, "help: remove it, or write it again with `nestproof gate --accept`\n")
    checked = nestproof("check", cwd=project)
    assert (checked.code, checked.err.count(said)) == (0, 1)
    assert "nestproof gate --accept" in checked.err
    assert "6 pairs: 4 proved, 2 violated; all as expected" in checked.err
    assert said not in nestproof("check", "lazy/broken", cwd=project).err
    gated = nestproof("gate", "--no-cache", cwd=project)
    assert (gated.code, gated.out.count(said)) == (0, 1)
    assert said in nestproof("show", "--plain", "lazy/fixed/isolation", cwd=project).err
    assert nestproof("gate", "--accept", "--no-cache", cwd=project).code == 0
    assert said not in nestproof("gate", cwd=project).out


@pytest.mark.parametrize(
    ("text", "claim"), [(', "it is off"', "it is off"), ("", "`not (r.start_on and hard)`")]
)
def test_an_assertion_that_fails_is_quoted_with_its_line(
    nestproof: Runner, project: Path, text: str, claim: str
) -> None:
    lock(project, ASSERTS)
    with_a_property(project)
    source = model(project).read_text().replace(', "it is off"', text)
    model(project).write_text(source)
    number = source.splitlines().index(f"    assert not (r.start_on and hard){text}") + 1
    shown = nestproof("show", "--plain", "lock/asserts/assertions", cwd=project).out
    assert f"  what fails: {claim}\n" in shown
    assert f"  violated: {claim}.\n" in shown
    code = f"assert not (r.start_on and hard)   models/lazy.py:{number}"
    assert f"\n{claim}:\n    {code}\n" in shown
    assert f"  ✗ assertions: {claim}  after step 1\n" in shown


def test_the_gate_counts_pairs_of_ill_formed_systems_as_such(
    nestproof: Runner, project: Path
) -> None:
    lock(project, STUCK.replace("(take,)", "(take, look)"))
    with_a_property(project)
    model(project).write_text(model(project).read_text().replace("r.taken = True", "r.x = True"))
    gated = nestproof("gate", "--no-cache", cwd=project)
    assert gated.code == 2
    summary = gated.out.splitlines()[-1]
    assert "3 pairs: 0 from earlier evidence, 0 searched, 3 not decided; 3 of ill-form" in summary
