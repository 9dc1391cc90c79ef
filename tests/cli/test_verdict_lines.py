"""A result in one line: how wide it is, and what happens where a terminal is narrower."""

import re

import pytest

from tests.evidence.lazy_project import trace
from verifier.check.result import Result
from verifier.evidence.verdicts import Verdict
from verifier.language.packages import bundled_root
from verifier.project.loading import load
from verifier.reports.check_text import lines

SYSTEM = "kvm-nvmx/v4.11-with-late-refusal"


def plain(text: str) -> list[str]:
    return re.sub(r"\x1b\[\d+m", "", text).splitlines()


@pytest.mark.parametrize(
    ("verdict", "engine"), [(Verdict.VIOLATED, "bmc"), (Verdict.PROVED, "simulation")]
)
def test_a_line_about_any_pair_of_the_catalogue_fits_into_100_columns(
    verdict: Verdict, engine: str
) -> None:
    longest = max(len(str(pair)) for pair in load(bundled_root()).pairs())
    evidence = trace() if verdict is Verdict.VIOLATED else None
    result = Result(SYSTEM, "isolation", verdict, engine, 24, 59.9, evidence, good_steps=23)
    line = plain(lines(result, verdict, longest))[0]
    assert line.endswith("audited" if verdict is Verdict.PROVED else "  expected")
    assert len(line) <= 100


def test_a_pair_that_is_longer_than_the_column_does_not_widen_the_others() -> None:
    result = Result(SYSTEM, "isolation", Verdict.PROVED, "pdr", 24, 59.9, None)
    assert lines(result, "proved", 45) == lines(result, "proved", 60)


@pytest.mark.parametrize(
    ("good_steps", "length"),
    [(0, "29 steps, maybe not the fewest"), (25, "29 steps, none within 25"), (28, "29 steps")],
)
def test_a_violation_has_how_far_it_was_searched_for_fewer_steps(
    good_steps: int, length: str
) -> None:
    evidence, violated = trace(), Verdict.VIOLATED
    result = Result(SYSTEM, "isolation", violated, "pdr", 29, 1.0, evidence, good_steps=good_steps)
    assert f"  pdr, {length}, 1.0 s" in plain(lines(result, violated, 44))[0]


@pytest.mark.parametrize("columns", [60, 80])
def test_what_does_not_fit_into_a_terminal_goes_below_the_pair(columns: int) -> None:
    result = Result(SYSTEM, "isolation", Verdict.PROVED, "simulation", 0, 123.4, None)
    assert plain(lines(result, "violated", 44, columns)) == [
        f"proved     {SYSTEM}/isolation",
        "           simulation, all found, 123.4 s, audited  expected violated",
    ]


def test_a_terminal_that_is_wide_enough_has_one_line() -> None:
    result = Result(SYSTEM, "isolation", Verdict.PROVED, "simulation", 0, 123.4, None)
    [line] = plain(lines(result, "violated", 44, 115))
    assert len(line) == 115
