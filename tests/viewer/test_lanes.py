"""Who acts and who runs, in every format: several CPUs, and exits that are handled in a step."""

from collections.abc import Callable

import msgspec
import pytest

from tests.viewer import machines
from tests.viewer.conftest import saved
from verifier.evidence.traces import Running
from verifier.execution.recorder import moved
from verifier.language.presentation import Act
from verifier.reports.trace_text import trace_text
from verifier.viewer.ascii import ascii_only
from verifier.viewer.comparison import relevant_bits
from verifier.viewer.html_svg import DEEPEST, page, svg
from verifier.viewer.markup import line, rendered
from verifier.viewer.mermaid import sequence
from verifier.viewer.text import overview_lines, step_lines, timeline_lines
from verifier.viewer.timeline import Timeline
from verifier.viewer.trace_index import Reading

Golden = Callable[[str, str], None]
TWO = "two-cpus/broken/integrity"


@pytest.mark.parametrize("pair", machines.PAIRS)
def test_the_text_is_as_reviewed(pair: str, golden: Golden) -> None:
    text = "\n".join(rendered(overview_lines(machines.counterexample(pair))))
    golden(f"lanes/{pair.replace('/', '.')}.txt", text + "\n")


@pytest.mark.parametrize("pair", machines.PAIRS)
def test_the_diagram_is_as_reviewed(pair: str, golden: Golden) -> None:
    text = "\n".join(sequence(machines.counterexample(pair)))
    golden(f"lanes/{pair.replace('/', '.')}.mermaid", text + "\n")


def test_a_step_is_in_the_lane_of_the_cpu_on_which_it_happens() -> None:
    trace = machines.counterexample(TWO)
    reading = Reading(trace)
    assert reading.lanes == ("CPU0", "CPU1")
    for number, stride in enumerate(trace.steps, 1):
        assert reading.actor(number) == reading.arrives(number) == stride.choices["cpu"]
        place = 6 + reading.lanes.index(reading.actor(number)) * Timeline(reading).lane
        [row] = rendered([Timeline(reading).row(number)])
        assert row[place] == "●"
        assert row.count("●") == row.count("│") == 1


def test_reports_and_lists_say_which_cpu_and_which_task() -> None:
    trace = machines.counterexample(TWO)
    assert "   3  CPU1 (A)  use (cpu=CPU1, value=1)" in list(trace_text(trace))
    [first, *_] = rendered(step_lines(Reading(trace), 3))
    assert first == "  3  CPU1 (A)  use CPU1 value=1"


def test_pictures_and_pages_have_the_timeline_s_rows() -> None:
    trace = machines.counterexample(TWO)
    rows = list(timeline_lines(Reading(trace)))
    drawn, web = svg(rows, "t"), page(rows, "t")
    for name in ("CPU0", "CPU1", "● A→C", "│ B"):
        assert name in drawn
        assert name in web


def test_an_exit_within_a_step_shows_its_guest() -> None:
    trace = machines.counterexample("handled/loop/isolation")
    reading = Reading(trace)
    assert {reading.actor(1), reading.arrives(1)} == {"monitor"}
    assert reading.lanes == ("monitor", "guest")
    [row] = rendered([Timeline(reading).row(1)])
    assert "●════════▶" in row
    assert "o========>" in ascii_only(row)


def test_whoever_chooses_within_a_step_has_a_lane() -> None:
    trace = machines.counterexample("handled/loop/isolation")
    for act in (Act(by="guest"), Act(by="the guest's guest"), Act()):
        steps = tuple(msgspec.structs.replace(stride, act=act) for stride in trace.steps)
        lanes = Reading(msgspec.structs.replace(trace, steps=steps)).lanes
        assert lanes == (("monitor", "guest") if act.by == "guest" else ("monitor",))


def test_a_table_has_the_bits_at_issue() -> None:
    assert relevant_bits(Reading(machines.counterexample("trapping/v1/isolation"))) == ("trap",)
    assert relevant_bits(Reading(saved("v3.1"))) == ("TS",)


def test_at_the_start_no_bit_is_at_issue() -> None:
    trace = saved("v3.1")
    assert relevant_bits(Reading(msgspec.structs.replace(trace, steps=(), conjunct=""))) == ()


def test_nothing_at_issue_has_no_table() -> None:
    trace = machines.counterexample("trapping/v1/isolation")
    columns = trace.picture.columns
    assert columns is not None
    other = msgspec.structs.replace(columns, bits={"single step": "single_step"})
    picture = msgspec.structs.replace(trace.picture, columns=other)
    lines = rendered(overview_lines(msgspec.structs.replace(trace, picture=picture)))
    assert not any("Who assumes what" in text for text in lines)


def test_whoever_chooses_or_is_chosen_acts_where_none_is_named() -> None:
    both = Running(("A", "B"))
    assert moved(Act(by="B"), both, both) == ("B", "B")
    assert moved(Act(by="the scheduler"), both, both, [True, "B"]) == ("B", "B")
    assert moved(Act(by="A"), both, Running(("A", "C")), ["A"]) == ("B", "C")


@pytest.mark.parametrize(
    ("act", "before", "after", "ends"),
    [
        (Act(), (), (), ("", "")),
        (Act(), ("A",), ("A",), ("A", "A")),
        (Act(), ("A",), ("B",), ("A", "B")),
        (Act(), (), ("B",), ("", "B")),
        (Act(), ("A", "B"), ("A", "C"), ("B", "C")),
        (Act(), ("A", "B"), ("A", "B"), ("", "")),
        (Act(who="B"), ("A", "B"), ("A", "B"), ("B", "B")),
        (Act(who="A"), ("A", "B"), ("C", "B"), ("A", "C")),
        (Act(who="X"), ("A", "B"), ("A", "B"), ("X", "X")),
        (Act(who="B"), ("A", "B"), ("A",), ("B", "B")),
    ],
)
def test_the_lane_that_acts_is_the_named_one_or_the_one_that_changes(
    act: Act, before: tuple[str, ...], after: tuple[str, ...], ends: tuple[str, str]
) -> None:
    assert moved(act, Running(before), Running(after)) == ends


def test_long_names_are_cut_within_their_lane() -> None:
    trace = machines.counterexample(TWO)
    long = Running(("CPU0", "CPU1"), {"CPU0": "a" * 40, "CPU1": "B"})
    steps = tuple(msgspec.structs.replace(stride, running=long) for stride in trace.steps)
    timeline = Timeline(Reading(msgspec.structs.replace(trace, running=long, steps=steps)))
    for row in rendered([timeline.start(), *timeline.rows()]):
        assert "…" in row
        assert row[6 + timeline.lane] in "●│B"


def test_a_page_goes_on_below_a_line_s_own_beginning() -> None:
    deep = "x" * 200
    lines = [
        line("    ", deep),
        line("   1  ", ("●   · ", "lane"), deep),
        line(deep),
        line((" ✗ ", "wrong"), deep),
    ]
    body = page(lines, "t").split("<body>")[1].splitlines()
    [indented, lanes, plain, marked] = (text for text in body if text.startswith("<div"))
    assert "padding-left:4ch;text-indent:-4ch" in indented
    assert ">&nbsp;&nbsp;" in indented
    assert "padding-left:12ch;text-indent:-12ch" in lanes
    assert "style" not in plain
    assert '<span class="wrong">&nbsp;✗ </span>' in marked
    assert f"padding-left:{DEEPEST}ch" in page([line(" " * 90, "far")], "t")
