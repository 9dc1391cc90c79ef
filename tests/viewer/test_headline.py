"""The one sentence about a violation, and what is said about who waits for what."""

import msgspec
import pytest

from nestproof.models.x86.presentation import WORDS
from tests.viewer.conftest import saved
from verifier.evidence.calls import Entered
from verifier.evidence.explanation import Explanation, Failure
from verifier.evidence.pictures import Picture, Promised, ReadField
from verifier.evidence.traces import Stride, Trace
from verifier.language.presentation import Act, Seen, Sentence
from verifier.reports.trace_text import trace_text
from verifier.viewer.comparison import contract_lines
from verifier.viewer.headline import owed, what_happened
from verifier.viewer.in_short import grounds
from verifier.viewer.markup import Line, rendered, words
from verifier.viewer.timeline import Timeline
from verifier.viewer.trace_index import Reading
from verifier.viewer.what_if import what_if_lines
from verifier.viewer.why import violation_lines


def text(one: Line) -> str:
    return "".join(rendered([one]))


def brief(trace: Trace) -> list[str]:
    return [text(each.text) for each in grounds(Reading(trace), columns=300)]


def test_a_wrong_outcome_is_shown_against_the_expected_one() -> None:
    told = text(what_happened(Reading(saved("v3.1"))))
    assert told == "L2's LMSW should complete, but it exits to L1"


@pytest.mark.parametrize(("version", "instruction"), [("v3.13", "MMX"), ("v3.14", "X87")])
def test_an_observation_that_never_comes_is_shown_as_due(version: str, instruction: str) -> None:
    told = text(what_happened(Reading(saved(version))))
    assert told == (
        f"L2's #NM on {instruction} should exit to L1, but L0 resumed the guest, "
        "which executes the same instruction again"
    )


def test_without_a_decision_that_pays_the_debt_only_the_claim_is_known() -> None:
    trace = msgspec.structs.replace(saved("v3.13"), explanation=Explanation())
    assert owed(Reading(trace)) is None
    assert text(what_happened(Reading(trace))) == "violated: no exit is handled in vain"


def test_the_contract_says_what_never_came_from_the_exit_on() -> None:
    reading = Reading(saved("v3.14"))
    last = "\n".join(rendered(contract_lines(reading, reading.steps)))
    assert "L2's X87 should exit to L1; due since step 9" in last
    before = "\n".join(rendered(contract_lines(reading, 8)))
    assert "every observation of the guest is as expected" in before


def test_the_decision_comes_before_the_choice_and_has_its_place() -> None:
    lines = brief(saved("v3.14"))
    [first] = [place for place, each in enumerate(lines) if "would not fail if" in each]
    assert "nested_nm_exit_handled() = 1 and not 0 in step 14" in lines[first]
    assert "models/kvm/nested.py:31" in lines[first]
    assert "nested_vmx_exit_handled() in arch/x86/kvm/vmx.c" in lines[first]
    assert "or with           another input of L1, guest_ts=1 in step 4: " in lines[first + 1]


def test_a_function_with_nothing_to_do_is_shown_with_the_field_that_decides_it() -> None:
    assert any(
        "vmx_fpu_activate() changes nothing, as vcpu.fpu_active=1" in each
        for each in brief(saved("v3.14"))
    )


def test_a_choice_that_diverges_harmlessly_is_listed_and_not_in_the_timeline() -> None:
    reading = Reading(saved("v3.14"))
    assert all("called_off" not in text(row) for row in Timeline(reading).rows())
    lines = list(rendered(what_if_lines(reading, 300)))
    [elsewhere] = [each for each in lines if "it diverges harmlessly with" in each]
    assert "called_off=1 (step 12)" in elsewhere
    [harmless] = [each for each in lines if "the same steps violate nothing with" in each]
    assert "instruction=FXSAVE (step 13)" in harmless


def test_the_other_versions_with_the_same_violation_are_named() -> None:
    assert any(
        "kvm-nvmx/v3.13, kvm-nvmx/v3.14, kvm-nvmx/v4.11 by the same steps" in each
        for each in brief(saved("v3.1"))
    )


def test_another_property_s_violation_is_named_and_has_no_mark_of_its_own() -> None:
    trace = saved("v3.1")
    third = text(Timeline(Reading(trace)).row(3))
    assert third.startswith("   3  ")
    assert "✗ host_integrity" in third
    last = text(Timeline(Reading(trace)).row(10))
    assert last.startswith("  10✗ ")
    assert "✗ transparency fails here" in last


OURS, THEIRS = "vcpu.vmcs12.entry_injects_nm", "contract.cpu.vmcss[VMCS01].entry_injects_nm"
PICTURE = Picture(
    promise=Promised(
        to="the guest",
        pairs=(
            ReadField("outcome", "outcome.outcome", "outcome.promised"),
            ReadField("vmcs12.entry_injects_nm", OURS, THEIRS),
        ),
        observed=("outcome.observed",),
    )
)


