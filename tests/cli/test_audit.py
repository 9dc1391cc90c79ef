"""`audit`: a line for each claim of each file, and the exit code that they make together."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import HERE, Runner
from tests.evidence.kettle import kettle
from verifier.audit.audit import Audited
from verifier.check.vacuity import Emptiness
from verifier.cli import audit_command, progress
from verifier.cli import nestproof as nestproof_command
from verifier.evidence.verdicts import Unknown

VACUOUS = "lazy/fixed/isolation is vacuous: `both_tasks_use_the_fpu` never occurs"

Spoil = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evidence")


@pytest.fixture
def evidence(nestproof: Runner, folder: Path) -> Path:
    """What `check` saves of the example's pairs about isolation."""
    if not list(folder.iterdir()):
        assert nestproof("check", "*/isolation", "--evidence", str(folder)).code == 0
    return folder


def trace(evidence: Path) -> Path:
    return evidence / "lazy.broken.isolation.json"


def proof(evidence: Path) -> Path:
    return evidence / "lazy.fixed.isolation.json"


def test_each_claim_is_a_line_with_what_it_is_about(nestproof: Runner, evidence: Path) -> None:
    ran = nestproof("audit", str(trace(evidence)), str(proof(evidence)))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        f"confirmed {trace(evidence)}: lazy/broken/isolation: violated after 3 steps\n"
        f"confirmed {proof(evidence)}: lazy/fixed/isolation: proved\n"
    )


def test_every_claim_of_what_a_project_stores_is_audited(nestproof: Runner, project: Path) -> None:
    assert nestproof("gate", "--accept", cwd=project).code == 0
    file = "properties/certificates/lazy.broken.json"
    ran = nestproof("audit", file, cwd=project)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert f"confirmed {file}: lazy/broken/isolation: violated after 3 steps" in lines
    stored = json.loads((project / file).read_text())
    stored["runs"]["fires:use_fpu"] = {"start": {}, "moves": [["use_fpu", {"value": True}]]}
    stored["runs"]["fires:switch_to"] = {"start": {}, "moves": [["use_fpu", {"value": True}]]}
    (project / file).write_text(json.dumps(stored))
    ran = nestproof("audit", file, cwd=project)
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert f"confirmed {file}: lazy/broken/fires:use_fpu: reached after 1 step" in lines
    assert (
        f"rejected {file}: lazy/broken/fires:switch_to: step 1: `switch_to` does not occur" in lines
    )


@pytest.mark.parametrize(
    ("of", "spoil", "reason"),
    [
        (trace, lambda d: d.update(later=1), "isolation: unknown key `later`"),
        (trace, lambda d: d["steps"][1].update(call={}), "isolation: unknown key `call`"),
        (proof, lambda d: d.update(later=1), "isolation: unknown key `later`"),
        (trace, lambda d: d["steps"][0].update(step="fly"), "has no step `fly`"),
        (trace, lambda d: d["steps"][0]["choices"].update(x=True), "has no choice `x`"),
        (trace, lambda d: d["start"].update(x=True), "has no field `x`"),
        (trace, lambda d: d.update(property="order"), "has no property `order`"),
        (trace, lambda d: d.update(property="", conjunct=""), ": it has no claim"),
        (trace, lambda d: d.update(system="lazy/gone"), "there is no system `lazy/gone`"),
        (proof, lambda d: d.update(property="order"), "has no property `order`"),
        (proof, lambda d: d.update(property="fires:fly"), "has no step `fly`"),
        (proof, lambda d: d.update(property="sometimes:fly"), "has no case `fly`"),
        (proof, lambda d: d["lemmas"].append({"x": [True]}), "has no field `x`"),
        (proof, lambda d: d.update(lemmas=[]), "do not rule out a violation"),
        (proof, lambda d: d.update(system="lazy/broken"), "the clause"),
    ],
)
def test_what_a_file_claims_in_vain_is_rejected_with_the_reason(
    nestproof: Runner,
    evidence: Path,
    tmp_path: Path,
    of: Callable[[Path], Path],
    spoil: Spoil,
    reason: str,
) -> None:
    document = json.loads(of(evidence).read_text())
    spoil(document)
    file = tmp_path / "x.json"
    file.write_text(json.dumps(document))
    ran = nestproof("audit", str(file))
    assert (ran.code, ran.err) == (1, "")
    [line] = ran.out.splitlines()
    assert line.startswith(f"rejected {file}: lazy/")
    assert reason in line


