"""What people are shown of a function's line when they do not have the function."""

import ast

import pytest

from verifier.language.tracing.quotation import Quoting

FUNCTION = """
def handled(kvm, early):
    leaving, vmcs12 = kvm.vcpu.exit, kvm.vcpu.vmcs12
    mask = vmcs12.cr0_mask
    task = kvm.tasks[kvm.current]
    early = kvm.early
    value = leaving.operand if kvm.by_source else leaving.rax
    sets_pe = mask.pe & value.pe
    if early:
        return vmcs12.loaded
    if task.place == USER:
        return sets_pe | mask.ts
    late = kvm.late
    late = not early
    return late
"""


def quoted(text: str) -> tuple[str, tuple[str, ...]]:
    """A line of the function, found by how it is written there."""
    [function] = ast.parse(FUNCTION).body
    assert isinstance(function, ast.FunctionDef)
    found = Quoting(function).quoted(
        next(
            each
            for node in ast.walk(function)
            for each in (getattr(node, "test", None), getattr(node, "value", None))
            if isinstance(each, ast.expr) and ast.unparse(each) == text
        )
    )
    return found.text, found.given


def test_a_name_that_is_a_field_is_written_out() -> None:
    assert quoted("mask.pe & value.pe")[0] == "vmcs12.cr0_mask.pe & value.pe"


def test_a_field_that_keeps_its_name_stays() -> None:
    assert quoted("vmcs12.loaded") == ("vmcs12.loaded", ())


def test_other_names_come_with_what_they_were_assigned_and_so_on() -> None:
    assert quoted("sets_pe | mask.ts") == (
        "sets_pe | vmcs12.cr0_mask.ts",
        (
            "value = kvm.vcpu.exit.operand if kvm.by_source else kvm.vcpu.exit.rax",
            "sets_pe = vmcs12.cr0_mask.pe & value.pe",
        ),
    )
    assert quoted("task.place == USER")[1] == ("task = kvm.tasks[kvm.current]",)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("early", ("early = kvm.early",)),
        ("late", ("early = kvm.early", "late = kvm.late", "late = not early")),
    ],
)
def test_a_name_with_several_values_has_every_assignment_before_the_line(
    text: str, given: tuple[str, ...]
) -> None:
    assert quoted(text) == (text, given)


def test_what_is_assigned_later_is_not_shown() -> None:
    assert quoted("kvm.early") == ("kvm.early", ())
