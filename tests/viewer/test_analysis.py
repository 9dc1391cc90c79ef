"""What the viewer finds out about a trace without the models."""

import msgspec
import pytest

from tests.viewer.conftest import saved
from verifier.evidence.calls import Entered
from verifier.evidence.pictures import Columns, Picture
from verifier.evidence.traces import Stride, Trace
from verifier.execution.execution import Execution
from verifier.explain.session import Exploration
from verifier.language.packages import bundled_root
from verifier.language.presentation import Belief, Lane
from verifier.project.loading import load
from verifier.viewer.comparison import assumptions, belief_lines, relevant_bits
from verifier.viewer.contract import differences, first_difference
from verifier.viewer.markup import rendered
from verifier.viewer.timeline import Timeline, handlers
from verifier.viewer.trace_index import Reading
from verifier.viewer.why import chain


@pytest.fixture(scope="module")
def reading() -> Reading:
    return Reading(saved("v3.1"))


def test_levels_follow_from_vmx_mode_and_guest_mode(reading: Reading) -> None:
    assert reading.lanes == ("L0", "L1", "L2")
    assert [str(reading.running(number)) for number in range(11)] == [
        *["L0"] * 3,
        *["L1"] * 2,
        *["L0"] * 3,
        "L2",
        *["L0"] * 2,
    ]


def test_moves_between_levels_are_entries_exits_launches_and_reflections(reading: Reading) -> None:
    acts = [stride.act for stride in reading.trace.steps[:10]]
    assert [act.label for act in acts] == [
        "",
        "",
        "enters L1",
        "",
        "exit VMX_INSTRUCTION",
        "L1 launches L2",
        "",
        "enters L2",
        "exit CR_ACCESS",
        "to L1",
    ]
    assert [number for number, act in enumerate(acts, 1) if act.leaves] == [5, 9]
    assert [act.tells for act in acts if act.tells] == ["L2", "L1"]
    assert acts[2].trap == "#NM"
    assert list(reading.exits(10)) == [9, 5]


def test_the_level_that_a_system_gives_comes_first() -> None:
    trace = saved("v3.1")
    steps = (msgspec.structs.replace(trace.steps[0], level="task A"), *trace.steps[1:])
    assert Reading(msgspec.structs.replace(trace, steps=steps)).actor(1) == "task A"


def test_who_runs_after_the_last_step_is_shown_as_before_it() -> None:
    system = load(bundled_root()).systems["native/lazy-v3.4"]
    session = Exploration(Execution.at_start(system))
    assert Reading(session.now.trace).lanes == ("task A",)
    list(session.run(0, 20, seed=1))
    trace = session.now.trace
    reading, last = Reading(trace), len(trace.steps)
    assert reading.arrives(last) == f"task {reading.value('host.current', last)}"


@pytest.mark.parametrize(
    ("lanes", "lane", "heading"),
    [
        (("task A", "task B"), 9, "      task A   task B"),
        (("task A", "task B"), 5, "task  A    B"),
        (("L0", "L1", "L2"), 5, "      L0   L1   L2"),
        (("hypervisor A", "hypervisor B"), 5, "hype… A    B"),
        (("B", "scheduler"), 5, "      B    sch…"),
    ],
)
def test_lanes_have_distinct_headings(lanes: tuple[str, ...], lane: int, heading: str) -> None:
    call = Entered("go", "", "m.py", 1, "", ())
    strides = tuple(Stride("go", lane, {}, (), {}, call, after=lane) for lane in lanes)
    trace = Trace("s/x", "p", "c", True, {"x": False}, strides)
    assert list(rendered([Timeline(Reading(trace), lane).heading()])) == [heading]


def lanes(*ran: str, order: tuple[str, ...] = ()) -> tuple[str, ...]:
    call = Entered("go", "", "m.py", 1, "", ())
    strides = tuple(Stride("go", lane, {}, (), {}, call, after=lane) for lane in ran)
    picture = Picture(lanes=tuple(Lane(name) for name in order))
    trace = Trace("s/x", "p", "c", True, {"current": "A"}, strides, picture=picture)
    return Reading(trace).lanes


def test_lanes_are_those_of_the_presentation_up_to_the_last_that_runs() -> None:
    assert lanes("b", order=("c", "b", "a")) == ("c", "b")
    assert lanes("b", "other", order=("c", "b", "a")) == ("c", "b", "other")
    assert lanes("b", "a") == ("a", "b")


