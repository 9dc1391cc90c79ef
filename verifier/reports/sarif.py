"""SARIF 2.1.0: a result a verdict that is not as expected, at the lines of its counterexample.

OASIS: Static Analysis Results Interchange Format (SARIF) Version 2.1.0. 2020.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

import msgspec

from verifier.evidence.calls import Changed, Entered
from verifier.evidence.traces import Stride, Trace
from verifier.gate.divergence import Departure
from verifier.gate.report import PairRow, Report
from verifier.gate.weakened.weakening import Weakening
from verifier.language.errors import within_project
from verifier.mutation.campaign import Trial
from verifier.project.expectations import VERDICTS
from verifier.reports.trace_text import choices_text, relevant_fields, shown_steps
from verifier.reports.weakened_text import detail_lines, title
from verifier.reports.wording import (
    departure_line,
    failing_line,
    happened,
    mistake,
    sentence,
    value,
)
from verifier.viewer.markup import words
from verifier.viewer.trace_index import acts

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
At = Callable[[str], str]
"""Where a file is, from the top of the repository, by its name in evidence."""
ROOT = "%SRCROOT%"
WEAKENED = "weakened"
"""The beginning of the rules that nothing is claimed or possible less than before."""
STRENGTH = "strength"
"""The rule that mutants of the changed functions are killed."""
PLACES = 30
"""Places of one step that are located."""


def document(report: Report) -> bytes:
    """One run with a rule for each property; paths are relative to the repository's top."""
    properties = sorted({row.pair.property for row in report.rows})
    results = [_result(row, properties, report) for row in report.rows if row.code]
    rules = [_rule(name, f"The property {words(name, {})}.") for name in properties]
    if report.strength:
        rules.append(_rule(STRENGTH, "A mutant of a changed function is killed."))
        missed = [trial for found in report.strength for trial in found.new]
        results += [_missed(trial, len(rules) - 1, report.in_repository) for trial in missed]
    kinds = sorted({each.kind for each in report.weakened})
    results += [
        _weakened(each, len(rules) + kinds.index(each.kind), report.in_repository)
        for each in report.weakened
    ]
    rules += [_rule(f"{WEAKENED}/{kind}", f"No {kind} is weaker than before.") for kind in kinds]
    run = {
        "tool": {
            "driver": {
                "name": "nestproof",
                "informationUri": "https://pypi.org/project/nestproof/",
                "version": version("nestproof"),
                "rules": rules,
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "the repository's top folder"}}},
        "invocations": [_invocation(report)],
        "results": results,
    }
    whole = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.encode(whole) + b"\n"


def _invocation(report: Report) -> dict[str, Any]:
    """How the gate ended, with the error that left nothing to report."""
    error = report.error
    found: dict[str, Any] = {
        "executionSuccessful": not report.stopped and error is None,
        "exitCode": report.code,
    }
    if error is not None:
        notice: dict[str, Any] = {"level": "error", "message": {"text": f"{error.message}."}}
        if error.place is not None:
            file = report.in_repository(within_project(error.place.file))
            notice["locations"] = [_location(file, error.place.line)]
        found["toolExecutionNotifications"] = [notice]
    return found


def _rule(name: str, says: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": f"{re.sub(r'[^A-Za-z0-9]', '', name.title())}Rule",
        "shortDescription": {"text": says},
        "defaultConfiguration": {"level": "error"},
    }


