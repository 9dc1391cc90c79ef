"""Where functions are from is given as texts, and refused where it is written if it is not."""

from typing import Any

import pytest

from verifier.language import Manual, ModelError, manual, models

HERE = "test_citations.py"
GIVEN: list[Any] = ["SDM", None, 5]


@pytest.mark.parametrize("book", GIVEN)
def test_a_rule_is_of_a_manual(book: Any) -> None:
    with pytest.raises(ModelError, match=r"`@manual` is given `.*`; expected a `Manual`") as caught:
        manual(book, "2.5")
    assert caught.value.place is not None
    assert caught.value.place.file.endswith(HERE)
    assert 'MANUAL = Manual("title", "edition")' in caught.value.help


@pytest.mark.parametrize("given", [None, 5, "", " "])
def test_what_is_cited_is_a_text(given: Any) -> None:
    book = Manual("Unit", "1")
    for cite, name in (
        (lambda: Manual("Unit", given), "edition"),
        (lambda: manual(book, given), "section"),
        (lambda: models(given, "f", since="v1"), "file"),
        (lambda: models("f.c", given, since="v1"), "function"),
        (lambda: models("f.c", "f", since=given), "since"),
        (lambda: models("f.c", "f", since="v1", until=5), "until"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ModelError, match=f"as its `{name}`; expected a text") as caught:
            cite()
        assert caught.value.place is not None
        assert caught.value.place.file.endswith(HERE)
