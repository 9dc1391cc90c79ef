"""`show` and `graph` in their formats, `simulate` without a terminal."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Runner
from tests.cli.test_mistakes import refused
from verifier.cli.show_command import FORMATS
from verifier.viewer.formats import OF_EXECUTIONS

PAIR = "lazy/broken/isolation"


def test_a_picture_a_page_and_a_diagram_are_complete_in_themselves(nestproof: Runner) -> None:
    picture = nestproof("show", PAIR, "--format", "svg")
    assert ElementTree.fromstring(picture.out).tag.endswith("svg")
    page = nestproof("show", PAIR, "--format", "html")
    assert page.out.startswith("<!DOCTYPE html>")
    diagram = nestproof("show", PAIR, "--format", "mermaid")
    assert diagram.out.startswith("sequenceDiagram")
    assert [ran.code for ran in (picture, page, diagram)] == [0, 0, 0]


def test_every_format_is_written_to_a_file(nestproof: Runner, tmp_path: Path) -> None:
    for form in FORMATS:
        file = tmp_path / form
        ran = nestproof("show", PAIR, "--format", form, "-o", str(file))
        assert (ran.code, ran.out) == (0, "")
        assert file.read_text() == nestproof("show", PAIR, "--format", form).out
    ran = nestproof("show", PAIR, "-o", str(tmp_path / "no" / "such"))
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_a_watch_is_followed_along_the_trace(nestproof: Runner) -> None:
    ran = nestproof("show", PAIR, "--watch", "ts and current == Task.B")
    assert "ts and current == Task.B" in ran.out


def test_a_watch_that_asks_for_more_than_looking_is_wrong_use(nestproof: Runner) -> None:
    ran = nestproof("show", PAIR, "--watch", "exit()")
    assert ran.code == 2
    assert "--watch" in ran.err


def test_a_watch_takes_the_row_of_a_field_s_value(nestproof: Runner) -> None:
    ran = nestproof("show", PAIR, "--watch", "saved[current].uses_fpu")
    assert ran.code == 0
    assert "after step 1   1" in ran.out
    wrong = nestproof("show", PAIR, "--watch", "saved[curent].uses_fpu")
    assert (wrong.code, wrong.out) == (2, "")
    assert "there is no `saved[curent].uses_fpu`" in wrong.err


@pytest.mark.parametrize("form", OF_EXECUTIONS)
def test_a_proof_is_no_execution(nestproof: Runner, form: str) -> None:
    ran = nestproof("show", "lazy/fixed/isolation", "--format", form)
    assert ran.code == 2
    assert f"--format {form} draws executions" in ran.err


def test_where_every_counterexample_takes_the_same_steps_there_is_no_other(
    nestproof: Runner,
) -> None:
    ran = nestproof("show", PAIR, "--another")
    assert (ran.code, ran.err) == (3, "")
    steps = "`use_fpu`, `switch_to`, `use_fpu`"
    assert ran.out == (
        f"proved: every counterexample takes {steps}, in this order, "
        "whatever it takes before, between and after\n"
    )


def test_another_counterexample_takes_other_steps(nestproof: Runner, project: Path) -> None:
    model = project / "models" / "lazy.py"
    text = model.read_text().replace("(use_fpu, switch_to)", "(use_fpu, switch_to, crash)")
    crash = """
@step
def crash(machine: Machine) -> None:
    \"\"\"The registers are another task's.\"\"\"
    machine.registers.owner = Task.B
    machine.ts = False