def _result(row: PairRow, properties: list[str], report: Report) -> dict[str, Any]:
    """A verdict where the change or the last step of its counterexample is, or its expectation."""
    trace, at = row.result.evidence, report.in_repository
    lines = [f"{row.pair}: {row.against_expected}."]
    result: dict[str, Any] = {
        "ruleId": row.pair.property,
        "ruleIndex": properties.index(row.pair.property),
        "level": "error" if row.code == 1 else "none",
        "kind": "fail" if row.code == 1 else "open",
        "partialFingerprints": {"pair/v1": str(row.pair)},
    }
    if isinstance(trace, Trace) and trace.steps:
        texts = (happened(trace), failing_line(trace))
        lines += [f"{sentence(text)}." for text in texts if text]
        place = _location(at(trace.steps[-1].call.file), trace.steps[-1].call.defined)
        if row.departure is not None:
            lines.append(f"{sentence(departure_line(row.departure))}.")
            changed = [_location(at(hunk.file), hunk.line) for hunk in row.departure.hunks]
            place = changed[0] if changed else place
        result["locations"] = [place]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow(trace, row.departure, at)}]}]
    elif row.pair in report.places:
        result["locations"] = [_location(at(str(VERDICTS)), report.places[row.pair])]
    result["message"] = {"text": " ".join(lines)}
    return result


def _weakened(found: Weakening, rule: int, at: At) -> dict[str, Any]:
    """Something that is weaker than at the base, where it is written; accepted it is a warning."""
    result: dict[str, Any] = {
        "ruleId": f"{WEAKENED}/{found.kind}",
        "ruleIndex": rule,
        "level": "warning" if found.accepted else "error",
        "kind": "fail",
        "partialFingerprints": {"weakened/v1": f"{found.key} {found.was} {found.now}"},
        "message": {"text": f"{'. '.join([sentence(title(found)), *detail_lines(found)])}."},
    }
    if found.file:
        result["locations"] = [_location(at(found.file), found.line)]
    return result


def _missed(trial: Trial, rule: int, at: At) -> dict[str, Any]:
    """A surviving or undecided mutant, where it is."""
    mutant, survived = trial.mutant, trial.status == "survived"
    says = "surviving mutant" if survived else "undecided mutant"
    return {
        "ruleId": STRENGTH,
        "ruleIndex": rule,
        "level": "error" if survived else "none",
        "kind": "fail" if survived else "open",
        "partialFingerprints": {"mutant/v1": mutant.name},
        "locations": [_location(at(within_project(mutant.file)), mutant.line)],
        "message": {"text": f"{sentence(says)} in {mutant.function}: {mistake(mutant)}."},
    }


def flow(trace: Trace, left: Departure | None, at: At) -> list[dict[str, Any]]:
    """The steps, and in each the assignments that the violation depends on, below their calls."""
    relevant = relevant_fields(trace)
    found: list[dict[str, Any]] = []
    for shown in shown_steps(trace):
        if not isinstance(shown, int):
            number, stride = shown
            also = left.field if left is not None and number == left.number else ""
            found += _step(number, stride, relevant, also, at)
    return [{**location, "executionOrder": order} for order, location in enumerate(found, 1)]


def _step(
    number: int, stride: Stride, relevant: frozenset[str] | None, also: str, at: At
) -> list[dict[str, Any]]:
    call = stride.call
    text = f"step {number}: {stride.step}{choices_text(stride)}"

    def is_shown(field: str) -> bool:
        return relevant is None or field in relevant or field == also

    return [
        {
            "location": {**_location(at(file), line), "message": {"text": label}},
            "nestingLevel": depth,
            "importance": "essential" if depth == 0 else "important",
        }
        for file, line, depth, label in [
            (call.file, call.defined, 0, text),
            *_inside(call, 1, is_shown),
        ][:PLACES]
    ]


def _inside(
    call: Entered, depth: int, is_shown: Callable[[str], bool]
) -> Iterator[tuple[str, int, int, str]]:
    """File, line, depth and text of each assignment that is shown, and of calls that make any."""
    for entry in call.entries:
        if isinstance(entry, Entered):
            within = list(_inside(entry, depth + 1, is_shown))
            if within:
                yield entry.file, entry.defined, depth, f"{entry.function}()"
                yield from within
        elif isinstance(entry, Changed) and acts(entry) and is_shown(entry.field):
            label = f"{entry.field}: {value(entry.old)} -> {value(entry.new)}"
            yield call.file, entry.line, depth, label


def _location(file: str, line: int) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file, errors="surrogateescape"), "uriBaseId": ROOT},
            "region": {"startLine": max(line, 1)},
        }
    }
