"""What verdicts rest on that they did not rest on at the base."""

from typing import Any

from tests.gate.conftest import Project
from tests.gate.weakening import report

ASSUME = "    assume(next_task != machine.current)\n"


def found(project: Project) -> list[tuple[str, str, str]]:
    return [(e["system"], e["kind"], e["text"]) for e in report(project)[0]["assumptions"]]


def test_a_new_assumption_is_named_with_its_line(project: Project) -> None:
    project.edit(ASSUME, f"{ASSUME}    assume(machine.ts | machine.sets_ts)\n")
    assumptions: list[dict[str, Any]] = report(project)[0]["assumptions"]
    assert [each["system"] for each in assumptions] == ["lazy/broken", "lazy/fixed"]
    line = (project.folder / "models/lazy.py").read_text().split("assume(machine.ts")[0].count("\n")
    for each in assumptions:
        del each["system"]
        assert each == {
            "kind": "assume",
            "name": "switch_to",
            "text": "machine.ts | machine.sets_ts",
            "file": "models/lazy.py",
            "line": line + 1,
        }


def test_people_read_it_beside_what_the_change_does(project: Project) -> None:
    project.edit(ASSUME, "    assume(machine.current != next_task)\n")
    ran = project.gate("--markdown", "report.md")
    text = "`switch_to` leaves out choices: "
    assert text in ran.out
    assert text in (project.folder / "report.md").read_text()


def test_a_field_that_nothing_changes_any_more_is_named(project: Project) -> None:
    project.edit("        previous.uses_fpu = False\n", "")
    project.edit("    machine.ts = False\n", "")
    project.edit("        machine.ts = machine.sets_ts\n", "")
    assert ("lazy/fixed", "constant", "ts=1") in found(project)


def test_what_moves_or_is_said_otherwise_is_nothing_new(project: Project) -> None:
    project.edit(ASSUME, f"    # A comment.\n\n{ASSUME}    machine.ts = machine.ts\n")
    assert found(project) == []


def test_a_new_system_has_no_base_to_differ_from(project: Project) -> None:
    model = project.folder / "models" / "lazy.py"
    more = 'third = System("lazy/third", Machine(), (use_fpu, switch_to))\n'
    model.write_text(model.read_text() + more)
    document = report(project)[0]
    assert document["added_systems"] == ["lazy/third"]
    assert document["assumptions"] == []


def test_a_constant_that_holds_functions_is_the_same_in_each_process(project: Project) -> None:
    project.edit(
        "@record\nclass Machine",
        "@dataclass(frozen=True)\nclass Ops:\n    load: Callable[[Any], None]\n\n\n"
        "@record\nclass Machine",
    )
    project.edit("    ts: bool = True\n", "    ops: Ops\n    ts: bool = True\n")
    project.edit(
        "from enum import Enum\n",
        "from collections.abc import Callable\nfrom dataclasses import dataclass\n"
        "from enum import Enum\nfrom typing import Any\n",
    )
    project.edit("Machine(", "Machine(ops=Ops(device_not_available), ")
    project.commit()
    project.edit(ASSUME, f"    # A comment.\n{ASSUME}")
    ran = project.gate("--base", "HEAD")
    assert "rests on" not in ran.out
    assert (
        "ops=Ops(load=device_not_available)"
        in project.run("explain", "lazy/fixed", "--assumptions").out
    )
