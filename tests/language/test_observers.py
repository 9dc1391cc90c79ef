"""Observers read an execution: nothing that they do has an influence on it."""

from typing import Any

import pytest

from tests.language import observing_answers, observing_ghosts
from tests.language.observed import ENDS, REFUSED, Step, concretely, line, symbolically

PARTS = (observing_answers, observing_ghosts)
"""Which have put their steps into REFUSED."""


def test_each_part_has_steps_that_are_refused() -> None:
    assert {body.__module__ for body, _ in REFUSED} == {part.__name__ for part in PARTS}


@pytest.mark.parametrize("how", [symbolically, concretely])
@pytest.mark.parametrize(
    ("body", "message"), [pytest.param(*each, id=each[0].__name__) for each in REFUSED]
)
def test_an_observer_has_no_influence(body: Step, message: str, how: Any) -> None:
    error = how(body)
    assert error.message.startswith(message)
    assert "# here" in line(error)
    assert error.help


def test_an_observer_cannot_raise_what_an_assumption_raises() -> None:
    assert symbolically(observing_answers.raises_an_assumption).message.startswith(
        "`raising_an_assumption` uses"
    )
    error = concretely(observing_answers.raises_an_assumption)
    assert error.message == ENDS.format("assumes")
    assert "# here" in line(error)