"""
    model.write_text(text.replace("def acts(now", f"{crash.lstrip()}def acts(now", 1))
    known = nestproof("show", PAIR, "--format", "json", cwd=project)
    other = nestproof("show", PAIR, "--another", "--format", "json", cwd=project)
    assert (known.code, other.code) == (0, 0), known.err + other.err
    first, second = (
        [step["step"] for step in json.loads(ran.out)["steps"]] for ran in (known, other)
    )
    assert first == ["crash", "use_fpu"]
    assert second == ["use_fpu", "switch_to", "use_fpu"]


def test_another_needs_a_counterexample_and_time(nestproof: Runner) -> None:
    proof = nestproof("show", "lazy/fixed/isolation", "--another")
    assert proof.code == 2
    assert "--another needs a counterexample" in proof.err


def test_a_random_run_is_saved_up_to_its_violation(nestproof: Runner, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    command = ("simulate", "lazy/broken", "--random", "50", "--seed", "7")
    assert nestproof(*command, "-o", str(file)) == nestproof(*command)
    assert nestproof("audit", str(file)).out.startswith(f"confirmed {file}: lazy/broken/")
    assert "is violated after" in nestproof("show", str(file)).out


def test_a_proof_says_which_step_needs_which_lemma(nestproof: Runner) -> None:
    ran = nestproof("show", "lazy/fixed/isolation")
    assert "which lemmas each step needs" in ran.out


def saved_trace(nestproof: Runner, project: Path) -> Path:
    """The counterexample as `check` saves it."""
    folder = project / "out"
    ran = nestproof("check", "lazy/broken/isolation", "--evidence", str(folder), cwd=project)
    assert ran.code == 0
    [file] = folder.iterdir()
    return file


def test_a_saved_counterexample_is_shown_as_the_models_replay_it(
    nestproof: Runner, project: Path
) -> None:
    file = saved_trace(nestproof, project)
    ran = nestproof("show", str(file), cwd=project)
    assert ran.code == 0
    found = nestproof("show", PAIR, cwd=project).out
    assert ran.out.replace(", maybe not the fewest", "", 1) == found != ran.out
    assert "Why" in ran.out


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("machine.ts = machine.sets_ts", "machine.ts = True", "`isolation` is not violated"),
        ("switch_to", "switches_to", "has no step `switch_to`"),
        ('"lazy/broken"', '"lazy/other"', "there is no system `lazy/broken` here"),
        ("next_task != machine.current", "1 / 0", "step `switch_to` of `lazy/broken`"),
        ("machine.current = next_task", "machine.current = = next_task", "is not Python"),
    ],
)
def test_what_the_models_do_not_confirm_is_headed_unverified(
    nestproof: Runner, project: Path, old: str, new: str, reason: str
) -> None:
    file = saved_trace(nestproof, project)
    (project / "properties" / "verdicts.toml").unlink()
    model = project / "models" / "lazy.py"
    assert old in model.read_text()
    model.write_text(model.read_text().replace(old, new))
    ran = nestproof("show", str(file), cwd=project)
    assert ran.code == nestproof("audit", str(file), cwd=project).code != 0
    first, why, *rest = ran.out.splitlines()
    assert first == "unverified: lazy/broken/isolation, 3 steps"
    assert reason in why
    assert rest[-3:] == [
        "  1  use_fpu value=0",
        "  2  switch_to next_task=B",
        "  3  use_fpu value=0",
    ]
    assert "  ts = 1" in rest
    assert "violated" not in "".join(rest)
    page = nestproof("show", str(file), "--format", "html", cwd=project)
    assert "unverified" in page.out
    diagram = nestproof("show", str(file), "--format", "mermaid", cwd=project)
    assert (diagram.code, diagram.out) == (2, "")


def test_without_its_project_a_saved_counterexample_is_unverified(
    nestproof: Runner, project: Path, tmp_path: Path
) -> None:
    file = saved_trace(nestproof, project)
    ran = nestproof("show", str(file), cwd=tmp_path)
    assert ran.code == 1
    assert ran.out.startswith("unverified: lazy/broken/isolation, 3 steps\n")
    assert "Why" not in ran.out


def test_a_case_is_shown_in_a_shortest_execution_that_can_be_audited(
    nestproof: Runner, project: Path
) -> None:
    ran = nestproof("show", "lazy/fixed/isolation", "--case", "both_tasks_use_the_fpu", cwd=project)
    assert ran.code == 0
    assert ran.out.startswith(
        "an execution of lazy/fixed, 2 steps, and then: both tasks use the FPU\n"
    )
    step = nestproof("show", "lazy/fixed", "--case", "switch_to", "--format", "mermaid")
    assert step.out.endswith(": switch to\n")


def test_a_pair_that_has_cases_only_lists_them(nestproof: Runner, project: Path) -> None:
    file = project / "properties" / "isolation.py"
    file.write_text(file.read_text().replace('@sometimes("isolation")', '@sometimes("cases")'))
    ran = nestproof("show", "lazy/fixed/cases", cwd=project)
    assert ran.code == 0
    assert ran.out == (
        "proved: every case occurs\n"
        "  The property is not empty: the second task gets to use the registers too.\n"
        "    see it: nestproof show lazy/fixed --case both_tasks_use_the_fpu\n"
    )


def test_a_case_that_there_is_not_is_answered_with_those_that_there_are(nestproof: Runner) -> None:
    ran = nestproof("show", "lazy/fixed", "--case", "both_task_use_fpu")
    assert (ran.code, ran.out) == (2, "")
    assert "`lazy/fixed` has no case or step `both_task_use_fpu`" in ran.err
    lists = (
        "cases: `a_task_finds_a_value_of_its_own`, `both_tasks_use_the_fpu`; "
        "steps: `use_fpu`, `switch_to`"
    )
    assert f"help: did you mean `both_tasks_use_the_fpu`? {lists}\n" in ran.err
    assert f"help: {lists}\n" in nestproof("show", "lazy/fixed", "--case", "zzz").err
    ran = nestproof("show", "lazy/fixd", "--case", "switch_to")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean `lazy/fixed`?" in ran.err


def test_a_case_that_never_occurs_is_not_green(nestproof: Runner, project: Path) -> None:
    model = project / "models" / "lazy.py"
    text = model.read_text()
    assert "assume(next_task != machine.current)" in text
    model.write_text(text.replace("assume(next_task != machine.current)", "assume(False)"))
    ran = nestproof("show", "lazy/fixed", "--case", "switch_to", cwd=project)
    assert (ran.code, ran.out) == (1, "vacuous: `switch_to` never occurs\n")


def test_a_graph_is_drawn_in_every_format(nestproof: Runner, tmp_path: Path) -> None:
    over = ("graph", "lazy/fixed", "--over", "registers.owner,ts")
    assert "use_fpu" in nestproof(*over).out
    assert nestproof(*over, "--format", "dot").out.startswith("digraph")
    assert nestproof(*over, "--format", "mermaid").out.startswith("flowchart")
    assert nestproof(*over, "--format", "svg", "-o", str(tmp_path / "g.svg")).code == 0
    ElementTree.parse(tmp_path / "g.svg")


def test_a_graph_is_drawn_of_a_system_with_a_constant_that_has_no_hash(
    nestproof: Runner, project: Path
) -> None:
    model = project / "models" / "lazy.py"
    text = model.read_text()
    head, state = text.split("@record\nclass Machine:", 1)
    doc, rest = state.split('"""\n', 1)
    era = "@dataclass(frozen=True)\nclass Era:\n    name: str = ''\n    __hash__ = None\n\n\n"
    model.write_text(
        f'from dataclasses import dataclass\n{head}{era}@record\nclass Machine:{doc}"""\n'
        f"    era: Era = Era()\n{rest}"
    )
    ran = nestproof("graph", "lazy/fixed", "--over", "ts", cwd=project)
    assert (ran.code, ran.err.count("Traceback")) == (0, 0), ran.err
    assert "use_fpu" in ran.out


