"""What is weaker fails the gate until somebody accepts just that, with a reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gate.conftest import Project, copied
from tests.gate.weakening import (
    ACCEPTED,
    ISOLATION,
    WEAKER,
    case_is_gone,
    claim_renamed,
    claim_says_less,
    observer_called_less,
    property_deleted,
    report,
    step_assumes_more,
)


def test_accepting_takes_just_what_is_named_with_a_reason(project: Project) -> None:
    case_is_gone(project)
    claim_says_less(project)
    case, claim = "case:isolation/both_tasks_use_the_fpu", WEAKER[claim_says_less]
    ran = project.gate("--accept-weakened", case, "--reason", "one task is enough")
    assert ran.code == 1
    assert f"wrote {ACCEPTED}" in ran.err
    text = (project.folder / ACCEPTED).read_text()
    assert text.count("[[accepted]]") == 1
    assert 'reason = "one task is enough"' in text
    ran = project.gate("--accept-weakened", claim, "--reason", "B is trusted")
    assert ran.code == 0
    assert (project.folder / ACCEPTED).read_text().startswith(text.rstrip("\n"))
    found, code = report(project)
    assert (code, [one["accepted"] for one in found["weakened"]]) == (0, [True, True])
    project.edit(" or access.by == Task.B)", " or access.by != access.found.owner)", ISOLATION)
    found, code = report(project)
    assert (code, [one["accepted"] for one in found["weakened"]]) == (1, [False, True])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--accept-weakened", "claim:x"), "--accept-weakened and --reason go together"),
        (("--reason", "because"), "--accept-weakened and --reason go together"),
        (
            ("--accept-weakened", "claim:x", "--reason", "because"),
            "nothing called `claim:x` is weakened",
        ),
    ],
)
def test_what_cannot_be_accepted_is_refused(
    project: Project, arguments: tuple[str, ...], said: str
) -> None:
    step_assumes_more(project)
    ran = project.gate(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert not (project.folder / ACCEPTED).exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "is not a record of what is accepted"),
        (
            '[[accepted]]\nkind = "claim"\nname = "x"\nbefore = ""\nafter = ""\nreason = " "',
            "no reason",
        ),
        (
            '[[accepted]]\nkind = "mood"\nname = "x"\nbefore = ""\nafter = ""\nreason = "y"',
            "kind `mood`",
        ),
    ],
)
def test_a_record_that_nobody_could_have_written_is_refused(
    project: Project, text: str, said: str
) -> None:
    (project.folder / ACCEPTED).write_text(text)
    step_assumes_more(project)
    ran = project.gate()
    assert ran.code == 2
    assert said in ran.err


def test_what_is_weakened_and_committed_is_judged_against_the_base(project: Project) -> None:
    """Split over two commits it is one change."""
    step_assumes_more(project)
    project.commit("assume")
    claim_renamed(project)
    project.commit("rename")
    assert [one["name"] for one in report(project)[0]["weakened"]] == ["switch_to"]


def test_a_table_of_mutants_that_is_gone_or_grows_is_weaker(gated: Path, tmp_path: Path) -> None:
    project = copied(gated, tmp_path)
    record = project.folder / "properties" / "mutants.toml"
    entry = '["lazy/fixed"]\nkilled = 9\nequivalent = 0\nsurvivors = [\n    "a",\n]\n'
    record.write_text(entry)
    project.commit("record")
    record.write_text(entry.replace('    "a",\n', '    "a",\n    "b",\n'))
    found, code = report(project, "--base", "HEAD")
    [one] = found["weakened"]
    assert (code, one["kind"], one["after"]) == (1, "mutants", "`b` may pass")
    record.unlink()
    [one] = report(project, "--base", "HEAD")[0]["weakened"]
    assert (one["kind"], one["name"], one["after"]) == (
        "mutants",
        "lazy/fixed",
        "nothing is on record",
    )


def test_of_a_base_that_does_not_load_the_names_are_compared(project: Project) -> None:
    good = project.model.read_text()
    project.model.write_text("import nothing_of_that_name\n" + good)
    project.commit()
    project.model.write_text(good)
    property_deleted(project)
    found, code = report(project, "--base", "HEAD")
    kinds = [one["kind"] for one in found["weakened"]]
    assert (kinds, code) == (["base", "property"], 1)
    base = f"base:{found['weakened'][0]['name']}"
    keys = ("--accept-weakened", base, "--accept-weakened", "property:isolation")
    assert project.gate("--base", "HEAD", *keys, "--reason", "new rules").code == 0


def test_an_entry_that_speaks_of_nothing_any_more_is_stale(project: Project) -> None:
    step_assumes_more(project)
    accepting = ("--accept-weakened", "step:switch_to", "--reason", "a lock")
    assert project.gate(*accepting).code == 0
    project.commit("accepted")
    ran = project.gate("--base", "HEAD")
    assert ran.code == 0
    assert "not there any more" not in ran.out
    project.edit(" and not machine.ts)", ")")
    ran = project.gate()
    assert ran.code == 0
    assert "accepts `step:switch_to`, which is not there any more as it was accepted" in ran.out


def test_an_entry_is_for_the_systems_that_it_was_given_for(project: Project) -> None:
    """Another kernel has a step of that name, which gets narrower in the same way afterwards."""
    other = project.folder / "models" / "other.py"
    text = project.model.read_text()
    text = text[: text.index("broken = System(")].replace("lazy/fixed", "other/fixed")
    other.write_text(text.replace('    """One CPU', '    """Another CPU'))
    project.commit("two")
    step_assumes_more(project)
    narrower = ("--base", "HEAD", "--accept-weakened", "step:switch_to", "--reason", "a lock")
    project.gate(*narrower)
    found, _ = report(project, "--base", "HEAD")
    assert [(one["accepted"], one["reason"]) for one in found["weakened"]] == [(True, "a lock")]
    assert "accepted because: a lock" in project.gate("--base", "HEAD").out
    project.edit(
        "assume(next_task != machine.current",
        "assume(not machine.ts and next_task != machine.current",
        "models/other.py",
    )
    found, _ = report(project, "--base", "HEAD")
    assert [one["accepted"] for one in found["weakened"]] == [False, True]


def test_an_entry_for_what_is_gone_is_stale_once_it_is_back(project: Project) -> None:
    case = (project.folder / ISOLATION).read_text()
    case_is_gone(project)
    accepting = ("--accept-weakened", WEAKER[case_is_gone], "--reason", "one task is enough")
    assert project.gate(*accepting).code == 0
    (project.folder / ISOLATION).write_text(case)
    assert "remove the entry" in project.gate().out


def test_an_entry_of_the_base_accepts_nothing_new(project: Project) -> None:
    """Gone, back, and gone again."""
    there = (project.folder / ISOLATION).read_text()
    case_is_gone(project)
    accepting = ("--accept-weakened", WEAKER[case_is_gone], "--reason", "one task is enough")
    assert project.gate(*accepting).code == 0
    (project.folder / ISOLATION).write_text(there)
    project.commit("back")
    case_is_gone(project)
    found, code = report(project, "--base", "HEAD")
    assert (code, [one["accepted"] for one in found["weakened"]]) == (1, [False])


def accept_all(project: Project) -> None:
    """All that is weaker; verdicts may be others."""
    found, _ = report(project)
    keys = [f"--accept-weakened={one['kind']}:{one['name']}" for one in found["weakened"]]
    project.gate(*keys, "--reason", "it is enough")
    found, _ = report(project)
    assert all(one["accepted"] for one in found["weakened"])


def test_an_observer_is_accepted_with_what_it_asks(project: Project) -> None:
    seen = "def seen(machine: Machine) -> bool:\n    return machine.current == Task.A\n\n\n"
    project.edit("machine.access.executed = True", "machine.access.executed = seen(machine)")
    project.edit("@observer", f"{seen}@observer")
    accept_all(project)
    project.edit("== Task.A\n", "== Task.A and machine.saved[Task.B].uses_fpu\n")
    found, code = report(project)
    left = {one["name"] for one in found["weakened"] if not one["accepted"]}
    assert ("observed/use_fpu" in left, code) == (True, 1)


def test_a_call_of_an_observer_is_accepted_with_its_conditions(project: Project) -> None:
    observer_called_less(project)
    accept_all(project)
    project.edit("    if machine.current == Task.A:\n", "    if machine.current == Task.B:\n")
    found, code = report(project)
    left = {one["name"] for one in found["weakened"] if not one["accepted"]}
    assert ("observed/use_fpu" in left, code) == (True, 1)


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "weaken",
    WEAKER,
    ids=lambda weaken: weaken.__name__,
)
def test_what_is_accepted_is_still_there_when_it_is_at_the_base(
    project: Project, weaken: Callable[[Project], None]
) -> None:
    weaken(project)
    accept_all(project)
    project.gate("--accept")
    project.commit()
    ran = project.gate("--base=HEAD")
    assert "not there any more" not in ran.out + ran.err
