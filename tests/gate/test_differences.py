"""Semantic differences: what behaves differently, whatever the text says."""

from tests.gate.conftest import Project


def diff(project: Project, *arguments: str) -> tuple[str, int]:
    ran = project.run("diff", *arguments)
    assert ran.code != 2, ran.err
    return ran.out, ran.code


def test_an_unchanged_system_has_no_difference(project: Project) -> None:
    base = project.git("rev-parse", "--short=12", "HEAD")
    assert diff(project, "lazy/fixed") == (
        f"lazy/fixed against lazy/fixed at {base}\n  no behavioural change\n",
        0,
    )


def test_a_refactoring_has_no_difference(project: Project) -> None:
    project.edit(
        "    machine.access.executed = True\n    machine.access.by = task\n",
        "    machine.access.by = machine.current\n"
        "    machine.access.executed = not (task != machine.current)\n",
    )
    out, code = diff(project, "lazy/fixed")
    assert code == 0
    assert "no behavioural change" in out


def test_a_difference_has_an_execution_that_reaches_it(project: Project) -> None:
    project.edit("        previous.uses_fpu = False\n", "")
    out, code = diff(project, "lazy/fixed")
    assert code == 1
    assert "reached within 2 steps:\n      `saved[A].uses_fpu` becomes 1, not 0" in out
    assert "such as after use_fpu" in out


def test_a_difference_in_unreachable_states_says_so(project: Project) -> None:
    project.edit(
        "    access_registers(machine, value)\n",
        "    access_registers(machine, value)\n"
        "    if not machine.ts and not machine.saved[machine.current].uses_fpu:\n"
        "        machine.current = Task.A\n",
    )
    out, code = diff(project, "lazy/fixed")
    assert code == 1
    assert "in unreachable states only" in out


def test_a_renamed_field_is_recognised(project: Project) -> None:
    text = project.model.read_text()
    project.model.write_text(
        text.replace("uses_fpu", "has_used_fpu").replace("def has_used_fpu", "def use_fpu")
    )
    project.model.write_text(project.model.read_text().replace("(has_used_fpu,", "(use_fpu,"))
    out, code = diff(project, "lazy/fixed")
    assert "field `saved[A].uses_fpu` is now called `saved[A].has_used_fpu`" in out
    assert code == 0


def test_a_new_field_that_nothing_depends_on_is_reported_and_no_change(project: Project) -> None:
    project.edit(
        "    current: Task = Task.A\n", "    current: Task = Task.A\n    count: bool = False\n"
    )
    project.edit(
        "    machine.current = next_task\n",
        "    machine.current = next_task\n    machine.count = True\n",
    )
    out, code = diff(project, "lazy/fixed")
    assert "new field `count`" in out
    assert code == 0


def test_a_new_member_of_an_enum_is_compared_by_name(project: Project) -> None:
    project.edit("    B = 1\n", "    B = 1\n    C = 2\n")
    out, code = diff(project, "lazy/fixed")
    assert "another choice: `switch_to.next_task`" in out
    assert code == 0


def test_another_start_is_a_difference(project: Project) -> None:
    project.edit("    ts: bool = True\n", "    ts: bool = False\n")
    out, code = diff(project, "lazy/fixed")
    assert "`ts` starts as 0, not 1" in out
    assert code == 1


def test_a_new_step_and_a_lost_step_are_differences(project: Project) -> None:
    project.edit('(use_fpu, switch_to),\n    "sets', '(switch_to,),\n    "sets')
    out, code = diff(project, "lazy/fixed")
    assert "step `use_fpu` is gone" in out
    assert code == 1


def test_a_stronger_guard_makes_a_step_impossible_where_it_was_possible(project: Project) -> None:
    project.edit(
        "    assume(next_task != machine.current)\n",
        "    assume(next_task != machine.current)\n    assume(machine.ts)\n",
    )
    out, code = diff(project, "lazy/fixed")
    assert "is not possible any more where it was" in out
    assert code == 1


def test_two_systems_are_compared_with_each_other(project: Project) -> None:
    out, code = diff(project, "lazy/fixed", "lazy/broken")
    assert out.startswith("lazy/broken against lazy/fixed")
    assert "`sets_ts` starts as 0, not 1" in out
    assert "`ts` becomes 0, not 1" in out
    assert code == 1


def test_what_used_to_be_constant_does_not_hide_what_comes_after_it(project: Project) -> None:
    project.edit(
        "    access_registers(machine, value)\n",
        "    access_registers(machine, value)\n    machine.sets_ts = False\n",
    )
    out, code = diff(project, "lazy/fixed")
    assert "reached within 1 step:\n      `sets_ts` becomes 0, not 1" in out
    assert "reached within 2 steps:\n      `ts` becomes 0, not 1" in out
    assert code == 1


def test_what_is_constant_now_does_not_hide_what_comes_after_it(project: Project) -> None:
    project.edit(
        "    access_registers(machine, value)\n",
        "    access_registers(machine, value)\n    machine.sets_ts = False\n",
    )
    project.git("commit", "--quiet", "--all", "--message", "sets no TS")
    project.edit("    machine.sets_ts = False\n", "")
    out, code = diff(project, "lazy/fixed", "--base", "HEAD")
    assert "reached within 1 step:\n      `sets_ts` becomes 1, not 0" in out
    assert "unreachable" not in out
    assert code == 1


def test_a_new_member_of_an_enum_does_not_hide_what_comes_after_it(project: Project) -> None:
    project.edit("    B = 1\n", "    B = 1\n    C = 2\n")
    project.edit("        previous.uses_fpu = False\n", "")
    out, code = diff(project, "lazy/fixed")
    assert "reached within 2 steps:\n      `saved[A].uses_fpu` becomes 1, not 0" in out
    assert "reached within 3 steps:\n      `saved[B].uses_fpu` becomes 1, not 0" in out
    assert code == 1


def test_a_system_that_is_new_is_reported_as_new(project: Project) -> None:
    project.edit('"lazy/fixed"', '"lazy/mended"')
    project.edit('"lazy/fixed"', '"lazy/mended"', "properties/verdicts.toml")
    ran = project.run("diff", "lazy/mended")
    assert ran.code == 2
    assert "there is no `lazy/mended` at" in ran.err


def test_an_execution_on_which_two_systems_differ_is_saved_and_audited(project: Project) -> None:
    out, code = diff(project, "lazy/fixed", "lazy/broken", "-o", "found.json")
    assert code == 1
    assert "saved in found.json: " in out
    audit = project.run("audit", "found.json")
    assert audit.code == 0, audit.err
    assert audit.out.startswith("confirmed found.json: lazy/broken differs from lazy/fixed: after ")
    file = project.folder / "found.json"
    text = file.read_text()
    file.write_text(text.replace('"differs_from": "lazy/fixed"', '"differs_from": "lazy/broken"'))
    audit = project.run("audit", "found.json")
    assert audit.code == 1
    assert "`lazy/broken` is in the same state" in audit.out


def test_no_execution_is_saved_where_nothing_differs(project: Project) -> None:
    assert diff(project, "lazy/fixed", "lazy/fixed", "-o", "found.json")[1] == 0
    assert not (project.folder / "found.json").exists()
    ran = project.run("diff", "lazy/fixed", "-o", "found.json")
    assert ran.code == 2
    assert "-o needs two systems" in ran.err