def stored(**changes: Any) -> dict[str, Any]:
    """A system's evidence that claims nothing, with something else in it."""
    whole: dict[str, Any] = {"schema": 1, "kind": "kept", "system": "lazy/fixed"}
    return {**whole, "lemmas": [], "proofs": {}, "runs": {}, **changes}


RUN = {"start": {}, "moves": [["use_fpu", {"value": True}]]}


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (stored(), "lazy/fixed: it has no claim"),
        (stored(lemmas=[{"ts": [True]}]), "lazy/fixed: lemma 1: it is part of no proof"),
        (stored(lemmas=[{"x": [True]}]), "lazy/fixed: lemma 1: `lazy/fixed` has no field `x`"),
        (stored(runs={"order": RUN}), "lazy/fixed/order: `lazy/fixed` has no property `order`"),
        (
            stored(runs={"fires:use_fpu": {**RUN, "start": {"x": True}}}),
            "lazy/fixed/fires:use_fpu: `lazy/fixed` has no field `x`",
        ),
        (
            stored(runs={"fires:use_fpu": {**RUN, "start": {"ts": False}}}),
            "lazy/fixed/fires:use_fpu: `ts` starts as `True`, not `False`",
        ),
        (
            stored(runs={"fires:use_fpu": {**RUN, "moves": [["use_fpu", {"x": True}]]}}),
            "lazy/fixed/fires:use_fpu: step 1: `use_fpu` needs a `bool` for its choice `value`, "
            "not `None`",
        ),
        (
            stored(
                runs={"fires:use_fpu": {**RUN, "moves": [["use_fpu", {"value": True, "x": True}]]}}
            ),
            "lazy/fixed/fires:use_fpu: step 1: `use_fpu` has no choice `x`",
        ),
        (stored(later=1), "lazy/fixed: unknown key `later`"),
        (
            stored(runs={"isolation": {**RUN, "later": 1}}),
            "lazy/fixed: unknown key `later` - at `$.runs[...]`",
        ),
    ],
)
def test_what_a_project_stores_in_vain_is_rejected_with_the_reason(
    nestproof: Runner, tmp_path: Path, document: dict[str, Any], line: str
) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps(document))
    ran = nestproof("audit", str(file))
    assert (ran.code, ran.err) == (1, "")
    assert f"rejected {file}: {line}" in ran.out.splitlines()


