"""What was expected of a pair at the base, recorded or not, and whether its verdict is news."""

import pytest

from verifier.check.result import Result
from verifier.evidence.verdicts import Verdict
from verifier.gate.report import PairRow
from verifier.project.catalogue import Pair


@pytest.mark.parametrize(
    ("recorded", "known", "before", "is_news"),
    [
        ("violated", True, "violated", True),
        ("proved", True, "proved", False),
        (None, True, "proved", False),
        (None, False, None, False),
    ],
)
def test_without_a_record_proved_was_expected_where_the_base_is_known(
    recorded: str | None, known: bool, before: str | None, is_news: bool
) -> None:
    result = Result("lazy/fixed", "isolation", Verdict.PROVED, "pdr", 1, 0.0, None)
    pair = Pair("lazy/fixed", "isolation")
    row = PairRow(pair, result, None, recorded, "", False, base_known=known)
    assert (row.before, row.is_news) == (before, is_news)


def test_a_violation_is_news_where_nothing_was_recorded() -> None:
    result = Result("lazy/fixed", "isolation", Verdict.VIOLATED, "pdr", 1, 0.0, None)
    pair = Pair("lazy/fixed", "isolation")
    assert PairRow(pair, result, None, None, "", True, base_known=True).is_news
    assert not PairRow(pair, result, None, None, "", True).is_news