def test_a_system_without_a_presentation_has_one_lane() -> None:
    assert lanes("") == ()


def test_values_are_those_after_each_step_and_events_start_blank(reading: Reading) -> None:
    assert reading.value("vcpu.phase", 0) == "USER"
    assert reading.value("vcpu.phase", 1) == "LOOP"
    assert reading.value("outcome.observed", 6) is True
    assert reading.value("outcome.observed", 7) is False
    assert reading.next_change("vcpu.guest_mode", 0) == 6
    assert reading.next_change("vcpu.guest_mode", 6) == 10
    assert reading.next_change("vcpu.guest_mode", 10, back=True) == 6
    assert reading.last_change("vcpu.guest_mode", 9) == 6


def test_the_kernel_functions_that_handle_a_step_are_named(reading: Reading) -> None:
    assert handlers(reading.trace.steps[9]) == ["vmx_handle_exit", "nested_vmx_vmexit"]


def test_most_fields_do_not_matter(reading: Reading) -> None:
    assert "vcpu.exit.rax.ts" in reading.matter
    assert "host.tasks[B].fpu.has_fpu" not in reading.matter
    assert len(reading.matter) < len(reading.fields) / 5


def test_the_chain_of_causes_leads_from_the_outcome_to_the_choices(reading: Reading) -> None:
    links = chain(reading, ["outcome.outcome"], 10)
    assert [link.number for link in links] == sorted((x.number for x in links), reverse=True)
    outcome = links[0]
    assert outcome.sources is not None
    assert ("vcpu.exit.rax.ts", 9) in outcome.sources
    assert outcome.write is not None
    assert outcome.write.function.function == "compare"
    wrote = next(link for link in links if "vcpu.exit.rax.ts" in link.fields)
    assert wrote.sources is not None
    assert ("choice rax_ts", 9) in wrote.sources
    assert reading.origin("contract.broken", 9) == 0


def test_beliefs_show_what_each_level_would_read(reading: Reading) -> None:
    assert relevant_bits(reading) == ("TS",)
    rows = {one.row.about: one for one in assumptions(reading, 8, "TS")}
    l2 = rows["vmcs02, by L0"]
    assert l2.row.cells == (False, True, False, False, False, "stays")
    assert (l2.actual, l2.assumed, l2.expected, l2.row.runs) == (False, False, False, True)
    assert not any(one.disagrees for one in assumptions(reading, 8, "TS"))


def test_a_belief_that_differs_from_the_promise_is_a_disagreement() -> None:
    trace = saved("v3.1")
    row = Belief("L2", "vmcs02, by L0", (False, True, True, True, False, "stays"))
    step = msgspec.structs.replace(trace.steps[7], beliefs={"TS": (row,)})
    steps = (*trace.steps[:7], step, *trace.steps[8:])
    wrong = Reading(msgspec.structs.replace(trace, steps=steps))
    [found] = assumptions(wrong, 8, "TS")
    assert found.disagrees
    assert (found.row, found.assumed, found.expected) == (row, True, False)


def test_rows_of_lanes_that_never_run_are_left_out(reading: Reading) -> None:
    started = Reading(msgspec.structs.replace(reading.trace, steps=reading.trace.steps[:3]))
    rows = assumptions(started, 3, "TS")
    assert {one.row.who for one in rows} == {"L0", "L1"}


def test_the_first_observable_difference_from_the_contract_is_found(reading: Reading) -> None:
    found = first_difference(reading)
    assert found is not None
    number, compared = found
    assert (number, compared.name) == (10, "outcome")
    assert differences(reading, 10) == [compared]
    assert reading.value(compared.actual, 10) == "EXIT"
    assert reading.value(compared.expected, 10) == "DONE"


def test_a_table_of_beliefs_is_as_wide_as_its_names_and_cells(reading: Reading) -> None:
    rows = (
        Belief("hypervisor", "its own copy of the register", (True, "UNDEFINED")),
        Belief("os", "it", (False, None), runs=True),
    )
    trace = msgspec.structs.replace(
        reading.trace,
        beliefs={"TS": rows},
        picture=Picture(columns=Columns(("is", "reads"), "is", "reads", "", {}, {"TS": "ts"})),
    )
    wide = Reading(trace)
    table = belief_lines(wide, 0)
    assert list(rendered(table)) == [
        "  TS                                      is reads",
        "  hypervisor its own copy of the register 1  UNDEFINED ≠ is 1",
        " ▸os it                                   0  -",
    ]
