"""What the gate says about a change, as a person or a CI job runs it."""

import json
from typing import Any

import pytest

from tests.gate.conftest import Project

FORGETS = ("        previous.uses_fpu = False\n", "")
RENAMES = ("sets_ts", "raises_ts")
DEEP = f'''
"""A counter that no search follows to its end."""

from enum import Enum

from verifier.language import Family, System, record, step

Bit = Enum("Bit", {[f"B{n}" for n in range(24)]})


@record
class Counter:
    """The lowest bit comes first."""

    bits: Family[Bit, bool] = Family()


@step
def count(counter: Counter) -> None:
    """One more."""
    for bit in Bit:
        counter.bits[bit] = not counter.bits[bit]
        if counter.bits[bit]:
            return


deep = System("deep/counter", Counter(), (count,))
'''
DEEP_CLAIM = '''
from models.deep import Bit, Counter
from verifier.language import always


@always("some")
def some_bit_is_clear(counter: Counter) -> bool:
    """This takes millions of steps to be violated."""
    for bit in Bit:
        if not counter.bits[bit]:
            return True
    return False
'''


def document(project: Project, *arguments: str) -> tuple[dict[str, Any], int]:
    """The JSON report, and the exit code."""
    file = project.folder / "report.json"
    ran = project.gate("--json", str(file), *arguments)
    assert file.exists(), ran.err
    return json.loads(file.read_text()), ran.code


def results(project: Project, *arguments: str) -> tuple[dict[str, dict[str, object]], int]:
    """The JSON report's rows by pair, and the exit code."""
    report, code = document(project, *arguments)
    return {row["pair"]: row for row in report["results"]}, code


def test_an_unchanged_project_is_audited_and_nothing_is_searched(project: Project) -> None:
    rows, code = results(project, "--no-cache")
    assert code == 0
    assert {row["how"] for row in rows.values()} == {"earlier evidence, audited"}
    assert not any(row["moved"] for row in rows.values())


def test_a_refactoring_is_no_behavioural_change_and_its_evidence_still_holds(
    project: Project,
) -> None:
    project.edit(
        "    if machine.ts:\n        device_not_available(machine)\n",
        "    faults = machine.ts\n    if not faults:\n        pass\n"
        "    else:\n        device_not_available(machine)\n",
    )
    report, code = document(project, "--no-cache")
    assert code == 0
    assert {row["how"] for row in report["results"]} == {"earlier evidence, audited"}
    assert report["changed_files"] == ["models/lazy.py"]
    assert report["differences"] == []


def test_another_formatting_touches_no_circuit(project: Project) -> None:
    project.model.write_text("# A comment.\n\n" + project.model.read_text())
    rows, code = results(project)
    assert code == 0
    assert not any(row["moved"] for row in rows.values())


def test_a_broken_model_is_refuted_and_the_report_names_the_step_and_the_line(
    project: Project,
) -> None:
    line = project.model.read_text().splitlines().index(FORGETS[0].rstrip("\n"))
    project.edit(*FORGETS)
    ran = project.gate("--markdown", "report.md")
    assert ran.code == 1
    assert "lazy/fixed/isolation" in ran.out
    assert "violated, expected proved" in ran.out
    report = (project.folder / "report.md").read_text()
    assert "Since step 2: `switch_to` sets `saved[A].uses_fpu` = 1 (base: 0)." in report
    assert f"`models/lazy.py, after line {line}`, in `switch_to`" in report
    assert "-        previous.uses_fpu = False" in report


def test_lemmas_that_survive_a_change_start_the_search(project: Project) -> None:
    project.edit(
        "    machine.ts = False\n    machine.registers",
        "    machine.ts = False\n    machine.sets_ts = True\n    machine.registers",
    )
    rows, _ = results(project, "--no-cache")
    assert rows["lazy/fixed/isolation"]["verdict"] == "proved"
    assert rows["lazy/broken/isolation"]["verdict"] == "proved"
    assert "searched" in str(rows["lazy/broken/isolation"]["how"])


def test_a_moved_verdict_needs_its_expectation_changed(project: Project) -> None:
    project.edit(*FORGETS)
    assert project.gate().code == 1
    project.edit(
        '["lazy/fixed"]\nisolation = "proved"\nintegrity = "proved"',
        '["lazy/fixed"]\nisolation = "violated"\nintegrity = "violated"',
        "properties/verdicts.toml",
    )
    ran = project.gate()
    assert ran.code == 0
    assert "violated, as now expected; it was proved" in ran.out


