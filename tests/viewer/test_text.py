"""The counterexample as text, picture, page and diagram."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from tests.viewer.conftest import saved
from verifier.evidence.traces import Trace
from verifier.viewer.ascii import ascii_only
from verifier.viewer.html_svg import page, svg
from verifier.viewer.markup import line, padded, rendered, width
from verifier.viewer.mermaid import sequence
from verifier.viewer.text import overview_lines, trace_lines
from verifier.viewer.watch_expressions import watch

Golden = Callable[[str, str], None]


@pytest.mark.parametrize("version", ["v3.1", "v3.13"])
def test_the_whole_text_is_as_reviewed(version: str, golden: Golden) -> None:
    text = "\n".join(rendered(trace_lines(saved(version), [watch("vcpu.exit.rax")])))
    golden(f"{version}.txt", text + "\n")


def test_the_sequence_diagram_is_as_reviewed(golden: Golden) -> None:
    golden("v3.1.mermaid", "\n".join(sequence(saved("v3.1"))) + "\n")


def explained(trace: Trace, **parts: Any) -> Trace:
    """A trace of which something else is known."""
    explanation = msgspec.structs.replace(trace.explanation, **parts)
    return msgspec.structs.replace(trace, explanation=explanation)


def test_a_diagram_says_once_where_it_ends() -> None:
    trace = saved("v3.1")
    settled = explained(trace, doomed=len(trace.steps))
    assert any("unavoidable" in text for text in sequence(trace))
    assert not any("unavoidable" in text for text in sequence(settled))


def test_the_picture_is_well_formed_and_loads_nothing(golden: Golden) -> None:
    picture = svg(list(overview_lines(saved("v3.1"))), "a <title>")
    root = ElementTree.fromstring(picture)
    assert "script" not in picture
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
    assert root[0].text == "a <title>"
    golden("v3.1.svg", picture)


def test_the_page_forbids_itself_to_load_anything() -> None:
    text = page(trace_lines(saved("v3.1")), "t")
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert "every outcome is the promised one" in text


def test_hostile_texts_are_shown_inert() -> None:
    trace = saved("v3.1")
    evil = "\x1b[2J\x07<script>alert(1)</script>\u202e"
    step = msgspec.structs.replace(trace.steps[0], step=evil, says=evil, choices={evil: evil})
    trace = msgspec.structs.replace(
        trace, system=evil, conjunct=evil, steps=(step, *trace.steps[1:]), claims={evil: evil}
    )
    for text in rendered(trace_lines(trace)):
        assert text.isprintable()
    assert "<script" not in page(trace_lines(trace), evil)
    ElementTree.fromstring(svg(list(trace_lines(trace)), "t"))
    assert all(text.isprintable() and "<" not in text for text in sequence(trace))


def test_unfolded_text_has_every_changed_field() -> None:
    trace = saved("v3.1")
    text = "\n".join(rendered(trace_lines(trace, everything=True)))
    for stride in trace.steps:
        assert all(field in text for field in stride.changes)
    left_out = "that the violation does not depend on"
    assert left_out not in text
    assert left_out in "\n".join(rendered(trace_lines(trace)))


def test_a_terminal_without_unicode_gets_letters() -> None:
    assert ascii_only("●──▶ ┄▷ ✗ ≠ é") == "o--> ~> x /= ?"


def test_lines_are_padded_by_columns() -> None:
    one = line("abc", ("def", "new"))
    assert width(padded(one, 9)) == 9


def test_a_comparison_without_differences_has_no_heading() -> None:
    """As with another choice in a step that fails its assertion: either way the state stays."""
    trace = saved("v3.1")
    other = trace.explanation.otherwise
    assert other is not None
    assert other.differs[-1]
    same = msgspec.structs.replace(other, differs=(*other.differs[:-1], {}))
    for found, heading in ((other, True), (same, False)):
        changed = explained(trace, otherwise=found)
        assert ("here  there" in "\n".join(rendered(overview_lines(changed)))) is heading
