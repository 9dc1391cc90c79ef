"""Fields that get another name: recognised by what they do, and their evidence kept."""

import re

import pytest

from tests.gate.conftest import Project
from verifier.check.stored_evidence import STALE
from verifier.evidence.bundle import Bundle, Run


def renamed(project: Project, old: str, new: str) -> None:
    """Another name for a field wherever the project's sources use it as a field."""
    uses = re.compile(rf"(?<=\.){old}\b|\b{old}(?=: )|\b{old}(?==)")
    for file in (project.model, *(project.folder / "properties").glob("*.py")):
        file.write_text(uses.sub(new, file.read_text()))


def test_a_new_name_alone_touches_no_pair_and_searches_for_nothing(project: Project) -> None:
    renamed(project, "uses_fpu", "q")
    ran = project.gate("--no-cache", "--why")
    assert ran.code == 0
    assert (
        "untouched  lazy/broken, lazy/fixed\n"
        "           circuit changed, behaviour equivalent\n"
        "           models/lazy.py\n" in ran.out
    )
    assert "1 file changed, 0 of 6 pairs touched" in ran.out
    assert "field `saved[A].uses_fpu` is now called `saved[A].q`, and 1 more like it\n" in ran.out
    assert ran.out.count(STALE) == 1
    assert "6 pairs: 6 from earlier evidence, 0 searched" in ran.out
    assert STALE in ran.out


def test_accepting_writes_the_evidence_under_the_new_name(project: Project) -> None:
    renamed(project, "uses_fpu", "q")
    assert project.gate("--accept").code == 0
    text = "".join(file.read_text() for file in project.certificates.iterdir())
    assert "].q" in text
    assert "uses_fpu" not in text
    project.commit()
    ran = project.gate("--base", "HEAD", "--no-cache")
    assert "6 pairs: 6 from earlier evidence, 0 searched" in ran.out
    assert STALE not in ran.out


def test_a_new_name_and_a_mistake_at_once_are_both_reported(project: Project) -> None:
    renamed(project, "registers", "q")
    project.edit("        previous.image = machine.q\n", "")
    ran = project.gate()
    assert ran.code == 1
    assert "-        previous.image = machine.registers" in ran.out


def test_a_new_name_of_a_step_alone_touches_no_pair_either(project: Project) -> None:
    """Its executions are replayed under the new name."""
    for file in (project.model, *(project.folder / "properties").glob("*.py")):
        file.write_text(re.sub(r"\bswitch_to\b", "schedule", file.read_text()))
    ran = project.gate("--no-cache")
    assert ran.code == 0
    assert "1 file changed, 0 of 6 pairs touched" in ran.out
    assert "step `switch_to` is now called `schedule`" in ran.out
    assert "6 pairs: 6 from earlier evidence, 0 searched" in ran.out
    assert STALE in ran.out


def test_a_step_and_its_choice_are_renamed_at_once(project: Project) -> None:
    for old, new in (("switch_to", "schedule"), ("next_task", "task")):
        project.edit(old, new)
    ran = project.gate("--no-cache")
    assert ran.code == 0, ran.out
    assert "1 file changed, 0 of 6 pairs touched" in ran.out
    assert "choice `schedule.next_task` is now called `schedule.task`" in ran.out


@pytest.mark.parametrize("what", ["a field", "a step"])
def test_systems_are_renamed_at_once_with_what_is_in_them(project: Project, what: str) -> None:
    if what == "a field":
        renamed(project, "uses_fpu", "q")
    else:
        project.edit("switch_to", "schedule")
    for file in (project.model, project.verdicts):
        file.write_text(file.read_text().replace("lazy/", "kernel/"))
    ran = project.gate()
    assert ran.code == 0, ran.out
    assert "weakened" not in ran.out


def test_steps_that_can_never_be_taken_are_not_the_same_for_that(project: Project) -> None:
    project.edit("    assume(next_task != machine.current)\n", "    assume(False)\n")
    project.commit()
    project.edit("def switch_to(", "def schedule(")
    project.edit("switch_to", "schedule")
    out = project.run("diff", "lazy/fixed", "--base", "HEAD").out
    assert "new step `schedule`" in out
    assert "step `switch_to` is gone" in out


def test_a_step_that_does_something_else_is_another_step(project: Project) -> None:
    project.edit("def switch_to(", "def schedule(")
    project.edit("switch_to", "schedule")
    project.edit("    machine.current = next_task\n", "")
    ran = project.gate("--no-cache")
    assert ran.code == 1
    assert "new step `schedule`" in ran.out
    assert "step `switch_to` is gone" in ran.out


def test_a_new_name_of_a_step_and_a_mistake_elsewhere_are_both_reported(project: Project) -> None:
    text = re.sub(r"\bswitch_to\b", "schedule", project.model.read_text())
    project.model.write_text(text)
    project.edit("    if machine.ts:\n        device_not_available(machine)\n", "")
    ran = project.gate("--no-cache")
    assert ran.code == 1
    assert "step `switch_to` is now called `schedule`" in ran.out
    assert "`use_fpu` sets" in ran.out


def test_a_record_of_mutants_by_the_old_name_is_reported(project: Project) -> None:
    assert project.run("mutate", "lazy/fixed", "--accept").code == 0
    project.commit("scores")
    renamed(project, "current", "running")
    ran = project.gate("--base", "HEAD")
    assert ran.code == 0
    assert (
        "`properties/mutants.toml` still names `current`, which is now `running`: "
        "nestproof mutate lazy/fixed --accept" in ran.out
    )


@pytest.mark.parametrize("names", [{}, {"a": "b"}])
def test_evidence_under_new_names_says_the_same(names: dict[str, str]) -> None:
    evidence = Bundle.of("s", {}, {"p": Run({"a": True}, (("go", {"a": False}),))})
    found = evidence.renamed(names, {})
    assert found.runs["p"].start == ({"b": True} if names else {"a": True})
    assert found.runs["p"].moves == evidence.runs["p"].moves


def test_a_system_that_stays_does_not_take_the_new_name_of_another_that_does_the_same(
    project: Project,
) -> None:
    twin = 'twin = System("lazy/twin", Machine(), (use_fpu, switch_to), "as before")\n'
    project.model.write_text(project.model.read_text() + twin)
    verdicts = "".join(f'{claim} = "proved"\n' for claim in ("isolation", "integrity", "deadlock"))
    project.verdicts.write_text(f'{project.verdicts.read_text()}\n["lazy/twin"]\n{verdicts}')
    project.commit()
    for file in (project.model, project.verdicts):
        file.write_text(file.read_text().replace("lazy/twin", "lazy/other"))
    ran = project.gate("--base=HEAD", "--jobs=1")
    assert ran.code == 0, ran.out
    assert "weakened" not in ran.out
