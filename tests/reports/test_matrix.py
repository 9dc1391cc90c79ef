"""Verdicts at a glance."""

import click

from verifier.evidence.verdicts import Verdict
from verifier.project.catalogue import Pair
from verifier.reports.matrix import cells, matrix

P, V, E, U = Verdict.PROVED, Verdict.VIOLATED, Verdict.VACUOUS, Verdict.UNKNOWN
FOUND = {
    Pair("kvm/v3.12", "isolation"): P,
    Pair("kvm/v3.12", "progress"): V,
    Pair("kvm/v3.4", "isolation"): V,
    Pair("kvm/v3.4", "progress"): U,
    Pair("alone", "isolation"): E,
}
EXPECTED = {Pair("kvm/v3.12", "progress"): V, Pair("kvm/v3.4", "isolation"): P}
SHOWN = """
         isolation
         |  progress
alone
  alone  E! .
kvm
  v3.4   V! ?
  v3.12  P  V
P proved, V violated, E vacuous, ? unknown, ! not as expected
"""


def plain(lines: list[str]) -> str:
    """Lines without colours."""
    return click.unstyle("\n".join(lines)) + "\n"


def test_systems_stand_below_their_family_by_version_and_properties_across() -> None:
    assert plain([*matrix(cells(FOUND, EXPECTED))]) == SHOWN


def test_what_is_on_no_record_is_expected_to_be_proved() -> None:
    one = Pair("kvm/v1", "isolation")
    assert cells({one: V}, {}) == {one: "V!"}
    assert cells({one: P}, {}) == {one: "P"}
    assert cells({one: None}, {}) == {one: "-"}


def test_a_single_system_has_no_matrix() -> None:
    assert [*matrix(cells({Pair("kvm/v1", "isolation"): P}, {}))] == []


def test_colours_are_of_what_is_as_expected_and_red_of_what_is_not() -> None:
    lines = [*matrix(cells(FOUND, EXPECTED))]
    assert "\x1b[31m\x1b[1mV!\x1b[0m" in lines[6]
    assert "\x1b[32mP\x1b[0m" in lines[7]
    assert "\x1b[33mV\x1b[0m" in lines[7]