def test_what_cannot_be_read_does_not_end_the_audit_of_the_others(
    nestproof: Runner, evidence: Path, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    names = ("folder", "pipe", "link", "missing", "x" * 5000)
    ran = nestproof("audit", *(str(tmp_path / name) for name in names), str(proof(evidence)))
    assert ran.code == 2
    assert ran.out == f"confirmed {proof(evidence)}: lazy/fixed/isolation: proved\n"
    reasons = re.findall(r"^error: `\S+`?.*?: (.*)$", ran.err, flags=re.M)
    missing = "No such file or directory"
    assert reasons[:4] == ["it is a folder", "it is not a plain file", missing, missing]
    assert ran.err.count("error: ") == ran.err.count("help: ") == len(names)


def test_a_damaged_file_counts_before_a_rejected_one_and_that_before_an_unknown_one(
    nestproof: Runner, evidence: Path, tmp_path: Path
) -> None:
    rejected, damaged, slow = (tmp_path / name for name in ("rejected", "damaged", "slow"))
    rejected.write_text(json.dumps(stored(system="lazy/gone")))
    damaged.write_text("{")
    slow.write_text(json.dumps(json.loads(proof(evidence).read_text()) | {"induction": 100}))

    def code(*files: Path) -> int:
        return nestproof("audit", "--timeout", "0.3", *map(str, files)).code

    assert code(slow) == 3
    assert code(slow, rejected) == 1
    assert code(damaged, rejected, slow) == 2


@pytest.mark.parametrize(
    "test",
    [
        "access.by == Task.B and machine.current == Task.A",
        "access.executed != access.executed",
    ],
)
def test_a_proof_whose_property_is_vacuous_by_now_is_not_confirmed_as_proved(
    nestproof: Runner, evidence: Path, project: Path, test: str
) -> None:
    """Its lemmas hold, and need not say that the case never occurs."""
    properties = project / "properties" / "isolation.py"
    was = "access.by == Task.B and machine.current == Task.B"
    assert properties.read_text().count(was) == 1
    properties.write_text(properties.read_text().replace(was, test))
    ran = nestproof("audit", str(proof(evidence)), cwd=project)
    assert ran.out == f"confirmed {proof(evidence)}: lazy/fixed/isolation: vacuous\n"
    ran = nestproof("show", str(proof(evidence)), "--plain", cwd=project)
    assert ran.out.splitlines()[0] == VACUOUS
    assert ran.code == 1


def test_a_proof_of_which_it_is_not_known_whether_it_is_vacuous_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open = Emptiness(Unknown("bmc", "", 7, 0.0), "not known whether it is", ("fires:x",))
    monkeypatch.setattr(audit_command, "missing_witness", lambda *_: open)
    one = audit_command.witnessed(kettle(), Audited("busy", "confirmed", "proved"), ())
    assert one == Audited("busy", "unknown", "its proof holds; not known whether it is")


def test_what_is_audited_before_the_time_is_up_counts(
    example: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The time is up once the first claim is audited."""
    now, show = [0.0], audit_command._print

    def shown(*one: Any) -> None:
        show(*one)
        now[0] += 2.0

    monkeypatch.setattr(audit_command, "monotonic", lambda: now[0])
    monkeypatch.setattr(audit_command, "_print", shown)
    monkeypatch.chdir(example)
    slow = {"lemmas": [], "engine": "kinduction", "depth": 1, "induction": 100}
    document = stored(runs={"fires:use_fpu": RUN}, proofs={"isolation": slow})
    (tmp_path / "x.json").write_text(json.dumps(document))
    file = tmp_path / "x.json"
    arguments = ["audit", "--timeout", "1.5", str(file)]
    with nestproof_command.make_context("nestproof", arguments) as context:
        assert nestproof_command.invoke(context) == 3
    assert capsys.readouterr().out == (
        f"confirmed {file}: lazy/fixed/fires:use_fpu: reached after 1 step\n"
        f"unknown {file}: lazy/fixed/isolation: not audited: timed out after 1.5 s\n"
    )


def test_an_interrupted_audit_has_printed_what_was_confirmed(
    evidence: Path, example: Path, tmp_path: Path
) -> None:
    """To a pipe, too, where nothing is printed by itself before the end."""
    slow = tmp_path / "slow.json"
    slow.write_text(json.dumps(json.loads(proof(evidence).read_text()) | {"induction": 100}))
    process = subprocess.Popen(
        [sys.executable, "-m", "verifier", "audit", str(trace(evidence)), str(slow)],
        cwd=example,
        env={**os.environ, "PYTHONPATH": str(HERE.parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert line == f"confirmed {trace(evidence)}: lazy/broken/isolation: violated after 3 steps\n"
    assert (process.returncode, out) == (130, "")
    assert err == "interrupted: 1 claim audited, the others not\n"


def test_without_a_terminal_the_audit_of_many_files_reports_which_one_it_is_at(
    evidence: Path,
    example: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(example)
    monkeypatch.setattr(progress, "SPEAK", 0.0)
    files = [str(trace(evidence)), str(proof(evidence))]
    command = nestproof_command.make_context("nestproof", ["audit", *files])
    with command:
        assert nestproof_command.invoke(command) == 0
    caught = capsys.readouterr()
    assert [line.split()[0] for line in caught.out.splitlines()] == ["confirmed"] * 2
    assert {line.partition(": ")[2] for line in caught.err.splitlines()} == {
        f"audit {name}, file {number} of 2" for number, name in enumerate(files, 1)
    }