def entry(by_code: bool) -> Trace:
    """A VM entry of L1 whose outcome is not the promised one."""
    told: dict[str, str | bool] = {"outcome": "NM", "promised": "DONE", "observed": True}
    blank: dict[str, str | bool] = {"outcome": "DONE", "promised": "DONE", "observed": False}
    changes = {f"outcome.{n}": (blank[n], told[n]) for n in told if blank[n] != told[n]}
    because: dict[str, tuple[str, ...]] = {
        "outcome.outcome": (OURS,),
        "outcome.promised": (THEIRS,),
    }
    act = Act(seen=Seen("L1", "VM entry", "NM", "DONE", "injects #NM", "enter L2", by_code))
    decides = Entered("nested_vmx_run", "arch/x86/kvm/vmx.c: it", "m.py", 1, "1", ())
    call = Entered("handle_exit", "", "m.py", 1, "", (decides,))
    step = Stride("handle_exit", "L1", {}, (), changes, call, because=because, act=act)
    start: dict[str, str | bool] = {OURS: True, THEIRS: False}
    events = {f"outcome.{n}": blank[n] for n in blank}
    seen = {f"outcome.{n}": told[n] for n in told}
    return Trace(
        "s",
        "transparency",
        "c",
        True,
        start,
        (step,),
        events=events,
        picture=PICTURE,
        failure=Failure(seen=seen),
    )


def test_an_unexpected_observation_is_shown_with_the_expected_one() -> None:
    told = text(what_happened(Reading(entry(by_code=False))))
    assert told == "L1's VM entry should enter L2, but it injects #NM"


@pytest.mark.parametrize("by_code", [True, False])
def test_functions_that_decided_are_named_where_code_decides_what_is_seen(by_code: bool) -> None:
    named = any("decided in" in each for each in brief(entry(by_code)))
    assert named is by_code


def test_belief_and_truth_are_the_two_copies_of_a_field_where_they_are_not_the_same() -> None:
    lines = brief(entry(by_code=False))
    assert f"  assumed           {OURS}=1 (from the start)" in lines
    assert f"  actual            {THEIRS}=0 (from the start)" in lines


def test_a_presentation_s_own_sentence_comes_before_the_claim() -> None:
    headline: Sentence = ("A finds ", ("B's\x1b registers", "wrong"))
    step = Stride("s", "", {}, (), {}, Entered("s", "", "m.py", 1, "", ()))
    trace = Trace("s", "p", "it_holds", True, {}, (step,), headline=headline)
    assert text(what_happened(Reading(trace))) == "A finds B's? registers"
    plain = msgspec.structs.replace(trace, headline=())
    assert text(what_happened(Reading(plain))) == "violated: it holds"


def test_the_manual_s_names_are_in_capitals() -> None:
    def written(name: str) -> str:
        return words(name, WORDS)

    assert written("the_kernel_takes_no_nm") == "the kernel takes no #NM"
    assert written("l2_s_ts_is_clear_in_a_vmcs12_s_cr0") == "L2's TS is clear in a VMCS12's CR0"
    assert written("an_empty__name_") == "an empty  name "
    assert written("warns: WARN_ON(ts)") == "warns: WARN_ON(ts)"


def test_names_are_written_as_the_presentation_writes_them() -> None:
    assert words("the_fpu_s_owner", {"fpu": "FPU"}) == "the FPU's owner"
    assert words("the_fpu_s_owner", {}) == "the fpu's owner"


SAVED, PROMISED = "vcpu.vmcs12.guest_cr0.ts", "contract.cpu.vmcss[VMCS01].guest_cr0.ts"


def finding(promised: bool, seen: tuple[str, ...], decisive: tuple[str, ...] = ()) -> Trace:
    """L1 finds TS set in the guest CR0 of VMCS12."""
    start: dict[str, str | bool] = {SAVED: False, PROMISED: promised, "vcpu.guest_mode": False}
    start |= {f"bit{number}": False for number in range(10)}
    step = Stride("s", "L0", {}, (), {SAVED: (False, True)}, Entered("s", "", "m.py", 1, "", ()))
    looked = {name: name == SAVED or start[name] for name in seen}
    return Trace(
        "s",
        "p",
        "it_holds",
        True,
        start,
        (step,),
        failure=Failure(seen=looked),
        explanation=Explanation(decisive=decisive),
    )


def test_of_many_fields_that_a_claim_looks_at_those_that_decide_it_alone_are_listed() -> None:
    bits = tuple(f"bit{number}" for number in range(10))
    many = finding(False, (*bits, SAVED, PROMISED), (SAVED, PROMISED))
    told = list(rendered(violation_lines(Reading(many))))
    assert told == [
        "it holds:",
        f"    {SAVED:<{len(PROMISED)}}  1  <- alone decides it",
        f"    {PROMISED}  0  <- alone decides it",
        "    and 10 fields, none of which decides it alone",
    ]
    assert any("= 1" in each for each in trace_text(many))
    assert not any("bit0" in each for each in trace_text(many))


def test_the_fields_are_all_listed_where_they_are_few_or_none_decides_alone() -> None:
    few = finding(False, ("bit0", SAVED, PROMISED), (SAVED,))
    assert len(list(violation_lines(Reading(few)))) == 4
    bits = tuple(f"bit{number}" for number in range(10))
    together = list(rendered(violation_lines(Reading(finding(False, bits)))))
    assert len(together) == 11
    assert "alone" not in "".join(together)