def test_accepting_writes_the_verdicts_and_the_evidence_and_keeps_comments(
    project: Project,
) -> None:
    project.edit(*FORGETS)
    assert project.gate("--accept").code == 0
    text = project.verdicts.read_text()
    assert text.startswith("# What `nestproof check` must find.\n")
    assert text.count("violated") == 4
    kept = json.loads((project.certificates / "lazy.fixed.json").read_text())
    assert list(kept["runs"]) == ["integrity", "isolation"]
    assert list(kept["proofs"]) == ["deadlock"]
    rows, code = results(project, "--no-cache")
    assert code == 0
    assert {row["how"] for row in rows.values()} == {"earlier evidence, audited"}


def test_accepting_twice_changes_nothing(project: Project) -> None:
    assert project.gate("--accept").code == 0
    assert project.git("status", "--short") == ""


def test_a_vacuous_verdict_is_never_accepted(project: Project) -> None:
    project.edit("    assume(next_task != machine.current)", "    assume(next_task is None)")
    ran = project.gate("--accept")
    assert ran.code == 2
    assert "nothing was accepted" in ran.err
    assert project.git("status", "--short") == "M models/lazy.py"


def test_pairs_with_the_same_message_are_reported_once(project: Project) -> None:
    project.edit("    assume(next_task != machine.current)", "    assume(next_task is None)")
    ran = project.gate("--markdown", "report.md")
    assert ran.code == 1
    reason = "no execution in which step `switch_to` fires"
    assert ran.out.count("vacuous    lazy/fixed/") == 3
    assert ran.out.count(f"{reason}\n") == 1
    assert ran.out.count(f"{reason} or `both_tasks_use_the_fpu` is reached\n") == 1
    report = (project.folder / "report.md").read_text()
    assert report.count(f"N{reason[1:]}.") == 1
    assert "and 3 more like it" in report


def test_a_pair_without_time_is_unknown_and_leaves_the_others_alone(project: Project) -> None:
    before, _ = results(project)
    (project.folder / "models" / "deep.py").write_text(DEEP)
    (project.folder / "properties" / "deep.py").write_text(DEEP_CLAIM)
    rows, code = results(project, "--timeout", "0.1", "--no-cache")
    assert code == 3
    assert rows["deep/counter/some"]["verdict"] == "unknown"
    assert {pair: rows[pair]["verdict"] for pair in before} == {
        pair: row["verdict"] for pair, row in before.items()
    }


def test_forged_evidence_is_rejected(project: Project) -> None:
    certificate = project.certificates / "lazy.broken.json"
    forged = (project.certificates / "lazy.fixed.json").read_text()
    certificate.write_text(forged.replace("lazy/fixed", "lazy/broken"))
    rows, code = results(project, "--no-cache")
    assert code == 0
    assert rows["lazy/broken/isolation"]["verdict"] == "violated"


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"schema": 2}'])
def test_damaged_evidence_is_reported_and_searched_again(project: Project, damage: bytes) -> None:
    (project.certificates / "lazy.fixed.json").write_bytes(damage)
    ran = project.gate()
    assert ran.code == 0
    assert "certificates/lazy.fixed.json` cannot be used" in ran.out


def test_evidence_about_no_system_is_reported(project: Project) -> None:
    (project.certificates / "lazy.gone.json").write_text("{}")
    assert "lazy.gone.json` belongs to no system of this project" in project.gate().out


def test_a_renamed_constant_of_the_state_is_no_change(project: Project) -> None:
    project.model.write_text(project.model.read_text().replace(*RENAMES))
    report, code = document(project, "--no-cache")
    assert code == 0
    assert {row["how"] for row in report["results"]} == {"earlier evidence, audited"}
    assert not any(row["moved"] for row in report["results"])
    for each in report["differences"]:
        found = {kind: parts for kind, parts in each.items() if parts and kind != "system"}
        assert found == {"renamed_fields": [[*RENAMES]]}
    assert [each["system"] for each in report["differences"]] == ["lazy/broken", "lazy/fixed"]


def test_why_shows_the_imports_and_whether_the_circuit_changed(project: Project) -> None:
    project.edit("return not access.executed or", "return True or", "properties/isolation.py")
    ran = project.gate("--why")
    assert "touched    lazy/broken, lazy/fixed\n           circuit changed\n" in ran.out
    assert "properties/isolation.py" in ran.out
    assert "`isolation` is satisfied where it was not" in ran.out
    assert ran.code == 1


def test_stored_evidence_that_is_rejected_is_named_with_the_reason(project: Project) -> None:
    file = project.certificates / "lazy.fixed.json"
    kept = json.loads(file.read_text())
    kept["lemmas"] = [{"ts": [True]} for _ in kept["lemmas"]]
    file.write_text(json.dumps(kept))
    report, code = document(project)
    assert code == 0
    rejected = "the stored evidence of lazy/fixed/isolation is rejected: lemma"
    assert [each for each in report["warnings"] if each.startswith(rejected)], report["warnings"]
