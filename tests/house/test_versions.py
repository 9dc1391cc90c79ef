"""What `make versions` reports: a Python that is not there has not passed."""

import pytest

from tests import versions
from tests.versions import NOT_RUN, PASSED, Outcome, exit_code, main, table


def outcome(result: str) -> Outcome:
    return Outcome("3.12", "highest", result, "1 passed", 2.0)


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([PASSED, PASSED], 0),
        ([PASSED, NOT_RUN], 3),
        ([NOT_RUN, "pytest exits with 1"], 1),
        ([PASSED, "uv pip failed"], 1),
        ([], 3),
    ],
)
def test_a_failure_comes_before_what_was_not_run(results: list[str], code: int) -> None:
    assert exit_code([outcome(result) for result in results]) == code


def test_a_python_that_is_missing_is_in_the_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(versions, "find_spec", lambda _: object())
    monkeypatch.setattr(versions, "interpreter", lambda _: None)
    assert main(["--python", "3.12", "-n", "0"]) == 3
    out = capsys.readouterr().out
    assert out.count("not run") == 2
    assert "no Python 3.12 is installed" in out


def test_the_table_has_a_row_for_each() -> None:
    assert len(table([outcome(PASSED)] * 3).splitlines()) == 5
