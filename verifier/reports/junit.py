"""JUnit XML: a test suite a system, a test case a pair."""

from __future__ import annotations

from xml.etree import ElementTree

from verifier.evidence.traces import Trace
from verifier.gate.report import PairRow, Report
from verifier.gate.weakened.weakening import Weakening
from verifier.mutation.baseline import Comparison
from verifier.reports.trace_text import trace_text
from verifier.reports.weakened_text import detail_lines, title
from verifier.reports.wording import departure_line, happened, how, strength_lines
from verifier.viewer.markup import inert

STRENGTH = "mistakes in the changed functions"
WEAKENED = "weakened"


def document(report: Report) -> bytes:
    """Unexpected verdicts and surviving mutants are failures, what is undecided an error."""
    suites = ElementTree.Element("testsuites", {"name": "nestproof"})
    if report.error is not None:
        suite = ElementTree.SubElement(suites, "testsuite", {"name": "nestproof"})
        case = ElementTree.SubElement(suite, "testcase", classname="nestproof", name="gate")
        case.set("time", "0.000")
        _note(case, "error", report.error.message, "error", str(report.error))
        _count(suite, 0.0)
    if report.weakened:
        suite = ElementTree.SubElement(suites, "testsuite", {"name": WEAKENED})
        for each in report.weakened:
            _weakened(suite, each)
        _count(suite, 0.0)
    for decided in report.decided:
        suite = ElementTree.SubElement(suites, "testsuite", {"name": decided.system})
        for row in report.rows:
            if row.pair.system == decided.system:
                _case(suite, row)
        for found in report.strength:
            if found.system == decided.system:
                _strength(suite, found)
        _count(suite, decided.seconds)
    _count(suites, report.seconds)
    for suite in suites:
        suite.set("skipped", "0")
    ElementTree.indent(suites)
    text = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _count(suite: ElementTree.Element, seconds: float) -> None:
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        suite.set(name, str(sum(1 for _ in suite.iter(tag))))
    suite.set("time", f"{seconds:.3f}")


def _note(case: ElementTree.Element, tag: str, message: str, kind: str, text: str) -> None:
    """Why a case does not pass."""
    ElementTree.SubElement(case, tag, message=_xml(message), type=kind).text = _xml(text)


def _case(suite: ElementTree.Element, row: PairRow) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=row.pair.system, name=row.pair.property
    )
    case.set("time", f"{row.result.seconds:.3f}")
    if row.code:
        kind = "failure" if row.code == 1 else "error"
        _note(case, kind, row.against_expected, row.result.verdict, _text(row))
    ElementTree.SubElement(case, "system-out").text = _xml(how(row))


def _weakened(suite: ElementTree.Element, found: Weakening) -> None:
    """What is weaker than at the base: a failure unless accepted."""
    case = ElementTree.SubElement(suite, "testcase", classname=WEAKENED, name=_xml(found.key))
    case.set("time", "0.000")
    text = _xml("\n".join([title(found), *detail_lines(found)]))
    if found.accepted:
        ElementTree.SubElement(case, "system-out").text = f"accepted: {text}"
        return
    kind = "error" if found.kind == "base" else "failure"
    _note(case, kind, f"weakened: {found.key}", WEAKENED, text)


def _strength(suite: ElementTree.Element, found: Comparison) -> None:
    """The mutants of a system's changed functions, as one more case."""
    case = ElementTree.SubElement(suite, "testcase", classname=found.system, name=STRENGTH)
    counted, *missed = strength_lines([found])
    if found.new:
        kind = "failure" if any(trial.status == "survived" for trial in found.new) else "error"
        _note(case, kind, missed[0], "strength", "\n".join(missed))
    ElementTree.SubElement(case, "system-out").text = _xml(counted)


def _text(row: PairRow) -> str:
    trace = row.result.evidence
    left = row.departure
    places = [] if left is None else [f"{inert(h.place)} in {h.function}" for h in left.hunks]
    lines = [left and departure_line(left), *places, row.result.reason]
    if isinstance(trace, Trace):
        lines = [happened(trace), *lines, *trace_text(trace, row.departure)]
    return "\n".join(line for line in lines if line)


def _xml(text: str) -> str:
    """A text without what XML cannot hold."""
    return "".join(c if c in "\t\n" or c.isprintable() else "?" for c in text)