def test_a_graph_over_nothing_that_there_is_is_wrong_use(nestproof: Runner) -> None:
    ran = nestproof("graph", "lazy/fixed", "--over", "regsters.owner")
    assert ran.code == 2
    assert "did you mean `registers.owner`" in ran.err
    assert nestproof("graph", "lazy/fixed", "--over", ",").code == 2


def test_textual_is_imported_only_when_the_screen_opens() -> None:
    code = (
        "import sys, verifier.cli.show_command, verifier.cli.simulate_command, "
        "verifier.viewer.text; sys.exit('textual' in sys.modules)"
    )
    root = Path(__file__).parent.parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0


def test_a_pair_is_shown_by_the_counterexample_that_the_project_stores(
    nestproof: Runner, project: Path
) -> None:
    def steps(*options: str) -> str:
        first = nestproof("show", "lazy/broken/isolation", "--plain", *options, cwd=project)
        return first.out.splitlines()[0].removeprefix("lazy/broken/isolation is violated after ")

    assert nestproof("gate", "--accept", cwd=project).code == 0
    file = project / "properties" / "certificates" / "lazy.broken.json"
    kept = json.loads(file.read_text())
    moves = kept["runs"]["isolation"]["moves"]
    moves.insert(0, moves[0])
    file.write_text(json.dumps(kept))
    assert steps() == "4 steps, maybe not the fewest"
    assert steps("--fresh") == "3 steps"
    del moves[2:]
    file.write_text(json.dumps(kept))
    assert steps() == "3 steps", "what does not violate the property is no counterexample"
    moves[0][0] = "fly"
    file.write_text(json.dumps(kept))
    assert steps() == "3 steps", "nor is what the system cannot do"
    file.write_text(file.read_text()[:50])
    ran = nestproof("show", "lazy/broken/isolation", cwd=project)
    assert ran.code == 0
    assert "certificates/lazy.broken.json` cannot be used" in ran.err
    assert steps("--fresh") == "3 steps"


def test_an_expression_to_follow_is_refused_where_nothing_is_replayed(nestproof: Runner) -> None:
    refused(
        nestproof("show", "lazy/fixed/isolation", "--watch", "ts"), "--watch needs an execution"
    )
    refused(nestproof("show", PAIR, "--watch", "ts+1"), "`--watch`: `ts+1`: fi", "help: ")
    refused(nestproof("show", PAIR, "--watch", "~ts"), "`--watch`: `~ts`: fields", "help: ")


def test_an_expression_over_what_there_is_not_is_refused_before_anything_is_searched(
    nestproof: Runner, project: Path
) -> None:
    near = ("`--watch`: there is no `curent`\n", "help: did you mean `current`?")
    for what in (("lazy/fixed/isolation",), (PAIR,), ("lazy/fixed", "--case", "use_fpu")):
        ran = nestproof("show", *what, "--watch", "ts and curent == B")
        refused(ran, *near)
        assert ran.out == ""
    refused(nestproof("show", PAIR, "--watch", "zzzz"), "no `zzzz`\n", "help: fields are `ts`, ")
    refused(nestproof("show", str(saved_trace(nestproof, project)), "--watch", "curent"), *near)


@pytest.mark.parametrize("words", ["None", '[("fpu", "FPU")]', '{"task": 2}'])
def test_explain_does_without_a_presentation_that_cannot_be_used(
    nestproof: Runner, project: Path, words: str
) -> None:
    model = project / "models" / "lazy.py"
    model.write_text(model.read_text().replace('words={"fpu": "FPU"}', f"words={words}"))
    ran = nestproof("explain", "isolation", cwd=project)
    assert (ran.code, ran.err) == (0, "")
    assert "a task finds only its own registers" in ran.out
