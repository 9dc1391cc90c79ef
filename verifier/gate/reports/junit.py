"""JUnit XML: a test suite a system, a test case a pair."""

from __future__ import annotations

from xml.etree import ElementTree

from verifier.evidence.traces import Trace
from verifier.gate.gating import Report
from verifier.gate.reports.sentences import departure_line, happened, how
from verifier.gate.reports.trace_text import trace_text
from verifier.gate.row import Row


def document(report: Report) -> bytes:
    """Unexpected verdicts are failures, inconclusive ones errors."""
    suites = ElementTree.Element("testsuites", {"name": "nestproof", **_counts(report.rows)})
    suites.set("time", f"{report.seconds:.3f}")
    for decided in report.decided:
        rows = [row for row in report.rows if row.pair.system == decided.system]
        suite = ElementTree.SubElement(
            suites, "testsuite", {"name": decided.system, **_counts(rows), "skipped": "0"}
        )
        suite.set("time", f"{decided.seconds:.3f}")
        for row in rows:
            _case(suite, row)
    ElementTree.indent(suites)
    text = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _counts(rows: tuple[Row, ...] | list[Row]) -> dict[str, str]:
    return {
        "tests": str(len(rows)),
        "failures": str(sum(row.code == 1 for row in rows)),
        "errors": str(sum(row.code == 3 for row in rows)),
    }


def _case(suite: ElementTree.Element, row: Row) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=row.pair.system, name=row.pair.property
    )
    case.set("time", f"{row.result.seconds:.3f}")
    if row.code:
        kind = "failure" if row.code == 1 else "error"
        said = ElementTree.SubElement(case, kind, message=_xml(row.says), type=row.result.verdict)
        said.text = _xml(_text(row))
    ElementTree.SubElement(case, "system-out").text = _xml(how(row))


def _text(row: Row) -> str:
    trace = row.result.evidence
    lines = [row.departure and departure_line(row.departure), row.result.reason]
    if isinstance(trace, Trace):
        lines = [happened(trace), *lines, *trace_text(trace, row.departure)]
    return "\n".join(line for line in lines if line)


def _xml(text: str) -> str:
    """A text without what XML cannot hold."""
    return "".join(c if c in "\t\n" or c.isprintable() else "?" for c in text)
