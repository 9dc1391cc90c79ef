"""Whether mutants are killed, and what is said of those that are not."""

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from time import monotonic
from xml.etree import ElementTree

import pytest

from tests.check.uncached import without_cache
from tests.evidence.lazy_project import project as project_as_loaded
from tests.gate.conftest import Project
from tests.processes.watching import eventually, workers
from verifier.evidence.verdicts import Limits
from verifier.mutation.baseline import RecordedScore, compared
from verifier.mutation.campaign import LATE, SECONDS, Campaign, Trial, in_time
from verifier.mutation.operators import Mutant
from verifier.mutation.run import strength


def test_mutants_are_killed_by_claims_or_survive_with_their_line(project: Project) -> None:
    ran = project.run("mutate", "lazy/fixed", "--all")
    assert ran.code == 1, ran.err
    assert (
        "killed     models/lazy.py:116 in switch_to: drop `machine.ts = machine.sets_ts`" in ran.out
    )
    assert (
        "survived   models/lazy.py:111 in switch_to: "
        "drop `assume(next_task != machine.current)`" in ran.out
    )
    assert "killed by both_tasks_use_the_fpu" in ran.out


def test_a_lost_save_violates_integrity_alone(project: Project) -> None:
    ran = project.run("mutate", "lazy/fixed", "--all")
    assert (
        "killed     models/lazy.py:114 in switch_to: drop `previous.image = machine.registers`"
        "  by a_task_finds_what_it_wrote_last" in ran.out
    )
    project.edit("        previous.image = machine.registers\n", "")
    checked = project.run("check", "lazy/fixed", "--fresh")
    assert checked.code == 1
    assert "violated   lazy/fixed/integrity" in checked.out
    assert "proved     lazy/fixed/isolation" in checked.out


def test_a_mutant_that_does_the_same_is_equivalent_and_does_not_survive(project: Project) -> None:
    project.edit(
        "    machine.current = next_task\n",
        "    machine.current = next_task\n    machine.current = next_task\n",
    )
    ran = project.run("mutate", "lazy/fixed", "--function", "switch_to", "--all")
    assert "drop `machine.current = next_task`" not in ran.out
    assert "6 killed (0 refused as models), 1 survived, 0 undecided, 2 equivalent: " in ran.out


def test_mutants_that_give_the_same_circuit_are_counted_once(project: Project) -> None:
    project.edit(
        "    assume(next_task != machine.current)\n", "    assume(other(machine, next_task))\n"
    )
    project.edit(
        "@step\ndef switch_to",
        "def other(machine: Machine, task: Task) -> bool:\n"
        "    if task != machine.current:\n        return True\n    return False\n\n\n"
        "@step\ndef switch_to",
    )
    ran = project.run("mutate", "lazy/fixed")
    assert re.search(r"the same circuit: models/lazy\.py:\d+ in switch_to: drop `assume\(", ran.out)
    assert " 1 survived, 0 undecided, " in ran.out


def test_what_was_found_before_sigterm_is_shown(project: Project) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "verifier", "mutate", "lazy/fixed", "--no-cache", "--jobs", "1"],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    tried: set[int] = set()

    def are_tried() -> bool:
        tried.update(workers(process.pid))
        return len(tried) > 8

    eventually(are_tried, "nine workers")
    os.killpg(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 143
    assert re.search(r"lazy/fixed: [1-9]\d* mutants? against ", out)
    assert "terminated: 1 system not finished, nothing recorded" in err


def test_a_recorded_survivor_is_no_news_and_a_new_one_is(project: Project) -> None:
    assert project.run("mutate", "lazy/fixed", "--accept").code == 0
    file = project.folder / "properties" / "mutants.toml"
    table = tomllib.loads(file.read_text())["lazy/fixed"]
    assert table["survivors"] == [
        "models/lazy.py switch_to: drop `assume(next_task != machine.current)`"
    ]
    assert project.run("mutate", "lazy/fixed").code == 0
    assert project.run("mutate", "lazy/fixed", "--accept").err == ""
    project.edit(
        "    return not access.executed or", "    return True or", "properties/integrity.py"
    )
    ran = project.run("mutate", "lazy/fixed")
    assert ran.code == 1
    assert "in switch_to: drop `previous.image = machine.registers`" in ran.out


def test_where_nothing_holds_nothing_is_tried(project: Project) -> None:
    ran = project.run("mutate", "lazy/broken")
    assert ran.code == 0
    assert "no claim holds" in ran.out


def test_the_models_are_left_as_they_are(project: Project) -> None:
    before = project.model.read_bytes()
    project.run("mutate", "lazy/fixed")
    assert project.model.read_bytes() == before


def test_a_record_that_is_no_record_is_refused(project: Project) -> None:
    (project.folder / "properties" / "mutants.toml").write_text("[x]\nkilled = 'many'\n")
    ran = project.run("mutate", "lazy/fixed")
    assert ran.code == 2
    assert "not a record of mutants" in ran.err


def test_the_gate_tries_the_mutants_of_what_a_change_touches(project: Project) -> None:
    assert project.run("mutate", "lazy/fixed", "--accept").code == 0
    project.commit("scores")
    project.edit(
        "    machine.current = next_task\n",
        "    machine.current = next_task\n    machine.registers = machine.saved[next_task].image\n",
    )
    kinds = ("markdown", "json", "junit", "sarif")
    ran = project.gate("--base", "HEAD", *(part for k in kinds for part in (f"--{k}", f"r.{k}")))
    assert "mutants of the changed functions killed" in ran.out
    assert "; 1 not as expected, 3 surviving mutants; " in ran.out
    assert (
        "survived: models/lazy.py:118 in switch_to: "
        "drop `machine.registers = machine.saved[next_task].image`" in ran.out
    )
    assert ran.code == 1
    texts = {kind: (project.folder / f"r.{kind}").read_text() for kind in kinds}
    assert "Mutation testing of the changed functions" in texts["markdown"]
    [found] = json.loads(texts["json"])["strength"]
    new = [(trial["status"], trial["file"], trial["line"]) for trial in found["new"]]
    assert ("survived", "models/lazy.py", 118) in new
    assert found["killed"] > found["survived"] > 0
    root = ElementTree.fromstring(texts["junit"])
    [failure] = root.iterfind("testsuite[@name='lazy/fixed']//failure")
    assert "models/lazy.py:118 in switch_to" in str(failure.text)
    [run] = json.loads(texts["sarif"])["runs"]
    rules = run["tool"]["driver"]["rules"]
    missed = [result for result in run["results"] if result["ruleId"] == "strength"]
    assert {rules[result["ruleIndex"]]["id"] for result in missed} == {"strength"}
    assert len(missed) == len(new)
    places = [result["locations"][0]["physicalLocation"] for result in missed]
    assert {place["artifactLocation"]["uri"] for place in places} == {"models/lazy.py"}
    assert 118 in {place["region"]["startLine"] for place in places}


def test_the_gate_tries_the_mutants_of_what_runs_instead_without_being_changed(
    project: Project,
) -> None:
    project.edit("    sets_ts: bool = True\n", "    sets_ts: bool = True\n    odd: bool = False\n")
    project.edit(
        "    machine.ts = False\n", "    machine.ts = False\n    machine.odd = not machine.odd\n"
    )
    text = project.model.read_text()
    handler = text[text.index("@abstracts(") : text.index("@step")]
    other = handler.replace("def device_not_available", "def give_registers")
    project.model.write_text(text.replace("@step", f"{other}@step", 1))
    assert project.run("mutate", "lazy/fixed", "--accept").code == 0
    project.commit("scores")
    project.edit("        device_not_available(machine)", "        give_registers(machine)")
    ran = project.gate("--base", "HEAD")
    assert "0 of 6 pairs touched" in ran.out
    assert "in give_registers: drop `machine.odd = not machine.odd`" in ran.out
    assert ran.code == 1


def test_branches_that_are_never_taken_are_listed_with_a_proof(project: Project) -> None:
    project.edit(
        "    access_registers(machine, value)\n",
        "    if not machine.saved[machine.current].uses_fpu:\n        machine.sets_ts = False\n"
        "    access_registers(machine, value)\n",
    )
    ran = project.run("cover", "lazy/fixed", "--evidence", "proofs")
    assert ran.code == 0
    assert "  3 lemmas" in ran.out
    condition = "`not machine.saved[machine.current].uses_fpu`"
    assert f"unreachable  models/lazy.py:93 in use_fpu: {condition}" in ran.out
    assert not list((project.folder / "proofs").iterdir()), "a file about another system"


def test_a_mutant_may_take_longer_at_the_gate_than_it_took_for_the_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allowed: list[object] = []

    def tried(*arguments: object) -> Iterator[Trial]:
        asked = arguments[-1]
        assert isinstance(asked, Campaign)
        allowed.append(asked.seconds)
        return iter([Trial(Mutant("x.py", "f", 1, "drop", "y = 1", ""), "killed", "p", 1)])

    monkeypatch.setattr("verifier.mutation.run.trials", tried)
    monkeypatch.setattr(
        "verifier.mutation.run.scores",
        lambda _: {"lazy/fixed": RecordedScore(killed=1, equivalent=0)},
    )
    limits = Limits()
    touched = {"lazy/fixed": {"switch_to"}}
    assert [*strength(without_cache(project_as_loaded(), limits), touched)]
    assert allowed == [4 * SECONDS]


def test_a_mutant_for_which_there_is_no_time_is_undecided() -> None:
    """And so is a gate that would have to know."""
    mutant = Mutant("x.py", "f", 1, "drop", "y = 1", "")
    killed = Trial(mutant, "killed", "p", 1)
    assert in_time(lambda: killed, mutant, monotonic() + 600) == killed
    late = in_time(lambda: killed, mutant, monotonic() - 1)
    assert (late.status, late.by) == ("undecided", LATE)
    found = compared("lazy/fixed", [late], RecordedScore(killed=1, equivalent=0), whole=False)
    assert found.new == (late,)


def test_no_mistakes_are_tried_where_a_verdict_is_not_the_expected_one(project: Project) -> None:
    assert project.run("mutate", "lazy/fixed", "--accept").code == 0
    project.commit("scores")
    project.edit("        previous.image = machine.registers\n", "")
    assert project.gate("--base", "HEAD", "--json", "report.json").code == 1
    report = json.loads((project.folder / "report.json").read_text())
    verdicts = {row["pair"]: row["verdict"] for row in report["results"]}
    assert verdicts["lazy/fixed/integrity"] == "violated"
    assert report["strength"] == []
